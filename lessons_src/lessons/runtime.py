"""装置・乱数・計算の規模を決める場所。「GPU はあるか」を問うのはここだけです。

章: すべての章が使います。
環境変数 ``LESSONS_DEVICE``（``cpu`` または ``cuda``）で，装置の判定を上書きできます。
"""

from __future__ import annotations

import os
import random
from typing import TypeVar

import numpy as np
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
    return "cuda" if torch.cuda.is_available() else "cpu"


def device() -> torch.device:
    """計算に使う装置を返す。

    ``LESSONS_DEVICE=cuda`` で GPU のある計算機をまねているときも，
    実物の GPU がなければ CPU の装置を返します。規模だけが全規模になります。
    """
    if device_kind() == "cuda" and torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("cpu")


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
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    return torch.Generator().manual_seed(seed)
