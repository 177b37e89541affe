"""あなたの答え：物は，いくつあるか。一目で見積もる。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

from lessons.segmentation.detr.displays import KINDS, Detector, display, reported
from lessons.stimuli.scenes import Scene

NUMBERS = (13, 12)
"""違う物の場面と，同じ物の場面の，物の数。"""


def sheet() -> tuple[Scene, Scene]:
    """違う物の場面と，同じ物の場面。"""
    different = display(KINDS[: NUMBERS[0]], 5)
    return different, display(["car"] * NUMBERS[1], 6)


def graded(
    mine: tuple[int, int] | EllipsisType, models: dict[str, Detector]
) -> Sequence[str]:
    """あなたの見積もりを，検出器の答えの数に並べる。

    Args:
        mine: （違う物の場面の数，同じ物の場面の数）。``...`` なら，まだ答えていない。
        models: 名前から，検出する関数を引く表。

    Returns:
        印字する行。

    Raises:
        ValueError: 0 以上の数二つでないとき。
    """
    if isinstance(mine, EllipsisType):
        return [
            "まだ答えが入っていません。(10, 10) のように，二つの数を書いてください。"
        ]
    if len(mine) != 2 or min(mine) < 0:
        raise ValueError(
            f"答え {mine!r} を，(10, 10) のような 0 以上の数二つにしてください。"
        )
    scenes = sheet()
    rows: dict[str, Sequence[float]] = {"本当の数": NUMBERS, "あなた": mine}
    for name, detector in models.items():
        rows[name] = reported(detector(scenes), scenes)[1].tolist()
    return [f"{name}：違う物 {a:.0f}，同じ物 {b:.0f}" for name, (a, b) in rows.items()]
