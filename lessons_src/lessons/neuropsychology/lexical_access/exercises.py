"""章 neuropsychology/lexical_access の練習。"""

from __future__ import annotations

import numpy as np

from lessons.answers import below, choice, near, number
from lessons.exercises import Exercise

HALF, WHOLE, CUT = 0.0063, 0.0128, 0.00135
"""帰りの道を半分にしたとき，そのまま，切ったときの，混合の誤りの割合（健常の重み，20,000 回）。"""


EXERCISES = [
    Exercise(
        name="lexical_access/lesion",
        answer=choice(
            {
                "s": None,
                "p": "音の傷（p）では，選ばれた語の音が崩れて，非語になります。それは A さんです。",
            },
            {"s": "s（意味の傷）", "p": "p（音の傷）"},
        ),
        solution="s",
        praise="意味の傷では，別の語が選ばれ，その語の音は正しく出ます。",
        known_wrong=(("p", "A さん"), ("q", "答えて")),
    ),
    Exercise(
        name="lexical_access/rmsd",
        answer=number(
            near(0.0577, 0.002),
            (
                near(0.1414, 0.002),
                "それは二乗の和の平方根です。六つの型で平均してから，平方根をとります。",
            ),
            (near(0.02 / 6, 0.0005), "それは二乗の平均です。最後に平方根をとります。"),
            otherwise="差を二乗し，六つの型で平均し，平方根をとってください。",
        ),
        solution=float(np.sqrt(0.02 / 6)),
        praise="六つの型で平均するので，二つの型だけの差は小さく見えます。",
        known_wrong=((0.1414, "平均してから"), (0.00333, "平方根"), (0.2, "二乗し")),
    ),
    Exercise(
        name="lexical_access/feedback",
        answer=number(
            near(HALF, 0.002),
            (
                near(WHOLE, 0.002),
                "それは帰りの道を弱める前の割合です。feedback=0.5 を渡してください。",
            ),
            (
                near(CUT, 0.0005),
                "それは帰りの道を切ったときの割合です。0.5 を渡してください。",
            ),
            otherwise="返ってきた六つの数のうち，混合は 0 から数えて 3 番です。",
        ),
        solution=0.0063,
        praise="帰りの道が弱まると，音の近い語への後押しも弱まります。",
        known_wrong=(
            (0.0128, "弱める前"),
            (0.00135, "切った"),
            (0.5, "3 番"),
        ),
    ),
    Exercise(
        name="lexical_access/items",
        answer=number(
            near(2, 0.05),
            (near(4, 0.05), "揺れは枚数そのものではなく，枚数の平方根に反比例します。"),
            (below(1), "枚数が減ると，揺れは大きくなります。"),
            otherwise="割合の標準偏差は，枚数の平方根に反比例します。",
            unit="倍",
        ),
        solution=2,
        praise="短い検査ほど，当てはめの違いは見えなくなります。",
        known_wrong=((4, "平方根に"), (0.5, "大きく"), (3, "標準偏差")),
    ),
]
