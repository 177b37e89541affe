"""意味を少しも知らない見え方：色の並びと，縁の向き。名前の読み出しの比べる相手になる。

どの値も，絵の画素から決まった式で計算する。学習は一つもない。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.feature import hog

from lessons.stimuli import naming_pictures

Array = NDArray[np.float32]

EDGE_WEIGHT = 3.0
"""縁の値に掛ける数（色の値と大きさをそろえる）。"""


def _small(picture: np.ndarray, side: int) -> Array:
    """縮めた絵 ``(side, side, 3)``，0〜1。"""
    image = Image.fromarray(picture).resize((side, side), Image.Resampling.BOX)
    return np.asarray(image, np.float32) / np.float32(255)


def colours(picture: np.ndarray) -> Array:
    """16 × 16 に縮めた絵の色 ``(768,)``。"""
    return _small(picture, 16).ravel()


def edges(picture: np.ndarray) -> Array:
    """縁の向きの度数（HOG）``(1296,)``。どこに，どの向きの縁があるかを数える。"""
    grey = _small(picture, 56).mean(axis=2)
    return hog(grey, 9, (8, 8), (2, 2)).astype(np.float32)


@lru_cache(maxsize=8)
def appearance(style: str) -> Array:
    """一つの描き方の見え方：色と縁を並べた ``(156, 2064)``。"""
    return np.stack(
        [
            np.concatenate([colours(p), EDGE_WEIGHT * edges(p)])
            for p in naming_pictures.pictures(style)
        ]
    )


def distances(activity: list[Array]) -> NDArray[np.float64]:
    """概念どうしの見え方の隔たり ``(n, n)``。描き方で平均し，値ごとに尺度をそろえて測る。"""
    mean = np.mean(activity, axis=0)  # (n, D)
    z = (mean - mean.mean(axis=0)) / (mean.std(axis=0) + 1e-3)
    squares = (z**2).sum(axis=1)
    gaps = squares[:, None] + squares[None] - 2 * z @ z.T
    np.fill_diagonal(gaps, 0)  # 丸めの誤差を除く
    return np.sqrt(np.maximum(gaps, 0) / z.shape[1])
