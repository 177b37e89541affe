"""健全性の検査：重みを乱したら，地図も変わるか。

Adebayo et al. (2018) の「上の層から順に乱していく」検査。一枚の写真では結果が種しだいなので，
``check_photos`` は，本にあるすべての写真で測り，別の写真どうしの似かたを目安に添える。
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import nn

from lessons import hooks, runtime
from lessons.attention.grad_cam.model import (
    grad_cam,
    gradients,
    guided_backprop,
    guided_grad_cam,
)
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0

Maps = Mapping[str, torch.Tensor]
"""方法の名前から，地図 ``(H, W)`` を引く表。"""

LAYER = "_act"
"""地図を描く層（EfficientNet-Lite0 の，GAP の直前）。"""
TOP_STAGES = (("_fc",), ("_conv_head",), ("_blocks.15",))
"""出口の側の三段。出口に近い順。"""


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


def explanations(model: nn.Module, x: torch.Tensor, c: int) -> dict[str, torch.Tensor]:
    """三つの方法の地図と，絵を見ない「雑音」の地図（対照）。

    雑音は，重みとクラス番号だけから種を決めた一様な乱数。重みが変われば，別の地図になる。

    Args:
        model: EfficientNet-Lite0。
        x: 入力 ``(1, 3, H, W)``。
        c: クラス番号。
    """
    g = gradients(model, x, c, LAYER)
    L = grad_cam(g.A, g.G)
    pixels = guided_backprop(model, x, c)
    generator = torch.Generator().manual_seed(_checksum(model) + c)
    return {
        "Grad-CAM": L,
        "誘導逆伝播": pixels.abs().sum(0),
        "Guided Grad-CAM": guided_grad_cam(L, pixels).abs().sum(0),
        "雑音": torch.rand(L.shape, generator=generator),
    }


def _checksum(model: nn.Module) -> int:
    """線形層の重みを，乱数の種にする。"""
    *_, last = (m for m in model.modules() if isinstance(m, nn.Linear))
    return int(last.weight.detach().double().abs().sum() * 1e6) % 2**31


def cascade(
    model: nn.Module,
    stages: Sequence[Sequence[str]],
    explain: Callable[[nn.Module], Maps],
    *,
    seed: int = 0,
) -> dict[str, list[float]]:
    """段の順に重みを乱し，元の地図との順位の相関を，方法ごとに並べる。

    先頭は，乱す前の 1。
    """
    before = explain(model)
    found = {name: [1.0] for name in before}
    for broken in randomised(model, stages, seed=seed):
        after = explain(broken)
        for name, values in found.items():
            values.append(similarity(before[name], after[name]))
    return found


class Checked(NamedTuple):
    """すべての写真での検査の結果。"""

    broken: np.ndarray  # (写真の数,)：重みを乱す前と後の，同じ写真の地図の似かた
    between: float  # 目安：乱す前の，別の写真どうしの地図の似かた（すべての組の平均）


@lru_cache(maxsize=1)
def _originals() -> tuple[
    nn.Module, list[tuple[torch.Tensor, int]], list[dict[str, torch.Tensor]]
]:
    """ネットワークと，写真ごとの（入力，いちばんの答え）と，乱す前の地図。"""
    net = efficientnet_lite0.pretrained()
    shown = []
    for name in photos.PHOTOS:
        photo = photos.load(name)
        shown.append((net.input(photo), net.top(photo, 1)[0][0]))
    return net.model, shown, [explanations(net.model, x, c) for x, c in shown]


@lru_cache(maxsize=1)
def _between() -> dict[str, float]:
    _, _, before = _originals()
    return {
        name: float(
            np.mean([similarity(a[name], b[name]) for a, b in combinations(before, 2)])
        )
        for name in before[0]
    }


@lru_cache(maxsize=32)
def check_photos(seed: int, stages: int = 2) -> dict[str, Checked]:
    """本にあるすべての写真で，出口の側の段を乱し，方法ごとに似かたを測る。

    地図は，写真ごとにいちばんの答えを名指して描く。

    Args:
        seed: 乱す重みの種。
        stages: 乱す段の数（1〜3）。

    Raises:
        ValueError: 段の数が 1〜3 でないとき。
    """
    if not 1 <= stages <= len(TOP_STAGES):
        raise ValueError(
            f"stages は 1 から {len(TOP_STAGES)} にしてください（受け取った値: {stages}）。"
        )
    model, shown, before = _originals()
    *_, broken = randomised(model, TOP_STAGES[:stages], seed=seed)
    after = [explanations(broken, x, c) for x, c in shown]
    return {
        name: Checked(
            np.array(
                [
                    similarity(old[name], new[name])
                    for old, new in zip(before, after, strict=True)
                ]
            ),
            between,
        )
        for name, between in _between().items()
    }
