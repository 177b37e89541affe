"""健全性の検査：重みを乱したら，地図も変わるか。位置だけを見るネットワークでの検査も。

Adebayo et al. (2018) の「上の層から順に乱していく」検査。
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import nn

from lessons import hooks, runtime

Explain = Callable[[nn.Module], torch.Tensor]
"""ネットワークを受け取り，地図を返す関数。"""


def randomised(
    model: nn.Module, stages: Sequence[Sequence[str]], *, seed: int = 0
) -> Iterator[nn.Module]:
    """段の順に，重みを乱したネットワークを返す。乱した段は，後の段でも乱れたまま。

    畳み込みと線形層の重みを，同じ平均と標準偏差の正規乱数に替える。

    Args:
        model: 学習ずみのネットワーク。変えない（写しを使う）。
        stages: 段ごとの，層の名前の並び。
        seed: 乱数の種。
    """
    g = runtime.seed_everything(seed)
    broken = copy.deepcopy(model)
    for names in stages:
        for name in names:
            for module in hooks.find_layer(broken, name).modules():
                if isinstance(module, nn.Conv2d | nn.Linear):
                    _scramble(module.weight, g)
        yield broken


@torch.no_grad()
def _scramble(weight: torch.Tensor, g: torch.Generator) -> None:
    noise = torch.randn(weight.shape, generator=g).to(weight.device)
    weight.copy_(weight.mean() + weight.std() * noise)


def similarity(first: torch.Tensor, second: torch.Tensor) -> float:
    """二つの地図の，順位の相関（Spearman）。どちらかが平らなら 0。"""
    a = first.detach().cpu().numpy().ravel()
    b = second.detach().cpu().numpy().ravel()
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(spearmanr(a, b).statistic)


def cascade(
    model: nn.Module,
    stages: Sequence[Sequence[str]],
    explain: Explain,
    *,
    seed: int = 0,
) -> list[float]:
    """段の順に重みを乱し，元の地図との順位の相関を並べる。先頭は，乱す前の 1。"""
    before = explain(model)
    found = [1.0]
    for broken in randomised(model, stages, seed=seed):
        found.append(similarity(before, explain(broken)))
    return found
