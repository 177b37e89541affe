"""装置・乱数・計算の規模を決める場所。「GPU はあるか」を問うのはここだけです。

環境変数 ``LESSONS_DEVICE``（``cpu`` または ``cuda``）で，装置の判定を上書きできます。
``python -m lessons.runtime`` は，装置の種類と名前を JSON で答えます。
読み込むだけなら速いように，numpy と torch は使うときに読みます。
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import random
import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import torch

T = TypeVar("T")

_DEVICE_KINDS = ("cpu", "cuda")


def device_kind() -> str:
    """計算に使う装置の種類を返す。

    Returns:
        ``"cuda"``（GPU がある）または ``"cpu"``。

    Raises:
        ValueError: ``LESSONS_DEVICE`` に知らない名前が入っているとき。
    """
    wanted = os.environ.get("LESSONS_DEVICE", "")
    if wanted:
        if wanted not in _DEVICE_KINDS:
            raise ValueError(
                f"環境変数 LESSONS_DEVICE の値 {wanted!r} は使えません。"
                f"{' か '.join(_DEVICE_KINDS)} にしてください。"
            )
        return wanted
    return "cuda" if _has_gpu() else "cpu"


def _has_gpu() -> bool:
    """CUDA の GPU が使えるか。ドライバーがなければ，torch を読まずに答える。"""
    driver = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(driver)
    except OSError:
        return False
    import torch

    return torch.cuda.is_available()


def device_name() -> str:
    """計算する装置の名前（GPU があればその名前，なければ CPU の名前）を返す。"""
    if device_kind() == "cuda" and _has_gpu():
        import torch

        return torch.cuda.get_device_name()
    return _cpu_name()


def _cpu_name() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf8") as info:
            for line in info:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def device() -> torch.device:
    """計算に使う装置を返す。

    ``LESSONS_DEVICE=cuda`` で GPU のある計算機をまねているときも，
    実物の GPU がなければ CPU の装置を返します。規模だけが全規模になります。
    """
    import torch

    return torch.device("cuda" if device_kind() == "cuda" and _has_gpu() else "cpu")


def budget(*, full: T, reduced: T) -> T:
    """GPU があれば ``full``，なければ ``reduced`` を返す。

    GPU 用のセルの大きさ（枚数，反復の回数など）は，必ずこの関数で決めます。
    """
    return full if device_kind() == "cuda" else reduced


def seed_everything(seed: int = 0) -> torch.Generator:
    """Python・NumPy・torch の乱数の種をそろえる。

    Args:
        seed: 0 以上の整数。

    Returns:
        同じ種で始まる CPU の ``torch.Generator``。
    """
    if seed < 0:
        raise ValueError(
            f"seed は 0 以上の整数にしてください（受け取った値: {seed}）。"
        )
    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    return torch.Generator().manual_seed(seed)


def main() -> None:
    """装置の種類・名前・まねかどうかを，JSON の一行で答える。"""
    kind = device_kind()
    simulated = kind == "cuda" and not _has_gpu()
    answer = {"kind": kind, "name": device_name(), "simulated": simulated}
    print(json.dumps(answer))


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(str(error))
