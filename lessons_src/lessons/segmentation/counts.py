"""検出器に，物の数を数えさせる：確信度の高い四角の数を，答えた数とする。"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from lessons.segmentation import detectors
from lessons.segmentation.metrics import Detections
from lessons.stimuli.arrangements import PICTURES, arranged, scattered
from lessons.stimuli.scenes import Scene

LEAST = 0.5
"""答えた数の平均がこれより少なければ，数えているとは言わない。"""


def crowd(
    seed: int, number: int, *, scenes: int = 24, side: float = 17, across: int = 5
) -> list[Scene]:
    """物を ``number`` 個ずつ置いた場面の列。

    Args:
        seed: 種。
        number: 物の数。
        scenes: 場面の数。
        side: 物の長い方の辺（画素）。
        across: 置く場所の升目の，一辺の数。小さいほど，物の間隔が広い。
    """
    found = []
    for i in range(scenes):
        own = 100_000 * seed + 1_000 * number + i
        g = np.random.default_rng(own)
        names = [PICTURES[k] for k in g.integers(len(PICTURES), size=number)]
        found.append(arranged(own, names, scattered(g, number, across), side))
    return found


def counted(found: Sequence[Detections], score: float = 0.5) -> np.ndarray:
    """場面ごとの，確信度が ``score`` を超える四角の数 ``(場面の数,)``。"""
    numbers = []
    for one in found:
        if one.scores is None:
            raise ValueError("検出には scores（確信度）が要ります。")
        numbers.append(int(np.count_nonzero(one.scores > score)))
    return np.array(numbers)


@lru_cache(maxsize=2)
def answers(
    kind: str,
    numbers: tuple[int, ...],
    seed: int,
    control: str = "",
    *,
    scenes: int = 24,
    side: float = 17,
    across: int = 5,
    score: float = 0.5,
) -> np.ndarray:
    """物の数ごと，場面ごとの，答えた数 ``(数の種類, scenes)``。書き換えてはいけない。

    Args:
        kind, control: ``detectors.network`` に同じ。
        numbers: 置く物の数。
        seed: 場面の種。対照では，重みの種にも使う。
        scenes, side, across: ``crowd`` に同じ。
        score: 数える四角の確信度の下限。
    """
    return np.stack(
        [
            counted(
                detectors.found(
                    kind,
                    crowd(seed, n, scenes=scenes, side=side, across=across),
                    control,
                    seed,
                ),
                score,
            )
            for n in numbers
        ]
    )


def counts_up(said: np.ndarray) -> bool:
    """答えた数 ``(数の種類, 場面)`` の平均が ``LEAST`` 以上で，数とともに増えるか。

    いつも同じ数を答えるものを，数えているとは言わない。
    """
    means = said.mean(axis=1)
    return bool(means.min() >= LEAST and (np.diff(means) > 0).all())


def missed_at_random(
    numbers: Sequence[int], said: np.ndarray, seed: int, *, each: bool = False
) -> np.ndarray:
    """一つ一つの物を，互いに無関係に見落とすときの数 ``(数の種類, 場面)``。

    Args:
        numbers: 置いた物の数。
        said: 検出器の答えた数。見つける確率は，この平均 ÷ 物の数（0.98 まで）。
        seed: 種。
        each: 真なら確率を数ごとに合わせ，偽ならどの数でも同じにする。
    """
    truth = np.asarray(numbers)
    chance = said.mean(axis=1) / truth
    if not each:
        chance = np.full(len(truth), said.mean(axis=1).sum() / truth.sum())
    g = np.random.default_rng(seed)
    return g.binomial(truth[:, None], np.minimum(chance, 0.98)[:, None], said.shape)
