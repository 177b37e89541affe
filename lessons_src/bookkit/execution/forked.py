"""枝分かれで作ったカーネルの世話：始める，生きているか見る，止める。

重い読み込みを済ませた ``prefork`` のプロセスを一つ持つ（Linux だけ）。
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

POSSIBLE = sys.platform == "linux"
HEAVY = {
    "numpy": "numpy",
    "matplotlib": "matplotlib.pyplot",
    "torch": "torch",
    "torchvision": "torchvision",
}
"""本の依存のうち，前もって読み込む値打ちのあるものと，読み込むモジュール。"""


class Template:
    """``prefork`` のプロセス。初めに頼まれたときに始める。"""

    def __init__(self, env: dict[str, str], modules: Sequence[str]) -> None:
        self._env = env
        self._modules = modules
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def fork(self, **request: Any) -> int | None:
        """カーネルを一つ作り，プロセスの番号を返す。作れなければ ``None``。"""
        async with self._turn:
            process = self._process or await self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(json.dumps(request).encode() + b"\n")
                await process.stdin.drain()
                answer = json.loads(await process.stdout.readline() or b"{}")
            except (OSError, ValueError):
                return None
        pid: int | None = answer.get("pid")
        return pid

    async def _start(self) -> asyncio.subprocess.Process:
        backend = "module://matplotlib_inline.backend_inline"  # ipykernel と同じ
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("prefork.py")),
            *self._modules,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"MPLBACKEND": backend, **self._env},
            start_new_session=True,  # Ctrl-C は，本体だけが受ける
        )
        return self._process

    async def close(self) -> None:
        """終わらせる。"""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


@contextlib.asynccontextmanager
async def template(
    env: dict[str, str], packages: Sequence[str] | None
) -> AsyncIterator[Template | None]:
    """使い終わると，プロセスを終わらせる。``packages`` が ``None`` なら，作らない。"""
    if packages is None or not POSSIBLE:
        yield None
        return
    made = Template(env, [HEAVY[name] for name in packages if name in HEAVY])
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
        env = {"BOOKKIT_TRACE": options["env"]["BOOKKIT_TRACE"]}
        self.forked = await self.template.fork(
            connection_file=self.connection_file, cwd=options["cwd"], env=env
        )
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
