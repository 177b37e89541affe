"""CAM の明るい所を隠すほど，得点は下がるか。"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from lessons.attention.cam.model import cam
from lessons.weights.classifier import Classifier

SIDE = 64
"""隠す四角の一辺（画素）。"""
EDGES = (0, 53, 107, 160)
"""四角の上と左の位置（画素）。縦横の組み合わせで 16 か所。"""


@torch.no_grad()
def agreement(net: Classifier, photo: np.ndarray, c: int) -> float:
    """四角の中の CAM の平均と，そこを隠したときの得点の下がり方の相関。

    四角は，写真の平均の色で塗りつぶす。

    Args:
        net: 分類のネットワーク。
        photo: 写真 ``(H, W, 3)``，uint8。
        c: 名指すクラスの番号。
    """
    view = net.view(photo)  # (224, 224, 3)
    x = net.eyes.tensor(view)
    M = cam(net.model, x, c).M[None, None]
    wide = F.interpolate(M, size=view.shape[:2], mode="bilinear")[0, 0]
    covered, inside = [], []
    for top in EDGES:
        for left in EDGES:
            box = np.s_[top : top + SIDE, left : left + SIDE]
            masked = view.copy()
            masked[box] = view.mean(axis=(0, 1))
            covered.append(net.eyes.tensor(masked))
            inside.append(float(wide[box].mean()))
    fall = net.model(x)[0, c] - net.model(torch.cat(covered))[:, c]
    return float(np.corrcoef(inside, fall.cpu())[0, 1])
