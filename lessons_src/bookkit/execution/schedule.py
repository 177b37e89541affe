"""古くなった章を，並べて実行する。長くかかる章から始め，進み具合を伝える。"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from bookkit.chapter import Chapter
from bookkit.execution.forked import template
from bookkit.execution.kernel import Kernels
from bookkit.execution.outcome import Outcome
from bookkit.execution.workplace import Workplace

HEARTBEAT = 5.0
"""実行中の章を伝える間隔（秒）。"""


@dataclass
class Job:
    """実行する章一つ。

    Attributes:
        chapter: 章。
        expected: 前に実行したときの秒数。初めてなら ``None``。
        timeout: 一つのセルに許す秒数。
    """

    chapter: Chapter
    expected: float | None = None
    timeout: int | None = None


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
    jobs: list[Job],
    workers: int,
    say: Callable[[str], None],
    on_done: Callable[[Chapter, Outcome], None],
    *,
    place: AbstractContextManager[Workplace],
    packages: Sequence[str] | None = None,
) -> None:
    """章を，``place`` の中で ``workers`` 個ずつ並べて実行する。

    ``packages``（本が依存するパッケージ）を渡すと，章が二つ以上のとき，重いものの読み込みを
    一度で済ませる。
    ``on_done`` は，章が終わるたびに，呼んだのと同じスレッドから呼ばれる（書き手は一つ）。
    途中で止められたときは，カーネルをすべて止めてから戻る。
    """
    if not jobs:
        return
    unknown = float("inf")  # 初めての章は，長いかもしれないので先に始める
    order = sorted(
        jobs,
        key=lambda job: unknown if job.expected is None else job.expected,
        reverse=True,
    )
    progress = Progress(say, len(jobs))
    several = packages if len(jobs) > 1 else None
    with (
        place as here,
        template(here.env, several) as fork,
        ThreadPoolExecutor(min(workers, len(jobs))) as pool,
    ):
        kernels = Kernels(here, fork)
        running = {
            pool.submit(
                kernels.run,
                job.chapter,
                job.timeout,
                functools.partial(progress.started, job.chapter),
            ): job.chapter
            for job in order
        }
        try:
            while running:
                done, _ = wait(running, HEARTBEAT, FIRST_COMPLETED)
                for one in done:
                    chapter = running.pop(one)
                    progress.finished(chapter, one.result())
                    on_done(chapter, one.result())
                if not done:
                    progress.beat()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.stop()
