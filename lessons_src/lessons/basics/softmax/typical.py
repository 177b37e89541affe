"""典型的でない物ほど，ネットワークは名前に迷うか：出力のエントロピーと，人の評定を比べる。"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.stats import spearmanr
from torch import nn

from lessons.basics.softmax.model import Array
from lessons.neuropsychology.picture_naming.model import features
from lessons.recognition.transfer_learning.typicality import STYLES, ratings
from lessons.weights import efficientnet_lite0


@lru_cache(maxsize=1)
def scores() -> Array:
    """描き方ごとの，1,000 種類の得点 ``(8, 156, 1000)``。"""
    layers = efficientnet_lite0.pretrained().model.modules()
    *_, head = (layer for layer in layers if isinstance(layer, nn.Linear))
    weight, bias = (v.detach().cpu().numpy() for v in (head.weight, head.bias))
    return np.stack([features(style) @ weight.T + bias for style in STYLES])


def hesitation(x: Array, beta: float) -> Array:
    """得点 ``(..., 1000)`` を温度 ``beta`` のソフトマックスにした，エントロピー（ビット）``(...)``。"""
    z = x / beta
    z = z - z.max(axis=-1, keepdims=True)
    total = np.exp(z).sum(axis=-1)
    mean = (np.exp(z) * z).sum(axis=-1) / total
    return np.asarray((np.log(total) - mean) / np.log(2))


def entropy_and_goodness(
    seed: int, control: str = "", *, styles: int, beta: float
) -> float:
    """悪い例ほど迷う：エントロピーと評定の順位相関。六つの分類の平均（物の数で重みをつける）。

    Args:
        seed: 使う描き方と，分類ごとに残す物の種。
        control: ``shuffled`` は，評定を分類の中で入れ替える。
        styles: 平均する描き方の数。
        beta: 温度。
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(STYLES))[:styles]
    doubt = hesitation(scores()[chosen], beta).mean(axis=0)  # (156,)
    found, weights = [], []
    for members, rating in ratings().values():
        keep = max(4, round(0.9 * len(members)))
        at = np.sort(rng.permutation(len(members))[:keep])
        badness = rating[at]
        if control == "shuffled":
            badness = rng.permutation(badness)
        found.append(spearmanr(doubt[[members[i] for i in at]], badness)[0])
        weights.append(len(at) - 1)
    return float(np.average(found, weights=weights))
