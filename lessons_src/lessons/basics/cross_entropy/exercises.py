"""章 basics/cross_entropy の練習。"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lessons.answers import choice
from lessons.exercises import Exercise

_SURPRISE = {
    f"{p} の予報": -0.7 * math.log(p) - 0.3 * math.log(1 - p) for p in (0.5, 0.9)
}
"""雨の確率が 0.7 のときの，平均の驚き。"""


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
        name="cross_entropy/forecast",
        answer=choice(
            {
                "0.5 の予報": "0.5 の人は，どちらの日にも少ししか驚きません。降らない日の 0.9 の人の驚きを考えてください。",
                "同じ": "ずれは同じでも，対数は 0 に近い所で急に下がります。降らない日の驚きを比べてください。",
                "0.9 の予報": None,
            }
        ),
        solution=max(_SURPRISE, key=_SURPRISE.__getitem__),
        praise="自信を持ちすぎた予報は，外れた日に大きく驚きます。",
        known_wrong=(("0.5 の予報", "少ししか"), ("同じ", "急に下がります")),
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
