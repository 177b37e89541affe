"""章 attention/visual_search の練習。"""

from __future__ import annotations

import numpy as np

from lessons.answers import between, choice, near, number
from lessons.exercises import Exercise

SIZES = (4, 8, 12, 16, 20)
RTS = (548, 640, 702, 801, 869)
SLOPE, START = (float(value) for value in np.polyfit(SIZES, RTS, 1))


EXERCISES = [
    Exercise(
        name="visual_search/registered",
        answer=choice(
            {
                "なくなる": "登録されても，どの物の特徴かは，まだ決まっていません。",
                "減るが残る": "減るのは「ない特徴」のほうです。結合錯誤の数を読んでください。",
                "増える": None,
            }
        ),
        solution="増える",
        praise="特徴がわかることと，それを一つの物に結び付けることは，別の働きです。",
        known_wrong=(
            ("なくなる", "決まっていません"),
            ("減るが残る", "「ない特徴」"),
        ),
    ),
    Exercise(
        name="visual_search/slope",
        answer=number(
            near(SLOPE, 0.06),
            (near(START, 1), "それは切片です。polyfit の返す一つめの値が傾きです。"),
            (
                between(0.95 / SLOPE, 1.05 / SLOPE),
                "横と縦が逆です。項目の数を横，反応時間を縦にしてください。",
            ),
            otherwise="np.polyfit(sizes, rts, 1) の一つめの値を入れてください。",
            unit="ms／項目",
        ),
        solution=SLOPE,
        praise="項目が一つ増えるごとに，およそ 20 ms 長くかかっています。",
        known_wrong=((START, "切片"), (1 / SLOPE, "逆"), (100, "polyfit")),
    ),
    Exercise(
        name="visual_search/triple",
        answer=number(
            2,
            (3, "それは標的の活性です。妨害も，一つの特徴で 1 を得ます。"),
            (1, "それは，二つの特徴の組み合わせのときの差です。"),
            otherwise="標的の活性と妨害の活性を，別々に数えてから引いてください。",
        ),
        solution=2,
        praise="差が大きいので，三つの組み合わせのほうが見つけやすくなります。",
        known_wrong=((3, "標的の活性"), (1, "二つの特徴"), (0, "引いて")),
    ),
]
