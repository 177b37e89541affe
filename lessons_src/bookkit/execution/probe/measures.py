"""このプロセスが使った記憶と時間。"""

from __future__ import annotations

import os
import sys
from typing import Any


def measured() -> dict[str, Any]:
    """記憶のいちばん多いとき（バイト）と，CPU が働いた秒。"""
    return {
        "memory": _memory(),
        "gpu_memory": _gpu_memory(),
        # 前もって済ませた読み込みと，章が始めた別のプロセスの分も，
        # この章が働いた時間に数える。
        "cpu_seconds": round(sum(os.times()[:4]) + before("CPU"), 1),
    }


def before(name: str) -> float:
    """``prefork`` が枝分かれの前に測った値。ふつうに始めたなら 0。"""
    return float(os.environ.get(f"BOOKKIT_{name}_BEFORE", "0"))


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
        libraries = before("LIBRARIES")
        return status("VmHWM") + max(0, int(libraries) - status("RssFile"))
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
