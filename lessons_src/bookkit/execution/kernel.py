"""章を一つ，専用のカーネルで実行する。"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from bookkit.execution.forked import ForkedKernelManager, Template
from bookkit.execution.machine import THREADS, environment, lessons_root
from bookkit.execution.outcome import Failure, Outcome

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")


@dataclass(frozen=True)
class Workplace:
    """カーネルのための一時フォルダー。

    Attributes:
        folder: 一時フォルダー。
        env: カーネルの環境変数。
        python: カーネルを動かす Python。
    """

    folder: Path
    env: dict[str, str]
    python: str = sys.executable


@contextlib.contextmanager
def workplace(
    root: Path, threads: int | None = THREADS, lessons: Path | None = None
) -> Iterator[Workplace]:
    """使う人の IPython や matplotlib の設定に左右されない場所を作る。

    Args:
        root: 本のフォルダー。
        threads: 一つの章が使うスレッドの数。``None`` なら決めない。
        lessons: ``lessons`` の親のフォルダー。なければ ``root`` から探す。
    """
    with tempfile.TemporaryDirectory(prefix="bookkit-") as name:
        folder = Path(name)
        profile = folder / "ipython" / "profile_default"
        profile.mkdir(parents=True)
        probe = folder / "probe.py"
        probe.write_bytes(Path(__file__).with_name("probe.py").read_bytes())
        (profile / "ipython_kernel_config.py").write_text(
            "import importlib.util, sys\n"
            f"spec = importlib.util.spec_from_file_location('_probe', {str(probe)!r})\n"
            "module = sys.modules['_bookkit_probe'] = "
            "importlib.util.module_from_spec(spec)\n"
            "spec.loader.exec_module(module)\n"
            f"module.start({str(lessons or lessons_root(root))!r})\n"
            "c = get_config()\n"
            "c.HistoryManager.enabled = False\n",
            "utf8",
        )
        (folder / "matplotlibrc").touch()
        env = {
            **environment(root),
            "IPYTHONDIR": str(folder / "ipython"),
            "MATPLOTLIBRC": str(folder / "matplotlibrc"),
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        if threads is not None:
            for library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM"):
                env[f"{library}_NUM_THREADS"] = str(threads)
        yield Workplace(folder, env)


async def run_chapter(
    chapter: Chapter,
    place: Workplace,
    timeout: int | None,
    on_cell: Callable[[int], None] = lambda number: None,
    template: Template | None = None,
) -> Outcome:
    """章を実行する。

    Args:
        chapter: 章。
        place: ``workplace`` が作った場所。
        timeout: 一つのセルに許す秒数。``None`` なら無制限。
        on_cell: セルを始めるたびに，その番号（0 から）で呼ばれる。
        template: あれば，そこから枝分かれしたカーネルを使う。
    """
    started = time.monotonic()
    outcome = Outcome([CellResult([], None) for _ in chapter.cells])
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(cell.source, metadata={"tags": list(cell.tags)})
            for cell in chapter.cells
        ]
    )
    folder = Path(tempfile.mkdtemp(dir=place.folder))
    manager = _manager(place, folder, template)
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=timeout or -1,
        coalesce_streams=True,  # 印字の切れ目は，そのときの速さで変わるので
    )
    number = -1
    try:
        work = folder / "work"
        work.mkdir()
        await client.async_start_new_kernel(cwd=str(work), env=place.env)
        await client.async_start_new_kernel_client()
        for number, cell in enumerate(notebook.cells):
            on_cell(number)
            before = time.monotonic()
            try:
                await _execute_cell(client, cell, number)
            finally:
                outcome.cells[number] = CellResult(
                    [dict(output) for output in cell.outputs],
                    cell.execution_count,
                    round(time.monotonic() - before, 3),
                )
            if chapter.cells[number].gpu:
                outcome.gpu_reports[number] = await _ask_probe(client)
        outcome.report = await _ask_probe(client)
    except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as e:
        outcome.failure = _failure(chapter, number, e, timeout)
    finally:
        await _stop(client, manager)
    outcome.seconds = round(time.monotonic() - started, 3)
    return outcome


def _manager(
    place: Workplace, folder: Path, template: Template | None
) -> AsyncKernelManager:
    options: dict[str, Any] = {
        "kernel_name": "python3",
        # 使う人が登録した python3 ではなく，いまの Python を使う。
        "kernel_spec_manager": KernelSpecManager(kernel_dirs=[]),
    }
    if template is None:
        manager = AsyncKernelManager(**options)
    else:
        manager = ForkedKernelManager(**options)
        manager.template = template
    spec: Any = manager.kernel_spec
    spec.argv[0] = place.python
    if os.name == "posix":  # 同時に始めても，ポートが重ならない
        manager.transport = "ipc"
        manager.ip = str(folder / "k")
    return manager


async def _execute_cell(
    client: NotebookClient, cell: nbformat.NotebookNode, number: int
) -> None:
    """セルを実行する。

    nbclient は，外からの取り消し（Ctrl-C）を「カーネルが落ちた」と取り違える。
    そのため別のタスクで動かし，取り消しはここで受ける。
    """
    task = asyncio.ensure_future(client.async_execute_cell(cell, number))
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.cancel()
        raise
    task.result()


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


async def _stop(client: NotebookClient, manager: AsyncKernelManager) -> None:
    """カーネルを必ず止める。残すものはないので，待たない。"""
    if client.kc is not None:
        client.kc.stop_channels()
    if manager.has_kernel:
        await asyncio.shield(manager.shutdown_kernel(now=True))


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
