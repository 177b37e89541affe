"""章 segmentation/detr の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from lessons.answers import below, between, choice, near, number
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
        name="detr/cost",
        answer=number(
            between(0, 0.3994),
            (
                near(0.4, 5e-4),
                "ちょうど 0.4 では，二つの組の和が同じです。もう少し安くしてください。",
            ),
            (below(0), "費用は 0 以上の数にしてください。"),
            otherwise="欲ばりな組の和は 0.1 とその数の和，もう一つの組の和は 0.2 + 0.3 です。",
        ),
        solution=0.3,
        praise="目の前の一組が安くても，残りが高ければ，損をします。",
        known_wrong=((0.9, "0.2 + 0.3"), (0.4, "ちょうど"), (-1, "0 以上")),
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
        name="detr/rank",
        answer=choice(
            {
                "少しだけ下がる": "順位 3 までと 4 からでは，クエリの役目が違います。物と組にならないクエリは，何と答えるのでしたか。",
                "半分ほどに下がる": "もっと下がります。物と組にならないクエリは，「物なし」と答えるように教わりました。",
                "0.1 より低くなる": None,
            }
        ),
        solution="0.1 より低くなる",
        praise="余ったクエリは，「物なし」と答えています。",
        known_wrong=(
            ("少しだけ下がる", "役目が違います"),
            ("半分ほどに下がる", "もっと下がります"),
        ),
    ),
]
