"""四つまでの数は，特別に正しいか：ばらつき ÷ 平均（ウェーバー比）を，数の範囲で比べる。"""

from __future__ import annotations

import numpy as np

from lessons.segmentation.counts import answers, counts_up, missed_at_random

FEW, MORE = (2, 3, 4), (5, 6, 7)
"""少ない数と，多い数（Burr, Turi & Anobile, 2010 の二つの範囲）。"""


def weber_fractions(said: np.ndarray) -> np.ndarray:
    """数ごとの，答えの標準偏差 ÷ 平均。``said`` は ``(数の種類, 場面)``。"""
    found: np.ndarray = said.std(axis=1) / said.mean(axis=1)
    return found


def subitizing(
    seed: int,
    control: str = "",
    *,
    scenes: int = 40,
    side: float = 17,
    score: float = 0.5,
) -> float:
    """ウェーバー比：5〜7 個 − 2〜4 個。四つまでが特別に正しければ，正。

    対照 ``independent`` は，一つ一つを同じ確率で無関係に見落とす。
    数えていない検出器の値は 0 とする。

    Args:
        seed: 場面の種。
        control: 空なら学習ずみの一段の検出器，``independent`` か，``nulls.CONTROLS`` のどれか。
        scenes, side, score: ``counts.answers`` に同じ。
    """
    numbers = FEW + MORE
    own = control == "independent"
    said = answers(
        "one_stage",
        numbers,
        seed,
        "" if own else control,
        scenes=scenes,
        side=side,
        score=score,
    )
    if own:
        said = missed_at_random(numbers, said, seed)
    if not counts_up(said):
        return 0.0
    found = weber_fractions(said)
    return float(found[len(FEW) :].mean() - found[: len(FEW)].mean())
