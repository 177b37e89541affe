"""章 basics/reading_math の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import choice
from lessons.exercises import Exercise


def _variance(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def spread(x): の形で書きます。"
    x = np.array([2.0, 4.0, 9.0])
    got = float(answer(x))
    if np.isclose(got, x.var()) and np.isclose(answer(x + 5), x.var()):
        return None
    if np.isclose(got, x.var() * 3):
        return "合計のままです。前にある 1/n を掛けてください。"
    if np.isclose(got, x.std()):
        return "ルートを取っています。この式にルートはありません。"
    if np.isclose(got, 0):
        return "引いた数を，二乗する前に足していませんか。上付きの 2 が先です。"
    return "内側から直します。x から平均を引き，二乗し，足し，n で割ります。"


def _distance(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def distance(a, b): の形で書きます。"
    a, b = np.array([1.0, 2.0, 2.0]), np.array([1.0, 5.0, 6.0])
    got = float(answer(a, b))
    if np.isclose(got, 5) and np.isclose(float(answer(b, a)), 5):
        return None
    if np.isclose(got, 25):
        return "二乗の合計のままです。最後にルートを取ります。"
    if np.isclose(abs(got), 7):
        return "それは差の合計です。二乗してから足し，ルートを取ります。"
    return "先に a − b を求め，その長さを np.linalg.norm で測ってください。"


def _sum_only(x: np.ndarray) -> float:
    return float(((x - x.mean()) ** 2).sum())


def _squared(a: np.ndarray, b: np.ndarray) -> float:
    return float(((a - b) ** 2).sum())


EXERCISES = [
    Exercise(
        name="reading_math/aloud",
        answer=choice(
            {
                "1": "w と x を別々に足しています。式は，掛けてから足します。",
                "2": None,
                "3": "それは分数の読み方です。この式に，割り算はありません。",
                "4": "掛け算をくり返すのは，大文字のパイです。シグマは足し算です。",
            },
            {
                "1": "1：w の合計に，x の合計を掛ける",
                "2": "2：同じ番号の w と x を掛け，全部足す",
                "3": "3：w ぶんの x を，全部足す",
                "4": "4：同じ番号の w と x を掛け，全部掛ける",
            },
        ),
        solution=2,
        praise="シグマは，右のかたまりを番号ごとに計算してから足します。",
        known_wrong=((1, "掛けてから"), (3, "割り算"), (4, "足し算")),
    ),
    Exercise(
        name="reading_math/spread",
        judge=_variance,
        solution=lambda x: ((x - x.mean()) ** 2).mean(),
        praise="これは分散です。かたまりを内側から一つずつ直しました。",
        known_wrong=((_sum_only, "1/n"), (np.std, "ルート"), (3.0, "def")),
    ),
    Exercise(
        name="reading_math/distance",
        judge=_distance,
        solution=lambda a, b: np.linalg.norm(a - b),
        praise="二つの表現がどれだけ離れているかは，この本のいろいろな章で使います。",
        known_wrong=((_squared, "ルート"), (0, "def")),
    ),
]
