"""あなたの答え：穴からのぞいた線と，全体の絵で，四角の側を答える。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.segmentation.unet.ownership import displays

COUNT = 6
"""絵の数。"""
HOLE = 12
"""穴の一辺（画素）。"""


def sheet() -> tuple[np.ndarray, np.ndarray, str]:
    """穴からのぞいた絵 ``(6, 12, 12, 3)``，全体の絵 ``(6, 96, 96, 3)``，正しい側。"""
    rng = np.random.default_rng(6)
    images = displays(rng, COUNT, "line")
    sides = rng.permutation([0, 1] * (COUNT // 2))  # 0 が左
    whole = images[np.arange(COUNT), rng.integers(0, 2, COUNT), sides]
    at = slice(whole.shape[1] // 2 - HOLE // 2, whole.shape[1] // 2 + HOLE // 2)
    return whole[:, at, at], whole, "".join("左右"[side] for side in sides)


def counted(hole: str | EllipsisType, whole: str | EllipsisType) -> Sequence[str]:
    """穴からの答えと，全体を見た答えの，合った数。

    Args:
        hole, whole: 絵の順に「左」「右」を 6 字並べた答え。``...`` なら，まだ答えていない。

    Returns:
        印字する行。

    Raises:
        ValueError: 「左」「右」のほかの字があるか，数が違うとき。
    """
    answers = {"穴からのぞく": hole, "全体を見る": whole}
    if any(isinstance(answer, EllipsisType) for answer in answers.values()):
        return ["まだ答えが入っていません。「左」「右」を 6 字ずつ並べてください。"]
    _, _, truth = sheet()
    lines = []
    for name, answer in answers.items():
        assert isinstance(answer, str)
        checked(answer, "左右", "「左」か「右」", COUNT, name=name)
        right = sum(a == b for a, b in zip(answer, truth, strict=True))
        lines.append(f"{name}：{COUNT} 枚のうち {right} 枚が正解")
    return [*lines, f"正しい側：{truth}"]
