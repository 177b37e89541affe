"""あなたの答え：雑音の入った物は，合う場所と合わない場所の，どちらで見分けやすいか。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.segmentation.panoptic.consistency import HOMES, Pair, named, pair
from lessons.segmentation.panoptic.model import PanopticNet

COUNT = 6
"""組の数。"""


def sheet() -> tuple[list[Pair], np.ndarray]:
    """6 組の絵と，合う場所の絵を右に置くか ``(6,)``。"""
    rng = np.random.default_rng(3)
    pairs = [pair(rng, list(HOMES)[i % 2]) for i in range(COUNT)]
    return pairs, rng.permutation([False, True] * (COUNT // 2))


def counted(mine: str | EllipsisType, net: PanopticNet) -> Sequence[str]:
    """あなたが見分けやすかった方と，モデルが当てた方を数える。

    Args:
        mine: 組の順に，見分けやすかった方を「左」「右」「同」で並べた 6 字。``...`` なら，まだ。
        net: パノプティックのネットワーク。

    Returns:
        印字する行。

    Raises:
        ValueError: ほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。「左」「右」「同」を 6 字並べてください。"]
    checked(mine, "左右同", "「左」「右」「同」", COUNT)
    pairs, swapped = sheet()
    home = ["右" if right else "左" for right in swapped]
    fit = sum(a == b for a, b in zip(mine, home, strict=True))
    away = COUNT - fit - mine.count("同")
    said = [named(net, one.images, one.masks) for one in pairs]
    hits = [
        sum(
            answers[place] == one.name for answers, one in zip(said, pairs, strict=True)
        )
        for place in (0, 1)
    ]
    return [
        f"あなた：合う場所 {fit} 組，合わない場所 {away} 組，同じ {mine.count('同')} 組",
        f"モデルが名前を当てた数：合う場所 {hits[0]}，合わない場所 {hits[1]}",
    ]
