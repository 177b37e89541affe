"""人が決めた特徴：方向の勾配のヒストグラム（HOG，Dalal & Triggs, 2005）。

縁の向きを，場所ごとに数え，まわりの明暗の強さでそろえる。学習する所はない。
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

ANGLES = 9
"""向きの段の数（0〜180 度）。"""


def orientation_maps(x: torch.Tensor, cell: int = 4) -> torch.Tensor:
    """区画ごとに，縁の向きを強さで数える。

    Args:
        x: 絵 ``(B, 1, S, S)``。``S`` は ``cell`` の倍数。
        cell: 区画の一辺（画素）。

    Returns:
        ``(B, 9, S / cell, S / cell)``。

    Raises:
        ValueError: 絵の形が違うとき。
    """
    if x.ndim != 4 or x.shape[1] != 1 or x.shape[-1] % cell or x.shape[-2] % cell:
        raise ValueError(
            f"絵の形 {tuple(x.shape)} を，(枚数, 1, 高さ, 幅) にし，"
            f"高さと幅を {cell} の倍数にしてください。"
        )
    wide = F.pad(x, (1, 1, 1, 1), mode="replicate")
    dx = wide[..., 1:-1, 2:] - wide[..., 1:-1, :-2]  # (B, 1, S, S)
    dy = wide[..., 2:, 1:-1] - wide[..., :-2, 1:-1]
    strength = (dx**2 + dy**2).sqrt()
    angle = torch.atan2(dy, dx) % math.pi / math.pi * ANGLES  # 0〜9
    steps = torch.arange(ANGLES, device=x.device).view(1, ANGLES, 1, 1)
    gap = (angle - steps - 0.5).abs()
    gap = torch.minimum(gap, ANGLES - gap)  # 0 度と 180 度は同じ向き
    votes = strength * (1 - gap).clip(min=0)  # 近い二つの段に分ける
    return F.avg_pool2d(votes, cell) * cell**2


def features(x: torch.Tensor, cell: int = 4) -> torch.Tensor:
    """HOG の値 ``(B, 値の数)``。隣り合う 2 × 2 の区画ごとに，大きさを 1 にそろえる。"""
    maps = orientation_maps(x, cell)  # (B, 9, C, C)
    blocks = F.unfold(maps, 2)  # (B, 36, 組)
    length = (blocks**2).sum(dim=1, keepdim=True).sqrt()
    return (blocks / (length + 0.1)).clip(max=0.4).flatten(1)
