"""章 basics/softmax の練習。"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lessons.answers import Span, above, below, between, inside, near, number
from lessons.basics.softmax.model import softmax
from lessons.exercises import Exercise


def _stable(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def stable_softmax(x): の形で書きます。"
    got = np.asarray(answer(np.array([1.0, 2.0, 3.0])))
    if got.shape != (3,) or not np.allclose(got.sum(), 1):
        return "合計が 1 になっていません。最後に合計で割りましたか。"
    if not np.allclose(got, softmax([1.0, 2.0, 3.0])):
        return "値が違います。exp を取ってから合計で割ります。"
    with np.errstate(all="ignore"):
        large = np.asarray(answer(np.array([1000.0, 1001.0])))
    if not np.isfinite(large).all():
        return "大きな値で桁あふれします。exp を取る前に，最大の値を引いてください。"
    return None


def _stable_solution(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max())
    return powers / powers.sum()


def _unstable(x: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.exp(x) / np.exp(x).sum()


_NINETY = -1 / math.log((math.sqrt(1 + 4 / 9) - 1) / 2)
"""最大の確率がちょうど 0.9 になる温度。e^(-1/β) + e^(-2/β) = 1/9 を解いた。"""


EXERCISES = [
    Exercise(
        name="softmax/temperature",
        answer=number(
            Span(1e-9, _NINETY),
            ((below(0), 0), "温度は 0 より大きい数です。"),
            otherwise="その温度では，最大の確率が 0.9 になりません。もっと温度を下げてください。",
        ),
        solution=0.4,
        praise="温度を下げるほど，いちばん大きい値に確率が集まります。",
        known_wrong=((2.0, "温度を下げて"), (-1, "0 より大きい")),
    ),
    Exercise(
        name="softmax/difference",
        answer=number(
            near(math.log(3), 0.01),
            (
                near(-math.log(3), 0.01),
                "符号が逆です。A の方が選ばれやすいのですから，差は正の数になります。",
            ),
            (
                between(0, math.log(3)),
                "その差では，A を選ぶ確率が 0.75 に届きません。オッズ 0.75 ÷ 0.25 の対数を考えてください。",
            ),
            (
                above(math.log(3)),
                "その差では，A を選ぶ確率が 0.75 を超えます。オッズ 0.75 ÷ 0.25 の対数を考えてください。",
            ),
            otherwise="その差では，B の方が選ばれます。オッズ 0.75 ÷ 0.25 の対数を考えてください。",
        ),
        solution=math.log(3),
        praise="確率を決めるのは，値そのものではなく，値の差です。",
        known_wrong=((-math.log(3), "符号が逆"), (0.75, "オッズ")),
    ),
    Exercise(
        name="softmax/stable",
        judge=_stable,
        solution=_stable_solution,
        praise="最大の値を引いても，答えは変わりません。",
        known_wrong=((_unstable, "桁あふれ"), (lambda x: np.exp(x), "合計")),
    ),
    Exercise(
        name="softmax/level",
        answer=number(
            inside(1, 3),
            (
                (1, 3),
                "杭の頭とちょうど同じ高さです。頭が出るか沈むか決まる高さにしてください。",
            ),
            *(
                (
                    span,
                    f"その水位では，頭を出す杭は {count} 本です。ちょうど 2 本になる高さを考えてください。",
                )
                for span, count in (
                    (below(0), 4),
                    (between(0, 1), 3),
                    (Span(3, math.nextafter(5, 0)), 1),
                    (Span(5, None), 0),
                )
            ),
            otherwise="ちょうど 2 本になる高さを考えてください。",
        ),
        solution=2.0,
        praise="1 と 3 の間なら，どこで止めても勝者は同じ二つです。",
        known_wrong=((4, "1 本です"), (0.5, "3 本です"), (3, "同じ高さ")),
    ),
]
