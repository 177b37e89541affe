"""あなたの答え：帯に隠れた物と，欠けた物が，いくつの物に見えるか。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np
from torchvision.models.detection import FasterRCNN

from lessons.letters import checked
from lessons.segmentation.mask_rcnn.behind import Display, display, shapes

COUNT = 3
"""物の数。絵は，隠れた，欠けたの順に 2 枚ずつ。"""


def sheet() -> list[Display]:
    """3 組の絵。"""
    rng = np.random.default_rng(5)
    return [display(rng) for _ in range(COUNT)]


def pictures() -> np.ndarray:
    """6 枚の絵 ``(6, 96, 96, 3)``。隠れた，欠けたの順に，組ごとに並ぶ。"""
    return np.concatenate([one.images[1:] for one in sheet()])


def counted(mine: str | EllipsisType, net: FasterRCNN) -> Sequence[str]:
    """あなたの数を，モデルの答えた形の数に並べる。帯は数えない。

    Args:
        mine: 絵の順に，物（帯を除く）の数を並べた 6 字の数字。``...`` なら，まだ。
        net: Mask R-CNN。

    Returns:
        印字する行。

    Raises:
        ValueError: 数字でない字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。物の数を，絵の順に 6 字並べてください。"]
    checked(mine, "0123456789", "0〜9", 2 * COUNT)
    rows = {
        "あなた": [int(c) for c in mine],
        "モデル": [len(found) for found in shapes(net, pictures())],
    }
    return [
        f"{name}：隠れた物 {sum(n[::2]) / COUNT:.1f} 個，"
        f"欠けた物 {sum(n[1::2]) / COUNT:.1f} 個（一枚の平均）"
        for name, n in rows.items()
    ]
