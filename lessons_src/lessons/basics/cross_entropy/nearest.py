"""学習をしない相手：点の模様の例を覚え，いちばん近い例の類を答える。

課題は ``dot_patterns`` と同じ作り方で，ネットワークと比べるために頁で動かす。
重みは一つも学ばない。
"""

from __future__ import annotations

import torch

from lessons.basics.cross_entropy.dot_patterns import DISTORTIONS, SIZES


def prototype_advantage(
    seed: int, *, shuffled: bool = False, distortion: float = 2.25, tests: int = 200
) -> float:
    """原型の正答率 − 大きくゆがんだ新しい例の正答率（三つの類の平均）。

    Args:
        seed: 原型と例の種。
        shuffled: 真なら，覚える例の類を入れ替える。
        distortion: ゆがみの倍率。``dot_patterns.accuracies`` と同じ。
        tests: 類ごとの，新しい例の数。
    """
    g = torch.Generator().manual_seed(seed)
    prototypes = torch.randn(len(SIZES), 18, generator=g)
    spreads = [distortion * spread for spread in DISTORTIONS.values()]

    def distorted(kind: int, spread: float, count: int) -> torch.Tensor:
        noise = torch.randn(count, 18, generator=g)
        return prototypes[kind] + spread * noise  # (count, 18)

    x = torch.cat(
        [
            distorted(kind, spreads[i % len(spreads)], 1)
            for kind, size in enumerate(SIZES)
            for i in range(size)
        ]
    )
    y = torch.repeat_interleave(torch.arange(len(SIZES)), torch.tensor(SIZES))
    if shuffled:
        y = y[torch.randperm(len(y), generator=g)]

    def right(shown: torch.Tensor, kind: int) -> float:
        nearest = torch.cdist(shown, x).argmin(dim=1)  # いちばん近い例の番号
        return float((y[nearest] == kind).double().mean())

    return sum(
        right(prototypes[k : k + 1], k) - right(distorted(k, spreads[-1], tests), k)
        for k in range(len(SIZES))
    ) / len(SIZES)
