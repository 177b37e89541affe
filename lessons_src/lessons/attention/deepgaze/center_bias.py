"""中心バイアスの実験：中央を足すだけで，成績がどれだけ変わるか。

学習はしない。顕著性地図 S をそのまま確率に直し，中心バイアスを足す前と後を比べる。
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from lessons.attention.deepgaze import simulated_fixations as gaze
from lessons.attention.deepgaze.fixation_metrics import auc, shuffled_auc
from lessons.attention.deepgaze.model import center_bias, low_features

Array = NDArray[np.float64]

SCENES = 30
"""実験に使う場面の数。半分で中心バイアスを測り，残りで採点する。"""


class Scores(NamedTuple):
    """採点の結果（場面の平均）。"""

    plain: float  # 顕著性地図だけの AUC
    centered: float  # 中心バイアスを足したときの AUC
    shuffled_plain: float  # 顕著性地図だけのシャッフル AUC
    shuffled_centered: float  # 中心バイアスを足したときのシャッフル AUC


@lru_cache(maxsize=1)
def _maps() -> Array:
    """場面ごとの顕著性地図 S ``(30, 28, 28)``。平均 0，標準偏差 1 にそろえる。"""
    found = []
    for scene in gaze.scenes()[:SCENES]:
        S = low_features(scene.image / 255)[-1:]  # (1, 14, 14)
        wide = F.interpolate(S[None], size=(gaze.GRID, gaze.GRID), mode="bilinear")
        found.append((wide[0, 0] - wide.mean()) / wide.std().clamp(min=1e-6))
    return torch.stack(found).cpu().double().numpy()


def experiment(seed: int) -> Scores:
    """固視を新しく引き，場面を半分に分けて，中心バイアスの効き目を測る。

    Args:
        seed: 固視と分け方の乱数の種。
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(SCENES)
    known, test = order[: SCENES // 2], order[SCENES // 2 :]
    scenes = gaze.scenes()
    looked = [
        gaze.observe(gaze.gaze_density(scenes[k]), 60, rng) for k in range(SCENES)
    ]
    center = center_bias([looked[k] for k in known])
    found = []
    for k in test:
        elsewhere = np.concatenate([looked[j] for j in test if j != k])
        S = _maps()[k]
        both = S + np.log(center)
        found.append(
            (
                auc(S, looked[k]),
                auc(both, looked[k]),
                shuffled_auc(S, looked[k], elsewhere),
                shuffled_auc(both, looked[k], elsewhere),
            )
        )
    return Scores(*np.mean(found, axis=0).tolist())
