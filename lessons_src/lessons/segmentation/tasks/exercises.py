"""章 segmentation/tasks の練習。"""

from __future__ import annotations

import math
from typing import Any

from lessons.exercises import Exercise


def _iou(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 1 / 7, abs_tol=2e-3):
        return None
    if math.isclose(value, 1 / 8, abs_tol=2e-3):
        return "重なった 1 を二度数えています。合わせた面積から引いてください。"
    if math.isclose(value, 1 / 4, abs_tol=2e-3):
        return "分母は一つの四角の面積ではなく，合わせた面積です。"
    return "重なりの面積を，合わせた面積（4 + 4 − 重なり）で割ります。"


def _ap(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 5 / 6, abs_tol=6e-3):
        return None
    if math.isclose(value, 13 / 18, abs_tol=6e-3):
        return "三つの適合率の平均です。外れでは右へ進まないので，面積になりません。"
    if math.isclose(value, 2 / 3, abs_tol=6e-3):
        return (
            "それは三つとも採ったときの適合率です。一つずつ採った曲線を考えてください。"
        )
    return "再現率が 1/2 までと，1/2 から 1 までに分けて，高さ × 幅を足してください。"


def _rq(answer: Any) -> str | None:
    value = float(answer)
    if math.isclose(value, 2 / 3, abs_tol=5e-3):
        return None
    if math.isclose(value, 1 / 2, abs_tol=5e-3):
        return "余計な答えと見落としは，半分ずつ数えます。"
    if math.isclose(value, 3 / 4, abs_tol=5e-3):
        return "それは適合率です。見落としも分母に入れてください。"
    return "分母は，当たり + 余計な答えの半分 + 見落としの半分です。"


EXERCISES = [
    Exercise(
        name="tasks/iou",
        judge=_iou,
        solution=1 / 7,
        praise="一辺の半分ずつずれただけで，重なりは七分の一になります。",
        known_wrong=((1 / 8, "二度"), (1 / 4, "合わせた面積"), (0.9, "割ります")),
    ),
    Exercise(
        name="tasks/ap",
        judge=_ap,
        solution=5 / 6,
        praise="外れが前にあるほど，それより後ろの当たりの値打ちが下がります。",
        known_wrong=((13 / 18, "平均"), (2 / 3, "三つとも"), (1.0, "高さ × 幅")),
    ),
    Exercise(
        name="tasks/rq",
        judge=_rq,
        solution=2 / 3,
        praise="見落としも余計な答えも，同じ重さで成績を下げます。",
        known_wrong=((1 / 2, "半分"), (3 / 4, "適合率"), (2.0, "分母")),
    ),
]
