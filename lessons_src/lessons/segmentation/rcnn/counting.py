"""たくさんの物を数えさせる：数の圧縮と，ばらつきの増え方。

人は，たくさんの点の数を少なめに答える。ばらつきは，ほぼ数に比例して増えると言われてきた。
"""

from __future__ import annotations

import numpy as np

from lessons.segmentation.counts import answers, counts_up, missed_at_random

NUMBERS = (4, 6, 8, 12, 16)
"""置く物の数。"""
SPACED = 4
"""対照 ``spaced`` の升目の一辺の数。物の間隔が 24 画素になる。"""


def slope(x: np.ndarray, y: np.ndarray) -> float:
    """両対数のグラフの傾き（べき乗の指数）。"""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def compression(
    seed: int,
    control: str = "",
    *,
    scenes: int = 16,
    side: float = 17,
    score: float = 0.5,
) -> float:
    """数の圧縮：1 − べき乗の指数。0 なら数のとおり，正なら，多いほど少なめに答える。

    対照 ``spaced`` は，学習ずみの検出器に，間隔を広げた物を見せる。
    数えていない（``counts_up`` でない）検出器の値は 0 とする。

    Args:
        seed: 場面の種。
        control: 空なら学習ずみ，``spaced`` か，``nulls.CONTROLS`` のどれか。
        scenes, side, score: ``counts.answers`` に同じ。
    """
    spaced = control == "spaced"
    said = answers(
        "two_stage",
        NUMBERS,
        seed,
        "" if spaced else control,
        scenes=scenes,
        side=side,
        across=SPACED if spaced else 5,
        score=score,
    )
    if not counts_up(said):
        return 0.0
    return 1 - slope(np.array(NUMBERS), said.mean(axis=1))


def scalar_variability(
    seed: int,
    control: str = "",
    *,
    scenes: int = 24,
    side: float = 17,
    score: float = 0.5,
) -> float:
    """ばらつきの増え方：標準偏差を平均に当てはめた，べき乗の指数 − 0.5。

    0.5 なら，ばらつきは数に比例する。0 なら，数の平方根に比例する。
    標準偏差には，答えが整数であることによる幅（分散 1/12）を足す。
    対照 ``independent`` と ``matched`` は，一つ一つを無関係に見落とす
    （``counts.missed_at_random``）。数えていない検出器の値は 0 とする。

    Args:
        seed, scenes, side, score: ``compression`` に同じ。
        control: 空なら学習ずみ，上の二つか，``nulls.CONTROLS`` のどれか。
    """
    own = control in ("independent", "matched")
    said = answers(
        "two_stage",
        NUMBERS,
        seed,
        "" if own else control,
        scenes=scenes,
        side=side,
        score=score,
    )
    if own:
        said = missed_at_random(NUMBERS, said, seed, each=control == "matched")
    if not counts_up(said):
        return 0.0
    return slope(said.mean(axis=1), np.sqrt(said.var(axis=1) + 1 / 12)) - 0.5
