"""規則 N の代わりに，地図の目盛りを別のやり方でそろえる。"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from lessons.attention.saliency.model import PAIRS, SCALE, THETAS, across_scale_sum


def by_mean(image: Tensor) -> Tensor:
    """N の代わり：地図 ``(B, 1, h, w)`` を平均で割る。山の少ない地図ほど，山が高く残る。"""
    return image / image.mean((2, 3), True).clamp(min=1e-6)


def combined(
    maps: Mapping[str, Tensor], normalise: Callable[[Tensor], Tensor]
) -> Tensor:
    """N をすべて ``normalise`` に替えて，特徴地図を一枚にまとめた地図 ``(B, 1, h, w)``。"""
    size = maps[f"I({SCALE},7)"].shape[2:]

    def total(kind: str, end: str = "") -> Tensor:
        found = [normalise(maps[f"{kind}({c},{s}{end})"]) for c, s in PAIRS]
        return across_scale_sum(found, size)

    tilts = [normalise(total("O", f",{theta}")) for theta in THETAS]
    streams = [total("I"), total("RG") + total("BY"), torch.stack(tilts).sum(0)]
    return torch.stack([normalise(one) for one in streams]).mean(0)
