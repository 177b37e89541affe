"""章 attention/visual_search の練習。"""

from __future__ import annotations

import numpy as np

from lessons.answers import between, near, number
from lessons.exercises import Exercise

SIZES = (4, 8, 12, 16, 20)
RTS = (548, 640, 702, 801, 869)
SLOPE, START = (float(value) for value in np.polyfit(SIZES, RTS, 1))


EXERCISES = [
    Exercise(
        name="visual_search/expected",
        answer=number(
            8,
            (
                7.5,
                "半分とは少し違います。1 番めで見つかるときは 1 個，15 番めなら 15 個です。",
            ),
            (15, "それは，標的がないときの数です。見つけたらやめます。"),
            otherwise="1 から 15 までの数の平均を考えてください。",
            unit="個",
        ),
        solution=8,
        praise="(n + 1) / 2 に n = 15 を入れた数です。",
        known_wrong=((7.5, "15 番め"), (15, "標的がない"), (9, "平均")),
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
