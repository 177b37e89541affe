"""あなたの答え：森と木の絵で，先に見えたのは大きい形か，並べた物か。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.segmentation.fpn.forest import Forest, forest

COUNT = 6
"""絵の数。"""


def sheet() -> list[Forest]:
    """6 枚の絵。"""
    rng = np.random.default_rng(11)
    return [forest(rng, cell=14) for _ in range(COUNT)]


def counted(
    mine: str | EllipsisType, model: Sequence[tuple[bool, bool]]
) -> Sequence[str]:
    """あなたの答えを，モデルの答えに並べて数える。

    Args:
        mine: 絵の順に，先に見えた方を「大」か「小」で並べた 6 字。``...`` なら，まだ。
        model: 絵ごとに，大きい形と並べた物を答えたか（``forest.answers``）。

    Returns:
        印字する行。

    Raises:
        ValueError: 「大」「小」のほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。「大」か「小」を 6 字並べてください。"]
    checked(mine, "大小", "「大」か「小」", COUNT)
    large, small = (sum(said) for said in zip(*model, strict=True))
    return [
        f"あなた：先に見えたのは，大きい形 {mine.count('大')} 枚，"
        f"並べた物 {mine.count('小')} 枚",
        f"モデル：答えたのは，大きい形 {large} 枚，並べた物 {small} 枚",
    ]
