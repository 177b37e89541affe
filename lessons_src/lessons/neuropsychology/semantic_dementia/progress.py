"""病気の進行：傷を少しずつ重くして，同じ課題をくり返す。"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lessons.neuropsychology.semantic_dementia import damage
from lessons.neuropsychology.semantic_dementia.knowledge import Knowledge
from lessons.neuropsychology.semantic_dementia.model import Networks

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
"""切る線の割合。"""

Measure = Callable[[Networks, Knowledge], NDArray[np.float64]]
"""課題：S 個の網と知識を受け取り，成績 ``(S, k)`` を返す。"""
INJURIES = {"切断": damage.sever, "乱れ": damage.perturb}
"""傷の種類。``切断`` の強さは線の割合，``乱れ`` の強さは重みの乱れの標準偏差。"""


def sweep(
    networks: Networks,
    knowledge: Knowledge,
    measure: Measure,
    amounts: Sequence[float] = SHARES,
    *,
    injury: str = "切断",
    place: str = damage.EVERYWHERE,
    lesions: int = 4,
) -> NDArray[np.float64]:
    """傷の強さごとの成績 ``(強さの数, S, k)``。

    Args:
        networks: S 個の網。
        knowledge: 教えた知識。
        measure: 課題。
        amounts: 傷の強さ。
        injury: ``切断`` か ``乱れ``。
        place: 傷つける場所。
        lesions: 網ごとに引く傷の数。その平均を返す。

    Raises:
        ValueError: 傷の種類の名前が違うとき，強さが範囲の外のとき。
    """
    if injury not in INJURIES:
        raise ValueError(
            f"傷の種類 {injury!r} はありません。{'か'.join(INJURIES)}にしてください。"
        )
    rows = []
    for amount in amounts:
        scores = []
        for lesion in range(lesions):
            seeds = [1000 * lesion + number for number in range(len(networks))]
            hurt = INJURIES[injury](networks, amount, seeds, knowledge, place)
            scores.append(measure(hurt, knowledge))
        rows.append(np.mean(scores, axis=0))
    return np.array(rows)
