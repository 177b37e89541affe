"""章 segmentation/pose_transfer の練習。"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lessons.exercises import Exercise


def _place(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 70):
        return None
    if math.isclose(value, 65):
        return "それは踊り手の高さです。相手の床の高さに直してください。"
    if math.isclose(value, 0.5):
        return "それは割合です。相手の床の上で，その割合だけ進んでください。"
    return "(65 − 40) ÷ (90 − 40) の割合だけ，60 から 80 へ進んでください。"


def _scale(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def my_scale(part, far, close): の形で書きます。"
    part = np.array([0.0, 0.25, 1.0, 1.2])
    value = np.asarray(answer(part, 0.5, 0.8), float)
    if value.shape == part.shape and np.allclose(value, 0.5 + part * 0.3):
        return None
    if value.shape == part.shape and np.allclose(value, 0.8 - part * 0.3):
        return "奥と手前が逆です。割合 0 がいちばん奥です。"
    return "割合 0 のとき far，1 のとき close になるように，まっすぐつないでください。"


def _limit(answer: Any) -> str | None:
    try:
        chosen = {int(number) for number in answer}
    except TypeError:
        return "番号の集合で答えてください。たとえば {1, 2} と書きます。"
    if chosen == {1, 3}:
        return None
    if 2 in chosen:
        return "腕だけを長くすることはできません。全身を同じ倍率で変えます。"
    if 4 in chosen:
        return (
            "向きは変えられません。画面の上の形を，大きくしたり動かしたりするだけです。"
        )
    return "全身の大きさと，床の場所の二つを合わせられます。"


EXERCISES = [
    Exercise(
        name="pose_transfer/place",
        judge=_place,
        solution=70,
        praise="床の割合が，二人の場所を結びます。",
        known_wrong=((65, "踊り手"), (0.5, "割合です"), (80, "(65 − 40)")),
    ),
    Exercise(
        name="pose_transfer/scale",
        judge=_scale,
        solution=lambda part, far, close: far + part * (close - far),
        praise="端の外に出ても，同じ直線で伸ばします。",
        known_wrong=(
            (lambda part, far, close: close + part * (far - close), "逆"),
            (lambda part, far, close: 0 * part + far, "まっすぐ"),
        ),
    ),
    Exercise(
        name="pose_transfer/limit",
        judge=_limit,
        solution={1, 3},
        praise="体つきと向きを合わせるには，別の工夫が要ります。",
        known_wrong=(({1, 2, 3}, "腕だけ"), ({1, 3, 4}, "向き"), ({1}, "床の場所")),
    ),
]
