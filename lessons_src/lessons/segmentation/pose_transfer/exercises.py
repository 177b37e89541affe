"""章 segmentation/pose_transfer の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import Several, choice
from lessons.exercises import Exercise


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


EXERCISES = [
    Exercise(
        name="pose_transfer/limbs",
        answer=choice(
            {
                "頭": "全身の大きさを相手に合わせているので，頭のずれは小さくなります。",
                "手首": None,
                "足首": "足首は，相手の床の場所に合わせています。",
            }
        ),
        solution="手首",
        praise="全身の大きさと床の場所を合わせても，手足の長さの割合は合いません。",
        known_wrong=(
            ("頭", "合わせているので"),
            ("足首", "足首は"),
        ),
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
        answer=Several(
            {
                "1": "(1) 相手の背が低い",
                "2": "(2) 相手の腕だけが長い",
                "3": "(3) 相手の床が画面の下の方に見える",
                "4": "(4) 相手が横を向いている",
            },
            {
                "2": "腕だけを長くすることはできません。全身を同じ倍率で変えます。",
                "4": "向きは変えられません。画面の上の形を，大きくしたり動かしたりするだけです。",
            },
            least=2,
            few="全身の大きさと，床の場所の二つを合わせられます。",
        ),
        solution={1, 3},
        praise="体つきと向きを合わせるには，別の工夫が要ります。",
        known_wrong=(({1, 2, 3}, "腕だけ"), ({1, 3, 4}, "向き"), ({1}, "床の場所")),
    ),
]
