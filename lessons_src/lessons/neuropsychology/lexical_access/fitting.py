"""当てはめ：格子の上でモデルを動かしておき，患者にいちばん近いますを選ぶ。

規則は二つ。``s-p`` は二つの結合を別々に弱める（Foygel・Dell，2000）。``weight-decay`` は
結合を一様に弱めるか，活性を早く失わせる（Dell ら，1997）。
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.neuropsychology.lexical_access.model import (
    DECAY,
    KINDS,
    SHARED,
    name_pictures,
)
from lessons.neuropsychology.lexical_access.patients import rmsd, sampling_rmsd

Array = NDArray[np.float64]

RULES = ("s-p", "weight-decay")


class Surface(NamedTuple):
    """格子の上のモデルの答え。"""

    rule: str
    first: Array  # (a,) s，または結合の重み w
    second: Array  # (b,) p，または失う割合 q
    patterns: Array  # (a, b, 6)


class Fit(NamedTuple):
    """患者一人への当てはめ。"""

    first: float
    second: float
    pattern: Array  # (6,) モデルの割合
    rmsd: float


def surface(
    rule: str = "s-p",
    size: int = 16,
    trials: int = 1000,
    seed: int = 0,
    *,
    shared: int = SHARED,
) -> Surface:
    """格子のすべてのますで，モデルに絵を呼ばせる。

    Args:
        rule: ``"s-p"`` か ``"weight-decay"``。
        size: 一辺のますの数。
        trials: 一ますで絵を呼ぶ回数。
        seed: 乱数の種。ますごとに別の種を作る。
        shared: 意味の近い語が，目標と分け合う素性の数。

    Raises:
        ValueError: 規則の名前が違うとき。
    """
    if rule not in RULES:
        raise ValueError(f"rule は {' か '.join(RULES)} にしてください（{rule!r}）。")
    if rule == "s-p":
        first = np.geomspace(0.0005, 0.08, size)
        second = np.geomspace(0.008, 0.1, size)
    else:
        first = np.geomspace(0.001, 0.12, size)
        second = np.linspace(0.5, 0.98, size)
    patterns = np.empty((size, size, len(KINDS)))
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            s, p, decay = (a, b, DECAY) if rule == "s-p" else (a, a, b)
            cell = seed * size * size + i * size + j
            patterns[i, j] = name_pictures(
                s, p, trials, cell, decay=decay, shared=shared
            )
    return Surface(rule, first, second, patterns)


def fit(grid: Surface, pattern: ArrayLike) -> Fit:
    """患者の割合 ``(6,)`` に，いちばん近います。"""
    distance = rmsd(grid.patterns, pattern)  # (a, b)
    i, j = np.unravel_index(distance.argmin(), distance.shape)
    return Fit(
        float(grid.first[i]),
        float(grid.second[j]),
        grid.patterns[i, j],
        float(distance[i, j]),
    )


def indistinguishable(
    grid: Surface, pattern: ArrayLike, items: int, level: float = 0.95
) -> NDArray[np.bool_]:
    """検査の枚数では，患者と見分けられないます ``(a, b)``。

    そのますが正しいとして ``items`` 枚の検査を引き直し，患者との隔たりが，
    引き直しの ``level`` の範囲に入るますを真とする。

    Args:
        grid: 格子。
        pattern: 患者の割合 ``(6,)``。
        items: 型に分けた答えの数。
        level: 範囲に入れる割合。
    """
    distance = rmsd(grid.patterns, pattern)
    shape = distance.shape
    limit = [
        np.quantile(sampling_rmsd(cell, items, 400, number), level)
        for number, cell in enumerate(grid.patterns.reshape(-1, len(KINDS)))
    ]
    return distance <= np.reshape(limit, shape)
