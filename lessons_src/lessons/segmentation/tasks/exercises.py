"""章 segmentation/tasks の練習。"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lessons.answers import Choice, Fields, choice, near, number
from lessons.exercises import Exercise
from lessons.segmentation.metrics import box_iou

_DIAGONAL = float(
    box_iou(np.array([[10.0, 10, 50, 50]]), np.array([[0.0, 0, 40, 40]]))[0, 0]
)


def average_precision(hits: Sequence[int], truths: int) -> float:
    """当たり（1）と外れ（0）の並びの AP。"""
    hit = np.asarray(hits)
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((best * hit).sum() / truths)


_AP = average_precision([1, 1, 0, 1, 0], 3)
_LAST = average_precision([1, 1, 0, 1, 0, 0], 3)
_FIRST = average_precision([0, 1, 1, 0, 1, 0], 3)
_MOVES = {"変わらない": "変わらない", "下がる": "下がる"}
_ADDED = tuple("変わらない" if ap == _AP else "下がる" for ap in (_LAST, _FIRST))

EXERCISES = [
    Exercise(
        name="tasks/diagonal",
        answer=number(
            near(_DIAGONAL, 6e-3),
            (
                near(0.75, 6e-3),
                "それは，一つの向きだけの重なりです。横と縦を掛けると，重なりの面積になります。",
            ),
            (
                near(0.5625, 7e-3),
                "それは，重なりを一つの四角の面積で割った値です。合わせた面積で割ります。",
            ),
            (
                near(900 / 3200, 6e-3),
                "重なりを二度数えています。合わせた面積から，一度引いてください。",
            ),
            otherwise="重なりの面積 30 × 30 を，合わせた面積（1600 + 1600 − 重なり）で割ります。",
        ),
        solution=0.39,
        praise="目には小さなずれでも，IoU は大きく下がります。",
        known_wrong=(
            (0.75, "横と縦を"),
            (0.56, "合わせた面積で"),
            (0.28, "二度"),
            (0.9, "30 × 30"),
        ),
    ),
    Exercise(
        name="tasks/added",
        answer=Fields(
            (Choice(_MOVES, "6 位"), Choice(_MOVES, "1 位")),
            (
                (_ADDED, None),
                (
                    ("下がる", None),
                    "6 位の外れでは，曲線は真下へ下がるだけです。色の付いた面積は変わりますか。",
                ),
            ),
            "1 位の外れのあとでは，当たりが出ても，適合率は 1 に戻りません。",
        ),
        solution=("変わらない", "下がる"),
        praise="当たりがすべて出たあとの外れは，AP を変えません。先に出た外れは，AP を下げます。",
        known_wrong=(
            (("下がる", "下がる"), "面積は変わりますか"),
            (("変わらない", "変わらない"), "戻りません"),
            ("下がる", "二つの言葉"),
        ),
    ),
    Exercise(
        name="tasks/shift",
        answer=choice(
            {
                "上がる": "ずれが大きいほど，IoU は下がります。合ったとみなす基準を思い出してください。",
                "変わらない": "IoU が 0.5 を超えない区画は，合ったとみなされません。",
                "下がる": None,
            }
        ),
        solution="下がる",
        praise="大きくずれた形は，見落としと，余分な答えに数えられます。",
        known_wrong=(("上がる", "基準を"), ("変わらない", "みなされません")),
    ),
]
