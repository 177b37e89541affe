"""本の実行：どの章が古いかを決め，実行し，結果を置き場所に入れる。Sphinx を知らない。"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bookkit.chapter import Chapter
from bookkit.execution import keys, recordings
from bookkit.execution.cache import Cache, CellResult, Entry, Run
from bookkit.execution.keys import Components
from bookkit.execution.machine import THREADS, Machine, lessons_root, workers
from bookkit.execution.outcome import Failure, Outcome
from bookkit.execution.recordings import GpuCell, Recordings
from bookkit.execution.trace import Stamps, Trace, stamps
from bookkit.execution.workplace import Workplace, workplace

CACHE_FOLDER = ".execution"
TIMEOUT = 180
"""一つのセルに許す秒数の既定値。"""
NEVER_RAN = "まだ実行していません"


@dataclass
class State:
    """章一つの状態。``entry`` があれば新しい。なければ ``reasons`` がその理由。"""

    chapter: Chapter
    components: Components
    entry: Entry | None = None
    reasons: list[str] = field(default_factory=list)
    seconds: float | None = None
    """最後に実行したときにかかった秒。"""


@dataclass
class Result:
    """章一つの，頁に載せる結果。"""

    chapter: Chapter
    key: str
    cells: list[CellResult]
    run: Run | None = None
    failure: Failure | None = None
    gpu: list[GpuCell] = field(default_factory=list)
    """GPU 用のセルの状態。"""
    entry: Entry | None = None
    """置き場所に残せる結果。実行している間に，使った部品が書き換えられたらない。"""

    def shown(self, number: int) -> list[dict[str, Any]]:
        """頁に載せる，セルの出力。GPU の新しい記録があれば，それを載せる。"""
        cell = self.recording_for(number)
        recorded = cell and cell.recorded
        return (recorded or self.cells[number]).outputs

    def recording_for(self, number: int) -> GpuCell | None:
        """そのセルの代わりに載せる記録。全規模で実行したばかりなら，記録は使わない。"""
        if self.run is not None and self.run.device == "cuda":
            return None
        for cell in self.gpu:
            if cell.cell == number and cell.state == recordings.FRESH:
                return cell
        return None


class Runner:
    """本一冊の実行。

    Args:
        root: ``_config.yml`` のあるフォルダー。
        machine: この計算機。
        cache: 結果の置き場所。なければ ``_build/.execution``。
        say: 進み具合を一行ずつ伝える関数。
    """

    def __init__(
        self,
        root: Path,
        machine: Machine,
        say: Callable[[str], None] = print,
        cache: Path | None = None,
    ) -> None:
        self.root = root
        self.machine = machine
        self.say = say
        self.lessons = lessons_root(root)
        self.cache = Cache(cache or root / "_build" / CACHE_FOLDER, say)
        self.recordings = Recordings(root, self.lessons)
        self.unsaved: list[str] = []
        """結果を置き場所に書けなかった章の，理由の文。"""

    def state(self, chapter: Chapter) -> State:
        """章が新しいか，古ければなぜかを調べる。"""
        wanted = keys.components(chapter, self.machine)
        for entry in self.cache.entries(chapter.name, wanted.key):
            if self.cache.has_assets(entry) and not entry.trace.changes(self.lessons):
                self.cache.used(entry)
                return State(chapter, wanted, entry, seconds=entry.run.seconds)
        last = next(self.cache.entries(chapter.name), None)
        if last is None:
            return State(chapter, wanted, None, [NEVER_RAN])
        why = keys.reasons(last.components, wanted, chapter)
        why += last.trace.changes(self.lessons)
        if not self.cache.has_assets(last):
            why.append("頁と一緒に配るファイルがなくなりました")
        return State(chapter, wanted, None, why, last.run.seconds)

    def results(
        self, chapters: list[Chapter], timeout: int | None = TIMEOUT
    ) -> dict[str, Result]:
        """すべての章の結果を ``{章の名前: 結果}`` で返す。古い章は実行する。"""
        found: dict[str, Result] = {}
        stale: dict[str, State] = {}
        for chapter in chapters:
            state = self.state(chapter)
            if state.entry is None:
                if not stale:
                    self.say("")  # Sphinx の書きかけの行を終える
                stale[chapter.name] = state
                self.say(f"古い {chapter.name}：{'，'.join(state.reasons)}")
            else:
                found[chapter.name] = self.shown(state)
        if stale:
            found |= self.run(list(stale.values()), timeout=timeout)
            self.cache.prune()
        return found

    def shown(self, state: State) -> Result:
        """新しい章の，頁に載せる結果。"""
        entry, chapter = state.entry, state.chapter
        assert entry is not None
        gpu = self.recordings.cells(chapter)
        return Result(chapter, entry.key, entry.cells, entry.run, None, gpu)

    def run(
        self,
        states: list[State],
        *,
        timeout: int | None = TIMEOUT,
        side_by_side: int | None = None,
        threads: int | None = THREADS,
    ) -> dict[str, Result]:
        """章を実行し，終わった順に置き場所へ入れる。"""
        # 実行するものがないビルドを遅くしないように，ここで読み込む。
        from bookkit.execution.schedule import run_all

        before = stamps(self.lessons)
        found: dict[str, Result] = {}

        def done(state: State, outcome: Outcome) -> None:
            found[state.chapter.name] = self.keep(state, outcome, before)

        place, count = self.place(threads), side_by_side or workers()
        run_all(states, timeout, count, self.say, done, place)
        return found

    def place(self, threads: int | None) -> AbstractContextManager[Workplace]:
        """章を動かす場所。"""
        return workplace(self.root, threads, assets=self.cache.assets)

    def keep(self, state: State, outcome: Outcome, before: Stamps) -> Result:
        """結果を置き場所に入れる。失敗した結果は入れない。"""
        chapter = state.chapter
        result = Result(
            chapter,
            state.components.key,
            outcome.cells,
            failure=outcome.failure,
            gpu=self.recordings.cells(chapter),
        )
        if outcome.failure:
            return result
        names = outcome.report.pop("trace")
        result.run = Run(
            seconds=outcome.seconds,
            device=self.machine.kind,
            device_name=self.machine.name,
            simulated=self.machine.simulated,
            when=datetime.now().astimezone().isoformat(timespec="seconds"),
            **outcome.report,
        )
        trace = Trace.of(self.lessons, names)
        if trace.touched(before, stamps(self.lessons)):
            self.say(f"{chapter.name}：実行中に部品が変わったので，結果を残しません。")
            return result
        result.entry = Entry(
            chapter.name, state.components, trace, outcome.cells, result.run
        )
        try:
            self.cache.store(result.entry)
        except OSError as error:
            self.unsaved.append(
                f"{chapter.name} の実行結果を残せません（{error.strerror or error}）。"
                "この頁には使いますが，次のビルドで実行し直します。"
                f"{self.cache.root} の空きを確かめてください。"
            )
        return result
