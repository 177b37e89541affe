"""章 basics/softmax の練習。"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lessons.basics.softmax.model import softmax
from lessons.exercises import Exercise


def _ninety(answer: Any) -> str | None:
    beta = float(answer)
    if beta <= 0:
        return "温度は 0 より大きい数です。"
    top = softmax([1.0, 2.0, 3.0], beta).max()
    if top < 0.9:
        return (
            f"その温度では，最大の確率は {top:.2f} です。もっと温度を下げてください。"
        )
    return None


def _difference(answer: Any) -> str | None:
    gap = float(answer)
    if abs(gap - math.log(3)) < 0.01:
        return None
    if abs(gap + math.log(3)) < 0.01:
        return "符号が逆です。A の方が選ばれやすいのですから，差は正の数になります。"
    p = 1 / (1 + math.exp(-gap))
    return f"その差では，A を選ぶ確率は {p:.2f} です。オッズ 0.75 ÷ 0.25 の対数を考えてください。"


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


def _level(answer: Any) -> str | None:
    level = float(answer)
    if 1 < level < 3:
        return None
    if level in (1, 3):
        return (
            "杭の頭とちょうど同じ高さです。頭が出るか沈むか決まる高さにしてください。"
        )
    above = int((np.array([5.0, 3.0, 1.0, 0.0]) > level).sum())
    return (
        f"水位 {level:g} では，頭を出す杭は {above} 本です。"
        "ちょうど 2 本になる高さを考えてください。"
    )


def _stable_solution(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max())
    return powers / powers.sum()


def _unstable(x: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.exp(x) / np.exp(x).sum()


EXERCISES = [
    Exercise(
        name="softmax/temperature",
        judge=_ninety,
        solution=0.4,
        praise="温度を下げるほど，いちばん大きい値に確率が集まります。",
        known_wrong=((2.0, "温度を下げて"), (-1, "0 より大きい")),
    ),
    Exercise(
        name="softmax/difference",
        judge=_difference,
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
        judge=_level,
        solution=2.0,
        praise="1 と 3 の間なら，どこで止めても勝者は同じ二つです。",
        known_wrong=((4, "1 本です"), (0.5, "3 本です"), (3, "同じ高さ")),
    ),
]
