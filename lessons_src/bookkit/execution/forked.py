"""枝分かれで作るカーネル：``prefork`` のプロセスに頼み，ふつうのカーネルと同じに扱う。

``prefork`` は重い読み込みを一度だけ済ませる（Linux だけ）。torch の読み込みに一章 4 秒ほど
かかるので，章が多いほど効く。枝分かれできないときは，ふつうに始める。
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

POSSIBLE = sys.platform == "linux"
HEAVY = {
    "numpy": "numpy",
    "matplotlib": "matplotlib.pyplot",
    "torch": "torch",
    "torchvision": "torchvision",
}
"""本の依存のうち，前もって読み込む値打ちのあるものと，読み込むモジュール。"""

Fork = Callable[..., "int | None"]
"""カーネルを一つ作り，プロセスの番号を返す関数。作れなければ ``None``。"""


@contextlib.contextmanager
def template(env: dict[str, str], packages: Sequence[str] | None) -> Iterator[Fork]:
    """``prefork`` のプロセスを始め，使い終われば止める。``packages`` が ``None`` なら始めない。"""
    if packages is None or not POSSIBLE:
        yield lambda **request: None
        return
    program = str(Path(__file__).with_name("prefork.py"))
    backend = "module://matplotlib_inline.backend_inline"  # ipykernel と同じ
    process = subprocess.Popen(
        [sys.executable, program, *(HEAVY[one] for one in packages if one in HEAVY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"MPLBACKEND": backend, **env},
        start_new_session=True,  # Ctrl-C は，本体だけが受ける
    )
    turn = threading.Lock()

    def fork(**request: Any) -> int | None:
        assert process.stdin is not None
        assert process.stdout is not None
        with turn, contextlib.suppress(OSError, ValueError):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            pid: int | None = json.loads(process.stdout.readline() or b"{}").get("pid")
            return pid
        return None

    with process:
        try:
            yield fork
        finally:
            process.kill()


class _Process:
    """枝分かれしたプロセスを，``subprocess.Popen`` と同じに見せる。"""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    wait = poll

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkedProvisioner(LocalProvisioner):
    """``fork`` の作ったカーネルを世話する。作れなければ，ふつうに始める。"""

    fork: Fork
    process: Any

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """カーネルを始める。"""
        connection: Any = self.parent
        pid = self.fork(
            connection_file=connection.connection_file,
            cwd=options["cwd"],
            env={"BOOKKIT_TRACE": options["env"]["BOOKKIT_TRACE"]},
        )
        if pid is None:
            return await super().launch_kernel(cmd, **options)
        self.process = _Process(pid)
        self.pid = self.pgid = pid
        return self.connection_info
