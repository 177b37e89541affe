"""章を，専用のカーネルで実行する。"""

from __future__ import annotations

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
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from bookkit.chapter import Chapter
from bookkit.execution.cache import CellResult
from bookkit.execution.forked import Fork, ForkedProvisioner
from bookkit.execution.outcome import CUT, LONGEST, Failure, Outcome
from bookkit.execution.workplace import Workplace

REPORT = """\
with __import__("io").open({path!r}, "w", encoding="utf8") as file:
    file.write(__import__("_bookkit_probe").report())
"""
"""終わりに動かして，カーネルの中の記録を受け取るコード。"""
LONGEST_SOCKET = 96
"""Unix のソケットの名前の長さ（macOS では 103 バイトまで。番号の分を引く）。長ければ TCP を使う。"""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")


class BoundedClient(NotebookClient):
    """長すぎる印字を切る。"""

    def output(self, outs: list[Any], msg: dict[str, Any], *rest: Any) -> Any:
        """出力を一つ加える。"""
        content = msg["content"]
        if msg["msg_type"] == "stream":
            name = content["name"]
            before = sum(len(o["text"]) for o in outs if o.get("name") == name)
            if before > LONGEST:
                return None
            content["text"] = _cut(content["text"], LONGEST - before)
        elif "text/plain" in content.get("data", ()):
            content["data"]["text/plain"] = _cut(content["data"]["text/plain"], LONGEST)
        return super().output(outs, msg, *rest)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + CUT


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

    async def run(
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
        folder = Path(tempfile.mkdtemp(dir=self.place.folder))
        for name in ("work", "trace"):
            (folder / name).mkdir()
        cells = [
            nbformat.v4.new_code_cell(cell.source, metadata={"tags": list(cell.tags)})
            for cell in chapter.cells
        ]
        manager = self._manager(folder)
        client = BoundedClient(
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
            report = folder / "report.json"
            ask = nbformat.v4.new_code_cell(REPORT.format(path=str(report)))
            await client.async_execute_cell(ask, 0)
            outcome.report = json.loads(report.read_text("utf8"))
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
        outcome.seconds = round(time.monotonic() - started, 3)
        return outcome

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
        socket = str(folder / "k")
        if os.name == "posix" and len(os.fsencode(socket)) < LONGEST_SOCKET:
            manager.transport = "ipc"  # 同時に始めても，ポートが重ならない
            manager.ip = socket
        self._managers.append(manager)
        return manager


def _failure(
    chapter: Chapter, number: int, error: Exception, timeout: int | None
) -> Failure:
    if number < 0:
        return Failure(-1, 1, f"カーネルを始められません：{error}")
    line, traceback = chapter.cells[number].line, ""
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, CellTimeoutError):
        what = (
            f"{timeout} 秒たっても終わりません。計算を小さくするか，"
            "前書きに execution: {timeout: 秒} を書いて上限を延ばしてください。"
        )
    elif isinstance(error, DeadKernelError):
        what = "カーネルが途中で落ちました（記憶が足りないときによく起こります）。"
    elif isinstance(error, CellExecutionError):
        what = f"{error.ename}: {error.evalue}"
        traceback = _ANSI.sub("", error.traceback)
        inside = _IN_CELL.findall(traceback)
        line += int(inside[-1]) - 1 if inside else 0
    return Failure(number, line, what, traceback)
