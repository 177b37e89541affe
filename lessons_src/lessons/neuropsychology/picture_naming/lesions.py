"""損傷：ユニットを除く，重みを乱す。どちらも，どれだけ・どこを傷つけるかを数で決める。"""

from __future__ import annotations

import copy
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Network = TypeVar("Network", bound=nn.Module)

PLACES: dict[str, tuple[int, int]] = {
    "early": (0, 5),
    "middle": (5, 11),
    "late": (11, 16),
}
"""目の層の組（始めと終わりのブロックの番号）。``early`` には入口，``late`` には出口も入る。"""


def check_share(share: float, name: str = "share") -> float:
    """損傷の割合が 0〜1 であることを確かめて返す。

    Raises:
        ValueError: 0〜1 の数でないとき。
    """
    try:
        value = float(share)
    except (TypeError, ValueError):
        value = float("nan")
    if not 0 <= value <= 1:
        raise ValueError(
            f"損傷の割合 {name} は 0 から 1 の数にしてください（受け取った値: {share!r}）。"
            "30 % なら 0.3 と書きます。"
        )
    return value


def surviving(
    units: int, share: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """ユニットを ``share`` の割合だけ除く。残ったユニットが 1 の ``(units,)`` を返す。

    Raises:
        ValueError: 割合が 0〜1 でないとき。
    """
    lost = round(check_share(share) * units)
    keep = np.ones(units, np.float32)
    keep[rng.permutation(units)[:lost]] = 0
    return keep


def perturbed(network: Network, place: str, amount: float, seed: int) -> Network:
    """畳み込みの重みに雑音を足した，ネットワークの写し。

    Args:
        network: EfficientNet-Lite0。元のネットワークは変えない。
        place: 傷つける層の組（``PLACES``）。
        amount: 雑音の標準偏差。層ごとの重みの標準偏差を 1 とする。0〜1。
        seed: 雑音の種。

    Raises:
        ValueError: 知らない場所，または 0〜1 でない強さのとき。
    """
    if place not in PLACES:
        raise ValueError(
            f"損傷の場所 {place!r} はありません。使える名前: {', '.join(PLACES)}"
        )
    strength = check_share(amount, "amount")
    damaged = copy.deepcopy(network)
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in damaged.named_parameters():
            if weight.ndim == 4 and _place(name) == place:
                shake = torch.randn(weight.shape, generator=noise).to(weight)
                weight.add_(strength * weight.std() * shake)
    return damaged


def _place(name: str) -> str:
    """層の名前から，その場所。"""
    if not name.startswith("_blocks."):
        return "early" if "stem" in name else "late"
    block = int(name.split(".")[1])
    return next(place for place, (a, b) in PLACES.items() if a <= block < b)
