"""章 attention/attention_as_softmax の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons.answers import choice, number
from lessons.exercises import Exercise

Array = NDArray[np.float64]


def _right(A: Array, p: Array) -> Array:
    return (A * p).sum(axis=(1, 2))


def _divided(A: Array, p: Array) -> Array:
    return (A * p).mean(axis=(1, 2))


def _plain_mean(A: Array, p: Array) -> Array:
    return A.mean(axis=(1, 2))


def _look(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を書いて，その名前を渡してください。"
    rng = np.random.default_rng(0)
    A, p = rng.normal(size=(5, 3, 4)), rng.random((3, 4))
    p /= p.sum()
    got = np.asarray(answer(A, p), float)
    if got.shape != (5,):
        return (
            f"特徴ごとに一つの数です。この例では形が (5,) ですが，{got.shape} でした。"
        )
    if np.allclose(got, _right(A, p)):
        return None
    if np.allclose(got, _divided(A, p)):
        return "p の合計は 1 なので，場所の数で割る必要はありません。"
    if np.allclose(got, _plain_mean(A, p)):
        return "それは，どこも等しく見るときの平均です。p を掛けてください。"
    return "値が違います。場所ごとに p を掛けてから，場所について足します。"


EXERCISES = [
    Exercise(
        name="attention_as_softmax/look",
        judge=_look,
        solution=_right,
        praise="注意は，重みつきの平均です。",
        known_wrong=(
            (_divided, "割る必要"),
            (_plain_mean, "p を掛けて"),
            (lambda A, p: A * p, "(5,)"),
            (lambda A, p: A.max(axis=(1, 2)), "値が違います"),
        ),
    ),
    Exercise(
        name="attention_as_softmax/spotlight",
        answer=number(
            18,
            (9, "指数の分母には 2 も入っています。"),
            (3, "距離は二乗されています。標準偏差も二乗します。"),
            otherwise="exp(−d²/β) と exp(−d²/(2·3²)) を見比べてください。",
        ),
        solution=18,
        praise="温度が高いほど，太い光になります。",
        known_wrong=((9, "2 も"), (3, "二乗"), (6, "見比べて")),
    ),
    Exercise(
        name="attention_as_softmax/tripled",
        answer=choice(
            {
                "3 倍より多い": "ますは全部で 98 しかないので，それより多くの場所は見られません。",
                "ほぼ 3 倍": "温度 1 でも，もう半分より多くの場所を見ています。残りのますの数を考えてください。",
                "2 倍より少ない": None,
            }
        ),
        solution="2 倍より少ない",
        praise="温度を上げていくと，どの場所も同じ確率に近づき，場所の数で頭打ちになります。",
        known_wrong=(
            ("3 倍より多い", "8 しかないので"),
            ("ほぼ 3 倍", "温度 1 でも"),
        ),
    ),
]
