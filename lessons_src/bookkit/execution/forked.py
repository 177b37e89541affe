"""枝分かれで作ったカーネルの世話：始める，生きているか見る，止める。

``prefork`` のプロセスを，読み込むモジュールの組ごとに一つ持つ（Linux だけ）。
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from bookkit.execution.closure import Library, facts, facts_of

POSSIBLE = sys.platform == "linux"
HEAVY = {
    "numpy": "numpy",
    "matplotlib": "matplotlib.pyplot",
    "torch": "torch",
    "torchvision": "torchvision",
}
"""前もって読み込む値打ちのあるパッケージと，読み込むモジュール。"""


def heavy_imports(library: Library, sources: Iterable[str]) -> tuple[str, ...]:
    """章のコードがたどり着く，重いモジュール。"""
    codes = list(sources)
    used = {name for code in codes for name in facts(code, "").imports}
    for name, path in library.closure(codes).items():
        used |= facts_of(path, name.rpartition(".")[0]).imports
    packages = {name.partition(".")[0] for name in used}
    return tuple(module for name, module in HEAVY.items() if name in packages)


class Template:
    """``prefork`` のプロセス一つ。"""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def fork(self, connection_file: str, cwd: str) -> int | None:
        """カーネルを一つ作り，プロセスの番号を返す。作れなければ ``None``。"""
        request = json.dumps({"connection_file": connection_file, "cwd": cwd})
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        async with self._turn:
            try:
                stdin.write(request.encode() + b"\n")
                await stdin.drain()
                answer = json.loads(await stdout.readline() or b"{}")
            except (OSError, ValueError):
                return None
        pid: int | None = answer.get("pid")
        return pid


class Templates:
    """読み込むモジュールの組ごとの ``Template``。要るときに始める。"""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._started: dict[tuple[str, ...], asyncio.Task[Template]] = {}

    async def of(self, modules: tuple[str, ...]) -> Template:
        """その組の ``Template``。"""
        if modules not in self._started:
            self._started[modules] = asyncio.ensure_future(self._start(modules))
        return await asyncio.shield(self._started[modules])

    async def _start(self, modules: tuple[str, ...]) -> Template:
        program = str(Path(__file__).with_name("prefork.py"))
        backend = "module://matplotlib_inline.backend_inline"  # ipykernel と同じ
        return Template(
            await asyncio.create_subprocess_exec(
                sys.executable,
                program,
                *modules,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={"MPLBACKEND": backend, **self._env},
                start_new_session=True,  # Ctrl-C は，本体だけが受ける
            )
        )

    async def close(self) -> None:
        """すべて終わらせる。"""
        for task in self._started.values():
            template = await task
            with contextlib.suppress(ProcessLookupError):
                template._process.kill()
            await template._process.wait()


@contextlib.asynccontextmanager
async def templates(env: dict[str, str]) -> AsyncIterator[Templates]:
    """使い終わると，すべてのプロセスを終わらせる。"""
    made = Templates(env)
    try:
        yield made
    finally:
        await made.close()


class ForkedKernelManager(AsyncKernelManager):
    """``Template`` から枝分かれしたカーネルを，ふつうのカーネルと同じに見せる。

    枝分かれできないときは，ふつうに始める。
    """

    template: Template
    forked: int | None = None

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """カーネルを始める。"""
        self.write_connection_file()
        self.forked = await self.template.fork(self.connection_file, options["cwd"])
        if self.forked is None:
            await super().start_kernel(**options)

    @property
    def has_kernel(self) -> bool:
        """カーネルがあるか。"""
        return self.forked is not None or bool(super().has_kernel)

    async def _async_is_alive(self) -> bool:
        if self.forked is None:
            return bool(await super()._async_is_alive())
        try:
            os.kill(self.forked, 0)
        except ProcessLookupError:
            return False
        return True

    is_alive = _async_is_alive

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:  # type: ignore[override]
        """カーネルを止める。"""
        if self.forked is None:
            await super().shutdown_kernel(now=now, restart=restart)
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.forked, signal.SIGKILL)
        self.forked = None
        self.cleanup_connection_file()
