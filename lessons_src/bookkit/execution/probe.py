"""カーネルの中で，使ったものと記憶を記録する。

このファイルは，カーネルが起動するときに単独で読み込まれる。ほかの bookkit は読み込まない。
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

_files: set[str] = set()
_folders: set[str] = set()
_hosts: set[str] = set()
_root = ""


def start(root: str) -> None:
    """記録を始める。

    Args:
        root: ``lessons`` の親のフォルダー。
    """
    global _root
    _root = os.path.realpath(root) + os.sep
    sys.addaudithook(_hook)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = args
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if isinstance(path, str) and not path.endswith((".py", ".pyc")):
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            if not writes:
                _files.add(path)
    elif event in ("os.listdir", "os.scandir"):
        # import そのものも，モジュールを探してフォルダーを並べる。それは数えない。
        caller = sys._getframe(1).f_code.co_filename
        if isinstance(args[0], str) and not caller.startswith("<frozen importlib"):
            _folders.add(args[0])
    elif event == "socket.getaddrinfo" and args[0]:
        host = args[0].decode() if isinstance(args[0], bytes) else str(args[0])
        if host not in ("localhost", "127.0.0.1", "::1"):
            _hosts.add(host)


def report() -> str:
    """記録を JSON で返す。"""
    inside = {name: path for path in _files if (name := _inside(path))}
    loaded = {
        name
        for key, module in list(sys.modules.items())
        if key.partition(".")[0] == "lessons"
        and (name := _inside(getattr(module, "__file__", None) or ""))
    }
    downloads = {
        os.path.basename(path): os.path.getsize(path)
        for path in _files
        if os.sep + os.path.join("torch", "hub", "checkpoints") + os.sep in path
        and os.path.isfile(path)
    }
    return json.dumps(
        {
            "files": sorted(inside),
            "modules": sorted(loaded),
            "folders": sorted({n for p in _folders if (n := _inside(p))}),
            "hosts": sorted(_hosts),
            "downloads": downloads,
            "memory": _memory(),
            "gpu_memory": _gpu_memory(),
            # 前もって済ませた読み込みと，章が始めた別のプロセスの分も，
            # この章が働いた時間に数える。
            "cpu_seconds": sum(os.times()[:4])
            + float(os.environ.get("BOOKKIT_CPU_BEFORE", "0")),
        }
    )


def _inside(path: str) -> str:
    """``lessons`` の中なら，そこから見た場所。外なら空。"""
    real = os.path.realpath(path)
    if not path or not real.startswith(_root):
        return ""
    name = real[len(_root) :].replace(os.sep, "/")
    return name if name.partition("/")[0] == "lessons" else ""


def status(name: str) -> int:
    """``/proc`` にある，このプロセスの記憶の値（バイト）。"""
    with open("/proc/self/status", encoding="ascii", errors="replace") as lines:
        values = dict(line.partition(":")[::2] for line in lines)
    return int(values[name].split()[0]) * 1024


def _memory() -> int:
    """記憶のいちばん多いとき（バイト）。

    枝分かれしたカーネルは，読み込みずみのライブラリーの，まだ触れていない頁を数えない。
    一から始めたときの値に近づけるため，枝分かれの前に載っていた分を足す。
    """
    try:
        before = int(os.environ.get("BOOKKIT_LIBRARIES_BEFORE", "0"))
        return status("VmHWM") + max(0, before - status("RssFile"))
    except (OSError, KeyError):
        pass
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)


def _gpu_memory() -> int:
    """GPU の記憶のいちばん多いとき（バイト）。使っていなければ 0。"""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return 0
    return int(torch.cuda.max_memory_allocated())
