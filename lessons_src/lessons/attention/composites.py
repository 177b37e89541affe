"""二枚の写真を一枚に並べた絵と，名指した方に地図が向いた程度。"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from lessons.stimuli import photos
from lessons.weights.classifier import Classifier

SUBJECTS = {"chelsea": 282, "coffee": 967, "camera": 872, "rocket": 657}
"""並べる写真と，名指すクラス（トラ猫，エスプレッソ，三脚，ミサイル）。"""


def side_by_side(
    first: np.ndarray, second: np.ndarray, *, stacked: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """同じ大きさの二枚を，一枚に並べる。

    Args:
        first, second: ``(H, W, 3)``。
        stacked: 真なら上下に，偽なら左右に並べる。

    Returns:
        ``(一枚にした絵, 領域 (2, ...))``。領域は，それぞれの絵のある所が True。
    """
    both = np.concatenate([first, second], axis=0 if stacked else 1)
    regions = np.zeros((2, *both.shape[:2]), bool)
    height, width = first.shape[:2]
    regions[0, :height, :width] = True
    regions[1] = ~regions[0]
    return both, regions


class Composition(NamedTuple):
    """二枚の写真を並べた絵と，その正解。"""

    picture: np.ndarray  # (H, W, 3)，0〜1
    regions: np.ndarray  # (2, H, W) bool
    classes: tuple[int, int]  # それぞれの写真を名指すクラス


def compositions(net: Classifier, seed: int) -> Iterator[Composition]:
    """写真の組 6 通りを，大きさ・切り取る所・左右の向き・並べ方を種で変えて一枚にする。"""
    rng = np.random.default_rng(seed)
    for names in combinations(SUBJECTS, 2):
        first, second = (names[i] for i in rng.permutation(2))
        views = [_varied_view(net, photos.load(n), rng) for n in (first, second)]
        picture, regions = side_by_side(*views, stacked=bool(rng.integers(2)))
        yield Composition(picture, regions, (SUBJECTS[first], SUBJECTS[second]))


def _varied_view(
    net: Classifier, photo: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """写真の八割から全部を切り取り，半分の確率で左右を返し，224 × 224 にする。"""
    height, width = photo.shape[:2]
    side = int(min(height, width) * rng.uniform(0.8, 1.0))
    top = int(rng.integers(0, height - side + 1))
    left = (width - side) // 2 + int((width - side) // 4 * rng.uniform(-1, 1))
    view = net.view(photo[top : top + side, left : left + side])
    return view[:, ::-1] if rng.integers(2) else view


def share_inside(M: torch.Tensor, region: np.ndarray) -> float:
    """地図の正の部分のうち，領域の中にある割合を返す。

    Args:
        M: 地図 ``(h, w)``。
        region: 領域 ``(H, W)``，bool。地図のます目に合わせて縮める。

    Returns:
        0〜1。正の部分がなければ 0。
    """
    P = M.detach().cpu().clamp(min=0)  # (h, w)
    inside = torch.from_numpy(np.asarray(region, np.float32))[None, None]
    inside = F.adaptive_avg_pool2d(inside, (P.shape[0], P.shape[1]))[0, 0]  # (h, w)
    total = float(P.sum())
    return float((P * inside).sum()) / total if total > 0 else 0.0
