"""章 segmentation/detr の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from lessons.answers import near, number
from lessons.exercises import Exercise


def _function(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def pairs(cost): の形で書きます。"
    rng = np.random.default_rng(0)
    for _ in range(5):
        cost = rng.normal(size=(6, 3))
        found = answer(cost)
        try:
            q, t = (np.asarray(part, int) for part in found)
        except (TypeError, ValueError):
            return "クエリの番号と物の番号の二つを返してください。"
        if q.shape != (3,) or t.shape != (3,):
            return "物は三つなので，組も三つ要ります。"
        if len(set(q.tolist())) < 3 or set(t.tolist()) != {0, 1, 2}:
            return "同じクエリを二度使っています。組は一対一です。"
        best = cost[linear_sum_assignment(cost)].sum()
        if cost[q, t].sum() > best + 1e-9:
            return "費用の和が最小ではありません。linear_sum_assignment を使います。"
    return None


def _twice(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(3, int), np.arange(3)


def _in_order(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(3), np.arange(3)


EXERCISES = [
    Exercise(
        name="detr/total",
        answer=number(
            near(5, 1e-9),
            (
                near(9, 1e-9),
                "それは欲ばりな組合せの費用です。もう一つの組み方と比べてください。",
            ),
            (near(3, 1e-9), "同じクエリを二度使っています。組は一対一です。"),
            otherwise="組み方は 1-猫・2-車 と 1-車・2-猫 の二通りです。費用の和を比べてください。",
        ),
        solution=5,
        praise="目の前の一組を少しゆずると，全体の費用が下がりました。",
        known_wrong=((9, "欲ばり"), (3, "二度"), (1, "二通り")),
    ),
    Exercise(
        name="detr/function",
        judge=_function,
        solution=linear_sum_assignment,
        praise="クエリが物より多くても，一対一の組が決まります。",
        known_wrong=(
            (_twice, "二度"),
            (_in_order, "最小ではありません"),
            (lambda cost: 3, "二つを返して"),
        ),
    ),
    Exercise(
        name="detr/nothing",
        answer=number(
            13,
            (3, "3 は物の数です。物と組になったクエリは「物なし」を学びません。"),
            (16, "組になったクエリは，物の種類を学びます。その分を引いてください。"),
            otherwise="クエリの数から，物と組になったクエリの数を引きます。",
        ),
        solution=13,
        praise="ほとんどのクエリが「物なし」を学ぶので，その誤差を軽くします。",
        known_wrong=((3, "物の数"), (16, "引いて"), (1, "引きます")),
    ),
]
