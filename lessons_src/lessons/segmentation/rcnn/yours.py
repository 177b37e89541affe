"""あなたの答え：物の数を一目で見積もり，べき乗の指数を，検出器と並べる。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.segmentation import detectors
from lessons.segmentation.counts import counted, crowd
from lessons.segmentation.rcnn.counting import slope
from lessons.stimuli.scenes import Scene

COUNTS = (12, 5, 16, 7, 10, 4)
"""見せる場面の物の数。並べた順。"""


def sheet() -> list[Scene]:
    """見せる場面 6 枚。"""
    return [crowd(7, n, scenes=1)[0] for n in COUNTS]


def graded(mine: Sequence[float] | EllipsisType) -> Sequence[str]:
    """あなたの見積もりと検出器の数を並べ，べき乗の指数を言う。

    Args:
        mine: 左上から順に並べた，6 つの数。``...`` なら，まだ答えていない。

    Returns:
        印字する行。

    Raises:
        ValueError: 数が 6 つでないか，1 より小さい数があるとき。
    """
    if isinstance(mine, EllipsisType):
        return [
            "まだ答えが入っていません。見積もった数を，左上から順に 6 つ並べてください。"
        ]
    yours = np.asarray(mine, float)
    if yours.shape != (len(COUNTS),) or not (yours >= 1).all():
        raise ValueError(
            f"答え {mine!r} を，1 以上の数 {len(COUNTS)} 個の並びにしてください。"
        )
    its = counted(detectors.found("two_stage", sheet()))
    truth = np.array(COUNTS)
    rows = [("物の数", truth), ("あなた", yours), ("検出器", its)]
    return [
        f"{who}：{' '.join(f'{n:g}' for n in said)}"
        f"　指数 {slope(truth, np.maximum(said, 1)):.2f}"
        for who, said in rows
    ]
