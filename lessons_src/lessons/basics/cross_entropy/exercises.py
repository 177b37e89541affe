"""章 basics/cross_entropy の練習。"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lessons.answers import choice, near, number
from lessons.exercises import Exercise

_SURPRISE = math.log(4)
_RATIO = 1 / (2 * 0.01 * 0.99)


def _stable(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def surprise(a): の形で書きます。"
    with np.errstate(all="ignore"):
        middle = np.array([float(answer(a)) for a in (-2.0, 0.0, 3.0)])
        ends = np.array([float(answer(a)) for a in (-1000.0, 1000.0)])
    right = np.log1p(np.exp([2.0, 0.0, -3.0]))
    if np.allclose(middle, -right):
        return "符号が逆です。誤差は 0 以上の数になります。"
    if not np.allclose(middle, right):
        return "値が違います。a = 0 なら p = 0.5 なので，log 2 になるはずです。"
    if not np.allclose(ends, [1000.0, 0.0]):
        return (
            "a が −1000 のとき，正しい値は 1000 です。p を先に求めると 0 に丸められ，"
            "対数が無限大になります。np.logaddexp を使ってください。"
        )
    return None


def _surprise(a: float) -> float:
    return float(np.logaddexp(0, -a))


def _through_p(a: float) -> float:
    return float(-np.log(1 / (1 + np.exp(-a))))


EXERCISES = [
    Exercise(
        name="cross_entropy/steps",
        answer=choice(
            {
                "前より大きい": "曲線は急になりますが，出力の動く幅は小さくなっています。0.05 と 0.01 での値の差を読んでください。",
                "前と同じ": None,
                "前より小さい": "出力の動く幅は小さくなりますが，曲線は急になっています。0.05 と 0.01 での値の差を読んでください。",
            }
        ),
        solution="前と同じ",
        praise="何分の 1 になったかが同じなら，驚きは同じだけ増えます。",
        known_wrong=(
            ("前より大きい", "は急になりますが"),
            ("前より小さい", "小さくなりますが"),
        ),
    ),
    Exercise(
        name="cross_entropy/ratio",
        answer=number(
            near(_RATIO, 0.6),
            (
                near(2 * _RATIO, 1.1),
                "2 が抜けています。二乗を微分すると，前に 2 が出ます。",
            ),
            (
                near(1 / _RATIO, 0.001),
                "割る向きが逆です。交差エントロピーの勾配を，二乗誤差の勾配で割ります。",
            ),
            otherwise="二つの勾配の比は 1 ÷ {2p(1−p)} です。p に 0.01 を入れてください。",
            unit="倍",
        ),
        solution=51,
        praise="自信のある誤りほど，この比は大きくなります。",
        known_wrong=((101, "2 が抜けて"), (0.0198, "逆"), (2, "p(1−p)")),
    ),
    Exercise(
        name="cross_entropy/stable",
        judge=_stable,
        solution=_surprise,
        praise="深層学習の道具も，同じ理由で，出力の手前の値から誤差を求めます。",
        known_wrong=(
            (_through_p, "logaddexp"),
            (lambda a: -np.logaddexp(0, -a), "符号が逆"),
            (lambda a: a, "log 2"),
        ),
    ),
]
