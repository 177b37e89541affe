"""写真の一部を隠して，答えの確率がどれだけ下がるかを測る（Zeiler & Fergus, 2014）。"""

from __future__ import annotations

import numpy as np
import torch

from lessons import hooks
from lessons.weights.classifier import Classifier


@torch.no_grad()
def occlusion_map(
    net: Classifier, photo: np.ndarray, c: int, *, side: int = 56, step: int = 24
) -> np.ndarray:
    """灰色の正方形で隠したときに下がる確率の地図。

    Args:
        net: 学習ずみの分類器。
        photo: 写真 ``(H, W, 3)``，uint8。
        c: クラス番号。
        side: 隠す正方形の一辺（画素）。
        step: 何画素おきに隠すか。

    Returns:
        ``(h, w)``。正なら，そこを隠すと確率が下がる。

    Raises:
        ValueError: クラス番号か，正方形の大きさが使えないとき。
    """
    view = net.view(photo)  # (224, 224, 3)
    size = view.shape[0]
    if not (1 <= side < size and step >= 1):
        raise ValueError(
            f"隠す正方形 {side} 画素を 1 から {size - 1} の間に，間隔 {step} を 1 以上にしてください。"
        )
    starts = range(0, size - side + 1, step)
    hidden = [view]
    for y in starts:
        for x in starts:
            one = view.copy()
            one[y : y + side, x : x + side] = 0.5
            hidden.append(one)
    inputs = torch.cat([net.eyes.tensor(one) for one in hidden])
    p = torch.cat([net.model(part).softmax(1) for part in inputs.split(16)])
    c = hooks.check_class(c, p.shape[1])
    drop = (p[0, c] - p[1:, c]).cpu().numpy()
    return drop.reshape(len(starts), len(starts))
