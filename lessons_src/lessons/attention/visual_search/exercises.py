"""章 attention/visual_search の練習。"""

from __future__ import annotations

import numpy as np

from lessons.answers import between, choice, near, number, numbers
from lessons.exercises import Exercise
from lessons.human import numbers as human_numbers

PEOPLE = {
    one.condition: one.value
    for one in human_numbers("attention/visual_search", "slopes")
}
"""人間の傾きの平均（ms／項目）。"""

SIZES = (4, 8, 12, 16, 20)
RTS = (548, 640, 702, 801, 869)
SLOPE, START = (float(value) for value in np.polyfit(SIZES, RTS, 1))


EXERCISES = [
    Exercise(
        name="visual_search/registered",
        answer=choice(
            {
                "なくなる": "登録されても，どの物の特徴かは，まだ決まっていません。",
                "半分より減る": "減るのは「ない特徴」のほうです。結合錯誤の数を読んでください。",
                "減らない": None,
            }
        ),
        solution="減らない",
        praise="特徴がわかることと，それを一つの物に結び付けることは，別の働きです。",
        known_wrong=(
            ("なくなる", "決まっていません"),
            ("半分より減る", "「ない特徴」"),
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
        name="visual_search/own",
        answer=numbers(
            ("ある", "ない"),
            (between(2, 100), between(2, 200)),
            (
                (between(-100, 2), None),
                "零に近い傾きは，特徴探索の値ではありませんか。結合探索の傾きを書いてください。",
            ),
            (
                (None, between(-100, 2)),
                "「ない」の傾きが零に近いのは，探すのを早くやめたときです。もう一度試してください。",
            ),
            otherwise="反応時間そのものではなく，項目一つあたりに延びる ms を書いてください。",
        ),
        solution=(PEOPLE["結合・ある"], PEOPLE["結合・ない"]),
        praise="人間の平均や，二つのモデルの値と並べて見てください。",
        known_wrong=(
            ((PEOPLE["特徴・ある"], PEOPLE["特徴・ない"]), "特徴探索の値"),
            ((12.0, 0.5), "早くやめた"),
            ((650, 900), "反応時間そのもの"),
            (12.0, "(ある, ない)"),
        ),
    ),
]
