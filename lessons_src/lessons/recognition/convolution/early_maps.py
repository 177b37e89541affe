"""どの層の地図を読むかで，場所への強さがどう変わるか。

``position`` は最後の特徴地図だけを読む。ここでは，途中の地図も場所で平均（か最大に）して読む。
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from lessons.recognition.convolution.position import CHOICES, SCREEN, trial
from lessons.recognition.networks import inputs, network

BLOCKS = {"塊 1": 0, "塊 3": 2, "塊 5": 4, "塊 9": 8, "塊 15": 14}
"""読む塊の名前と番号。"""
LAYERS = ("入口", *BLOCKS, "最後")
"""読む層。入口に近い順。"""


@torch.no_grad()
def maps(
    images: np.ndarray, control: str = "", seed: int = 0
) -> dict[str, torch.Tensor]:
    """画面 ``(N, 224, 224)`` の，層ごとの地図 ``(N, C, h, w)``。層の名前から引く。

    Args:
        images: uint8。
        control: 空なら学習ずみの EfficientNet-Lite0。ほかは ``networks.CONTROLS`` のどれか。
        seed: 対照の重みの種。
    """
    net, wanted = network(control, seed), {n: name for name, n in BLOCKS.items()}
    h = F.relu6(net._bn0(net._conv_stem(inputs(images))))
    found = {"入口": h}
    for number, block in enumerate(net._blocks):
        h = block(h)
        if number in wanted:
            found[wanted[number]] = h
    found["最後"] = net._act(net._bn1(net._conv_head(h)))
    return found


def recognised_by_layer(
    seed: int, control: str = "", *, items: int = 6, most: bool = False
) -> dict[str, tuple[int, float]]:
    """層ごとの，一ますの画素の数と，新しい場所での見分けの正しさ（0 が当てずっぽう，1 が全問正解）。

    Args:
        seed: 課題の種。対照の重みの種も兼ねる。
        control: ``maps`` と同じ。
        items: 課題の数。
        most: 真なら，地図を場所で平均する代わりに，最大の値を読む。
    """
    g = np.random.default_rng(seed)
    right: dict[str, list[float]] = {}
    cells: dict[str, int] = {}
    for one in (trial(g) for _ in range(items)):
        for layer, m in maps(
            np.concatenate([one.learned, one.moved]), control, seed
        ).items():
            v = m.amax((2, 3)) if most else m.mean((2, 3))
            right.setdefault(layer, []).append(above_chance(v))
            cells[layer] = SCREEN // m.shape[-1]
    return {
        layer: (cells[layer], float(np.mean(share))) for layer, share in right.items()
    }


def above_chance(v: torch.Tensor) -> float:
    """一つの課題の見分けの正しさ。0 が当てずっぽう，1 が全問正解。

    Args:
        v: 見本と，動かした形の特徴 ``(2 × CHOICES, D)``。いちばん近い見本を選ぶ。
    """
    chosen = torch.cdist(v[CHOICES:], v[:CHOICES]).argmin(dim=1)
    share = float((chosen == torch.arange(CHOICES)).double().mean())
    return (share - 1 / CHOICES) * CHOICES / (CHOICES - 1)
