"""本物の手書き数字：scikit-learn に入っている 8 × 8 の 1,797 枚を，24 × 24 に引き伸ばす。"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

MOST = 1000
"""学習に使える枚数。"""


@lru_cache(maxsize=1)
def _all() -> tuple[torch.Tensor, torch.Tensor]:
    found = load_digits()
    order = np.random.default_rng(0).permutation(len(found.target))
    x = torch.from_numpy(found.images[order]).float()[:, None] / 16
    x = F.interpolate(x, size=24, mode="bilinear", align_corners=False)
    return x, torch.from_numpy(found.target[order])


def tests() -> tuple[torch.Tensor, torch.Tensor]:
    """試験の絵 ``(797, 1, 24, 24)``，0〜1 と，数字 ``(797,)``。いつも同じ。"""
    x, y = _all()
    return x[MOST:], y[MOST:]


def examples(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """学習の絵 ``(count, 1, 24, 24)``，0〜1 と，数字 ``(count,)``。

    Raises:
        ValueError: 枚数が 1〜1,000 でないとき。
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"枚数 {count} を，1〜{MOST} にしてください。")
    x, y = _all()
    at = np.random.default_rng(seed).permutation(MOST)[:count]
    return x[at], y[at]
