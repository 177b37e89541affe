"""後ろの方の間引きを除いた，未学習のネットワーク。深い地図が場所に弱いのは，間引きだけのせいか。

``early_maps`` では，層が深くなると，ますも粗くなる。ここでは，深さをそのままにして，ますだけを細かく保つ。
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from lessons.recognition import networks
from lessons.recognition.convolution.early_maps import above_chance
from lessons.recognition.convolution.position import SCREEN, trial

THINNED = 5
"""EfficientNet-Lite0 が間引く回数。一回で，ますの一辺が 2 倍になる。"""


@torch.no_grad()
def recognised(seed: int, kept: int, *, items: int = 4) -> tuple[int, float]:
    """最後の地図の一ますの画素の数と，新しい場所での見分けの正しさ（0 が当てずっぽう，1 が全問正解）。

    Args:
        seed: 課題と重みの種。
        kept: 入口から数えて，残す間引きの数。5 なら，もとのまま。
        items: 課題の数。

    Raises:
        ValueError: 残す数が 2〜5 でないとき（少ないほど地図が大きく，計算が重い）。
    """
    if not 2 <= kept <= THINNED:
        raise ValueError(f"残す間引きの数 {kept} を，2 から {THINNED} にしてください。")
    net = copy.deepcopy(networks.network("untrained", seed))
    thinning = [
        m for m in net.modules() if isinstance(m, nn.Conv2d) and m.stride == (2, 2)
    ]
    for module in thinning[kept:]:
        module.stride = (1, 1)
    net = networks._calibrated(net)
    g = np.random.default_rng(seed)
    right, cell = [], 0
    for one in (trial(g) for _ in range(items)):
        maps = net.features(
            networks.inputs(np.concatenate([one.learned, one.moved]))
        )  # (6, 1280, h, w)
        cell = SCREEN // maps.shape[-1]
        right.append(above_chance(maps.mean(dim=(2, 3))))
    return cell, float(np.mean(right))
