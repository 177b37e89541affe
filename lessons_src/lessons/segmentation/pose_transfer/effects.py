"""章 segmentation/pose_transfer の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.segmentation.pose.controls import shuffled, untrained
from lessons.segmentation.pose_transfer.views import side_score
from lessons.weights import movenet

ITEMS = 24
"""一つの種で描く人の数。"""


def back_view(
    seed: int, control: str = "", *, height: float, near: float
) -> np.ndarray:
    """左右の正しさ：後ろを向いた人 − 前を向いた人（同じ姿勢の組ごと）。

    対照は ``untrained`` と ``shuffled``（どちらも MoveNet）。
    """
    net = movenet.pretrained()
    if control == "untrained":
        net = movenet.PoseEstimator(untrained(movenet.MoveNet, seed))
    elif control == "shuffled":
        net = movenet.PoseEstimator(shuffled(net.model, seed))
    scores = [
        [side_score(net, 100 * seed + i, way, height, near) for i in range(ITEMS)]
        for way in ("back", "front")
    ]
    return np.array(scores[0]) - np.array(scores[1])


MEASURES: dict[str, Callable[..., Any]] = {"transfer_back_view": back_view}
"""約束の名前から，測る関数を引く表。"""
