"""古くなった章を，並べて実行する。長くかかる章から始め，進み具合を伝える。"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from bookkit.chapter import Chapter
from bookkit.execution.book import State
from bookkit.execution.forked import template
from bookkit.execution.kernel import Kernels
from bookkit.execution.outcome import Outcome
from bookkit.execution.workplace import Workplace

HEARTBEAT = 5.0
"""実行中の章を伝える間隔（秒）。"""


@dataclass
class Progress:
    """進み具合を一行ずつ伝える。"""

    say: Callable[[str], None]
    total: int
    done: int = 0
    running: dict[str, tuple[Chapter, int, float]] = field(default_factory=dict)

    def started(self, chapter: Chapter, number: int) -> None:
        """章のセルが始まった。"""
        self.running[chapter.name] = (chapter, number, time.monotonic())

    def finished(self, chapter: Chapter, outcome: Outcome) -> None:
        """章が終わった。"""
        self.running.pop(chapter.name, None)
        self.done += 1
        result = "失敗" if outcome.failure else "実行"
        self.say(
            f"{result} {chapter.name}：{len(chapter.cells)} セル，"
            f"{outcome.seconds:.1f} 秒（残り {self.total - self.done} 章）"
        )

    def beat(self) -> None:
        """いま動いているセルを伝える。"""
        now = time.monotonic()
        parts = [
            f"{name} の {number + 1}/{len(chapter.cells)} 番めのセル {now - start:.0f} 秒"
            for name, (chapter, number, start) in [*self.running.items()]
        ]
        if parts:
            left = self.total - self.done
            self.say(f"実行中 {'，'.join(parts)}（残り {left} 章）")


def run_all(
    states: list[State],
    timeout: int | None,
    workers: int,
    say: Callable[[str], None],
    on_done: Callable[[State, Outcome], None],
    place: AbstractContextManager[Workplace],
) -> None:
    """章を，``place`` の中で ``workers`` 個ずつ並べて実行する。

    ``on_done`` は，章が終わるたびに，呼んだのと同じスレッドから呼ばれる（書き手は一つ）。
    途中で止められたときは，カーネルをすべて止めてから戻る。
    """
    if not states:
        return
    unknown = float("inf")  # 初めての章は，長いかもしれないので先に始める
    order = sorted(
        states,
        key=lambda state: unknown if state.seconds is None else state.seconds,
        reverse=True,
    )
    progress = Progress(say, len(states))
    with (
        place as here,
        template(here, worthwhile=len(states) > 1) as fork,
        ThreadPoolExecutor(min(workers, len(states))) as pool,
    ):
        kernels = Kernels(here, fork)

        def run(state: State) -> Outcome:
            chapter = state.chapter
            began = functools.partial(progress.started, chapter)
            return asyncio.run(kernels.run(chapter, chapter.timeout or timeout, began))

        running = {pool.submit(run, state): state for state in order}
        try:
            while running:
                done, _ = wait(running, HEARTBEAT, FIRST_COMPLETED)
                for one in done:
                    state, outcome = running.pop(one), one.result()
                    progress.finished(state.chapter, outcome)
                    on_done(state, outcome)
                if not done:
                    progress.beat()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.stop()
