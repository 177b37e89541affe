"""学習の途中の間違い：繰り上がりの多い足し算ほど，間違えるか。

問題は，Cho ほか（2019）の参加者が解いたのと同じ，4 桁の二進数の足し算 256 通り。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lessons.basics.binary_addition import model
from lessons.basics.binary_addition.problems import all_pairs, carries, to_bits

BITS = 4
MANY = 3
"""「多い」繰り上がりの，最小の数。"""


def half_learnt(
    seed: int,
    task: str = "add",
    *,
    hidden: int = 8,
    rate: float = 0.01,
    goal: float = 0.9,
) -> model.Adder:
    """256 通りの桁の正答率が，初めて ``goal`` になった所で学習を止めたネットワーク。

    更新 5 回ごとに確かめる。3,000 回まで達しなければ，そこで止める。
    """

    def reached(net: model.Adder, step: int) -> bool:
        if step % 5:
            return False
        return model.right_bits(net, *all_pairs(BITS), BITS, task).mean() >= goal

    return model.train(
        seed, bits=BITS, hidden=hidden, rate=rate, steps=3000, task=task, stop=reached
    )


def wrong(net: model.Adder, task: str = "add") -> np.ndarray:
    """256 通りの和を間違えたか ``(256,)``。どの桁も正しいときだけ，正しいと数える。"""
    right = model.right_bits(net, *all_pairs(BITS), BITS, task)
    return np.any(~right, axis=1)


def index(many: float, few: float) -> float:
    """二つの量の差を，和で割った値（−1〜1）。どちらも 0 なら 0。"""
    return float((many - few) / (many + few)) if many + few > 0 else 0.0


@lru_cache(maxsize=1)
def sent() -> np.ndarray:
    """256 通りの，繰り上がりの数 ``(256,)``。"""
    return carries(*all_pairs(BITS), BITS).sum(1)


@lru_cache(maxsize=1)
def contents() -> np.ndarray:
    """256 通りの，桁の中身の番号 ``(256,)``。

    1 と 1 の桁の数と，1 と 0 の桁の数が同じなら，同じ番号。桁の順番だけが違う。
    """
    a, b = (to_bits(n, BITS) for n in all_pairs(BITS))
    return (a & b).sum(1) * (BITS + 1) + (a ^ b).sum(1)


def by_carries(values: np.ndarray) -> np.ndarray:
    """256 通りの値 ``(256,)`` を，繰り上がりの数ごとに平均する ``(5,)``。"""
    return np.array([values[sent() == k].mean() for k in range(BITS + 1)])


def raw_index(values: np.ndarray) -> float:
    """繰り上がりが 3 回以上の問題と，0 回の問題を比べる指数。"""
    return index(values[sent() >= MANY].mean(), values[sent() == 0].mean())


def matched_index(values: np.ndarray) -> float:
    """桁の中身が同じ問題どうしで，繰り上がりの多い方と少ない方を比べる指数。

    値が nan の問題（人が解かなかった問題）は除く。
    """
    many, few = [], []
    for content in np.unique(contents()):
        here = contents() == content
        middle = sent()[here].mean()
        high, low = here & (sent() > middle), here & (sent() < middle)
        if high.any() and low.any():
            many.append(np.nanmean(values[high]))
            few.append(np.nanmean(values[low]))
    return index(float(np.mean(many)), float(np.mean(few)))


def _values(
    seed: int, control: str, hidden: int, rate: float, goal: float
) -> np.ndarray:
    task = "xor" if control == "xor" else "add"
    if control == "untrained":
        net = model.made(seed, hidden)
    else:
        net = half_learnt(seed, task, hidden=hidden, rate=rate, goal=goal)
    return wrong(net, task).astype(float)


def carry_errors(
    seed: int,
    control: str = "",
    *,
    hidden: int = 8,
    rate: float = 0.01,
    goal: float = 0.9,
) -> float:
    """学習の途中の間違いの，``raw_index``。

    対照は ``xor``（繰り上がりのない足し算を学ぶ）と ``untrained``（学習しない）。
    """
    return raw_index(_values(seed, control, hidden, rate, goal))


def carry_errors_matched(
    seed: int,
    control: str = "",
    *,
    hidden: int = 8,
    rate: float = 0.01,
    goal: float = 0.9,
) -> float:
    """学習の途中の間違いの，``matched_index``。対照は ``carry_errors`` と同じ。"""
    return matched_index(_values(seed, control, hidden, rate, goal))
