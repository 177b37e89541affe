"""章 segmentation/tasks の練習。"""

from __future__ import annotations

from lessons.answers import near, number
from lessons.exercises import Exercise

EXERCISES = [
    Exercise(
        name="tasks/iou",
        answer=number(
            near(1 / 7, 2e-3),
            (
                near(1 / 8, 2e-3),
                "重なった 1 を二度数えています。合わせた面積から引いてください。",
            ),
            (near(1 / 4, 2e-3), "分母は一つの四角の面積ではなく，合わせた面積です。"),
            otherwise="重なりの面積を，合わせた面積（4 + 4 − 重なり）で割ります。",
        ),
        solution=1 / 7,
        praise="一辺の半分ずつずれただけで，重なりは七分の一になります。",
        known_wrong=((1 / 8, "二度"), (1 / 4, "合わせた面積"), (0.9, "割ります")),
    ),
    Exercise(
        name="tasks/ap",
        answer=number(
            near(5 / 6, 6e-3),
            (
                near(13 / 18, 6e-3),
                "三つの適合率の平均です。外れでは右へ進まないので，面積になりません。",
            ),
            (
                near(2 / 3, 6e-3),
                "それは三つとも採ったときの適合率です。一つずつ採った曲線を考えてください。",
            ),
            otherwise="再現率が 1/2 までと，1/2 から 1 までに分けて，高さ × 幅を足してください。",
        ),
        solution=5 / 6,
        praise="外れが前にあるほど，それより後ろの当たりの値打ちが下がります。",
        known_wrong=((13 / 18, "平均"), (2 / 3, "三つとも"), (1.0, "高さ × 幅")),
    ),
    Exercise(
        name="tasks/rq",
        answer=number(
            near(2 / 3, 5e-3),
            (near(1 / 2, 5e-3), "余計な答えと見落としは，半分ずつ数えます。"),
            (near(3 / 4, 5e-3), "それは適合率です。見落としも分母に入れてください。"),
            otherwise="分母は，当たり + 余計な答えの半分 + 見落としの半分です。",
        ),
        solution=2 / 3,
        praise="見落としも余計な答えも，同じ重さで成績を下げます。",
        known_wrong=((1 / 2, "半分"), (3 / 4, "適合率"), (2.0, "分母")),
    ),
]
