"""章を，専用のカーネルで実行する。"""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)

from bookkit.chapter import Chapter
from bookkit.execution.cache import CellResult
from bookkit.execution.forked import Fork, ForkedProvisioner
from bookkit.execution.outcome import Failure, Outcome
from bookkit.execution.workplace import Workplace

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")


class Kernels:
    """章を，一つずつ専用のカーネルで動かす。いくつものスレッドから使ってよい。

    Args:
        place: ``workplace`` が作った場所。
        fork: ``template`` が作った，枝分かれする関数。
    """

    def __init__(self, place: Workplace, fork: Fork) -> None:
        self.place = place
        self.fork = fork
        self.stopped = False
        self._managers: list[AsyncKernelManager] = []

    def stop(self) -> None:
        """動いているカーネルをすべて止め，新しいセルも始めない。"""
        self.stopped = True
        for manager in self._managers:
            if process := getattr(manager.provisioner, "process", None):
                process.kill()

    def run(
        self,
        chapter: Chapter,
        timeout: int | None,
        on_cell: Callable[[int], None] = lambda number: None,
    ) -> Outcome:
        """章を実行する。

        Args:
            chapter: 章。
            timeout: 一つのセルに許す秒数。``None`` なら無制限。
            on_cell: セルを始めるたびに，その番号（0 から）で呼ばれる。
        """
        started = time.monotonic()
        outcome = Outcome([CellResult([], None) for _ in chapter.cells])
        asyncio.run(self._run(chapter, timeout, on_cell, outcome))
        outcome.seconds = round(time.monotonic() - started, 3)
        return outcome

    async def _run(
        self,
        chapter: Chapter,
        timeout: int | None,
        on_cell: Callable[[int], None],
        outcome: Outcome,
    ) -> None:
        folder = Path(tempfile.mkdtemp(dir=self.place.folder))
        for name in ("work", "trace"):
            (folder / name).mkdir()
        cells = [
            nbformat.v4.new_code_cell(cell.source, metadata={"tags": list(cell.tags)})
            for cell in chapter.cells
        ]
        manager = self._manager(folder)
        client = NotebookClient(
            nbformat.v4.new_notebook(cells=cells),
            km=manager,
            timeout=timeout or -1,
            coalesce_streams=True,  # 印字の切れ目は，そのときの速さで変わるので
        )
        number = -1
        env = {**self.place.env, "BOOKKIT_TRACE": str(folder / "trace")}
        try:
            await client.async_start_new_kernel(cwd=str(folder / "work"), env=env)
            await client.async_start_new_kernel_client()
            for number, cell in enumerate(cells):
                if self.stopped:
                    raise DeadKernelError
                on_cell(number)
                before = time.monotonic()
                try:
                    await client.async_execute_cell(cell, number)
                finally:
                    outcome.cells[number] = CellResult(
                        [dict(output) for output in cell.outputs],
                        cell.execution_count,
                        round(time.monotonic() - before, 3),
                    )
                if chapter.cells[number].gpu:
                    outcome.gpu_reports[number] = await _ask_probe(client)
            outcome.report = await _ask_probe(client)
        except (
            CellExecutionError,
            CellTimeoutError,
            DeadKernelError,
            RuntimeError,
        ) as e:
            outcome.failure = _failure(chapter, number, e, timeout)
        finally:  # 残すものはないので，終わるのを待たない
            if client.kc is not None:
                client.kc.stop_channels()
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)

    def _manager(self, folder: Path) -> AsyncKernelManager:
        manager = AsyncKernelManager(
            kernel_name="python3",
            # 使う人が登録した python3 ではなく，いまの Python を使う。
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        )
        spec: Any = manager.kernel_spec
        spec.argv[0] = self.place.python
        manager.provisioner = ForkedProvisioner(
            parent=manager, kernel_id=folder.name, kernel_spec=spec
        )
        manager.provisioner.fork = self.fork
        if os.name == "posix":  # 同時に始めても，ポートが重ならない
            manager.transport = "ipc"
            manager.ip = str(folder / "k")
        self._managers.append(manager)
        return manager


async def _ask_probe(client: NotebookClient) -> dict[str, Any]:
    """カーネルの中の記録を受け取る。"""
    kernel: Any = client.kc
    expression = "__import__('sys').modules['_bookkit_probe'].report()"
    sent = kernel.execute("", silent=True, user_expressions={"report": expression})
    while True:
        message = await kernel.get_shell_msg(timeout=60)
        if message["parent_header"].get("msg_id") == sent:
            break
    answer = message["content"]["user_expressions"]["report"]
    if answer["status"] != "ok":
        raise RuntimeError(f"カーネルの記録を読めません：{answer}")
    text = ast.literal_eval(answer["data"]["text/plain"])  # repr で返ってくる
    report: dict[str, Any] = json.loads(text)
    return report


def _failure(
    chapter: Chapter, number: int, error: Exception, timeout: int | None
) -> Failure:
    if number < 0:
        return Failure(-1, 1, f"カーネルを始められません：{error}")
    line = chapter.cells[number].line
    if isinstance(error, CellTimeoutError):
        return Failure(
            number,
            line,
            f"{timeout} 秒たっても終わりません。計算を小さくするか，"
            "前書きに execution: {timeout: 秒} を書いて上限を延ばしてください。",
        )
    if isinstance(error, DeadKernelError):
        return Failure(
            number,
            line,
            "カーネルが途中で落ちました（記憶が足りないときによく起こります）。",
        )
    if isinstance(error, CellExecutionError):
        traceback = _ANSI.sub("", error.traceback)
        inside = _IN_CELL.findall(traceback)
        offset = int(inside[-1]) - 1 if inside else 0
        return Failure(
            number, line + offset, f"{error.ename}: {error.evalue}", traceback
        )
    return Failure(number, line, f"{type(error).__name__}: {error}")
