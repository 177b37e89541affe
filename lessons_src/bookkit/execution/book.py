"""本の実行：どの章が古いかを決め，実行し，結果を置き場所に入れる。Sphinx を知らない。"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bookkit.chapter import Cell, Chapter
from bookkit.execution import keys, recordings
from bookkit.execution.cache import Cache, CellResult, Entry, Run
from bookkit.execution.closure import Library
from bookkit.execution.keys import Components, Observed
from bookkit.execution.machine import THREADS, Machine, lessons_root, workers
from bookkit.execution.outcome import Failure, Outcome
from bookkit.execution.recordings import GpuCell, Recordings

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
    gpu_observed: dict[int, Observed] = field(default_factory=dict)
    """いま実行した GPU 用のセルが，それまでに使ったもの。"""
    changed_meanwhile: bool = False
    """実行している間に，使った部品が書き換えられたか。"""

    def shown(self, number: int) -> list[dict[str, Any]]:
        """頁に載せる，セルの出力。GPU の新しい記録があれば，それを載せる。"""
        cell = self.recorded(number)
        if cell is not None and cell.recording is not None:
            return cell.recording.outputs
        return self.cells[number].outputs

    def recorded(self, number: int) -> GpuCell | None:
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
        self.library = Library(lessons_root(root))
        self.cache = Cache(cache or root / "_build" / CACHE_FOLDER, say)
        self.recordings = Recordings(root, self.library)
        self.unsaved: list[str] = []
        """結果を置き場所に書けなかった章の，理由の文。"""

    def state(self, chapter: Chapter) -> State:
        """章が新しいか，古ければなぜかを調べる。"""
        wanted = keys.components(chapter, self.library, self.machine)
        entry = self.cache.load(chapter.name, wanted.key)
        if entry is not None:
            changes = entry.observed.changes(self.library)
            if not changes:
                return State(chapter, wanted, entry)
            return State(chapter, wanted, None, changes)
        last = self.cache.last(chapter.name)
        if last is None:
            return State(chapter, wanted, None, [NEVER_RAN])
        changes = keys.reasons(last.components, wanted, chapter, self.library)
        return State(
            chapter, wanted, None, changes or ["実行結果が置き場所にありません"]
        )

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
                self._remember(state.entry)
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
        from bookkit.execution import forked
        from bookkit.execution.schedule import Job, run_all

        started = time.time()
        by_name = {state.chapter.name: state for state in states}
        found: dict[str, Result] = {}

        def done(chapter: Chapter, outcome: Outcome) -> None:
            state = by_name[chapter.name]
            found[chapter.name] = self._keep(state, outcome, started)

        jobs = []
        for state in states:
            last = self.cache.last(state.chapter.name)
            limit = state.chapter.timeout or timeout
            expected = last.run.seconds if last else None
            jobs.append(Job(state.chapter, expected, limit))
        if len(jobs) > 1 and forked.POSSIBLE:
            for job in jobs:
                codes = [cell.source for cell in job.chapter.cells]
                job.imports = forked.heavy_imports(self.library, codes)
        run_all(
            self.root,
            jobs,
            side_by_side or workers(),
            self.say,
            done,
            threads=threads,
        )
        return found

    def _keep(self, state: State, outcome: Outcome, started: float) -> Result:
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
        report = outcome.report
        result.run = Run(
            seconds=outcome.seconds,
            cpu_seconds=round(report["cpu_seconds"], 1),
            memory=report["memory"],
            gpu_memory=report["gpu_memory"],
            device=self.machine.kind,
            device_name=self.machine.name,
            simulated=self.machine.simulated,
            when=datetime.now().astimezone().isoformat(timespec="seconds"),
            downloads=report["downloads"],
            hosts=report["hosts"],
        )
        observed = self._observed(outcome.report, chapter.cells)
        result.gpu_observed = {
            number: self._observed(said, chapter.cells[: number + 1])
            for number, said in outcome.gpu_reports.items()
        }
        if self._changed_meanwhile(state, observed, started):
            result.changed_meanwhile = True
            self.say(f"{chapter.name}：実行中に部品が変わったので，結果を残しません。")
            return result
        entry = Entry(
            chapter.name, state.components, observed, outcome.cells, result.run
        )
        try:
            self.cache.store(entry)
        except OSError as error:
            self.unsaved.append(
                f"{chapter.name} の実行結果を残せません（{error.strerror or error}）。"
                "この頁には使いますが，次のビルドで実行し直します。"
                f"{self.cache.root} の空きを確かめてください。"
            )
        return result

    def _observed(self, report: dict[str, Any], cells: tuple[Cell, ...]) -> Observed:
        """実行してはじめて分かった，使ったもの。構文から分かるものは除く。"""
        static = {
            path.relative_to(self.library.root).as_posix()
            for path in self.library.closure(cell.source for cell in cells).values()
        }
        files = {*report["files"], *report["modules"]} - static - {keys.DIGESTS}
        return Observed.of(self.library, files, report["folders"])

    def _changed_meanwhile(
        self, state: State, observed: Observed, started: float
    ) -> bool:
        """実行している間に，使った部品が書き換えられたか。"""
        now = keys.components(state.chapter, self.library, self.machine)
        paths = (self.library.root / name for name in observed.files)
        return now != state.components or any(
            path.is_file() and path.stat().st_mtime > started for path in paths
        )

    def _remember(self, entry: Entry) -> None:
        """前の枝の結果に戻ったときも，この章が最後に使った鍵を覚えておく。"""
        last = self.cache.last(entry.chapter)
        if last is None or last.components != entry.components:
            try:
                self.cache.remember(entry)
            except OSError:
                self.say(f"{entry.chapter} の実行の記録を書けません。")
