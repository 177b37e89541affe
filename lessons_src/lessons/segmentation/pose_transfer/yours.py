"""あなたの答え：絵の人が高く上げているのは，右手か左手か。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.segmentation.pose_transfer.views import draw_view
from lessons.stimuli.people import KEYPOINTS
from lessons.weights.movenet import PoseEstimator

VIEWS = ("front", "back", "back", "front", "back", "front")
"""絵の順の，向き。"""
_SEEDS = (9, 2, 4, 12, 7, 1)
_WRISTS = KEYPOINTS.index("left_wrist"), KEYPOINTS.index("right_wrist")


def sheet() -> list[np.ndarray]:
    """六枚の絵 ``(192, 192, 3)``。"""
    return [draw_view(s, v)[0] for s, v in zip(_SEEDS, VIEWS, strict=True)]


def truth() -> str:
    """正しい答え。絵の人から見た「右」「左」。"""
    found = []
    for seed, view in zip(_SEEDS, VIEWS, strict=True):
        _, points = draw_view(seed, view)
        left, right = (points[k, 1] for k in _WRISTS)
        found.append("左" if left < right else "右")
    return "".join(found)


def read_by(net: PoseEstimator) -> str:
    """MoveNet の答え。左右の手首のうち，高い方の名前。"""
    points = [net.keypoints(image) for image in sheet()]
    return "".join("左" if p[9, 1] < p[10, 1] else "右" for p in points)


def graded(mine: str | EllipsisType, net: PoseEstimator) -> Sequence[str]:
    """あなたの答えを，MoveNet の答えに並べる。

    Args:
        mine: 左上から順に並べた「右」「左」の 6 字。``...`` なら，まだ答えていない。
        net: 学習ずみの MoveNet。

    Returns:
        印字する行。

    Raises:
        ValueError: 「右」「左」のほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。「右」「左」を，六字並べてください。"]
    checked(mine, "右左", "「右」か「左」", len(VIEWS))
    right = truth()
    lines = [f"正解　　{right}"]
    for name, said in {"あなた　": mine, "MoveNet": read_by(net)}.items():
        counts = [
            sum(a == b for a, b, v in zip(said, right, VIEWS, strict=True) if v == way)
            for way in ("front", "back")
        ]
        lines.append(f"{name} {said}　前向き {counts[0]} / 3，後ろ姿 {counts[1]} / 3")
    return lines
