"""章 recognition/efficientnet の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import below, choice, near, number
from lessons.exercises import Exercise
from lessons.recognition.efficientnet.consistency import kappa


def _kappa(answer: Any) -> str | None:
    try:
        a, b = (np.asarray(hits, bool).ravel() for hits in answer)
    except (TypeError, ValueError):
        return "10 枚ずつの正誤の並びを，(a, b) の組にしてください。"
    if len(a) != 10 or len(b) != 10:
        return f"正誤の数が {len(a)} と {len(b)} です。10 枚ずつにしてください。"
    if a.sum() != 8 or b.sum() != 8:
        return f"正解の数が {a.sum()} と {b.sum()} です。どちらも 8 にしてください。"
    found = kappa(a, b)
    if found < 0:
        return None
    return (
        f"κ は {found:.2f} です。同じ絵で間違えています。違う絵で間違えさせてください。"
    )


EXERCISES = [
    Exercise(
        name="efficientnet/side",
        answer=number(
            near(4, 0.05),
            (
                near(2, 0.05),
                "一辺は 2 倍ですが，地図のますの数は，縦にも横にも増えます。",
            ),
            (
                below(1),
                "割り算が逆です。448 画素のときを，224 画素のときで割ってください。",
            ),
            otherwise="sum(efficientnet.multiply_adds(lite0, 448).values()) を数えてください。",
            unit="倍",
        ),
        solution=4.0,
        praise="一辺を 2 倍にすると，計算は 4 倍です。だから γ は 2 乗で効きます。",
        known_wrong=((2, "縦にも横にも"), (0.25, "逆"), (8, "448")),
    ),
    Exercise(
        name="efficientnet/gain",
        answer=choice(
            {
                "2 ポイントほど": "それは，B0 から B1 までの上がり方です。B7 まで読んでください。",
                "7 ポイントほど": None,
                "20 ポイントほど": "上がり方は，大きくするほど小さくなります。図の両端の正答率を引いてください。",
            }
        ),
        solution="7 ポイントほど",
        praise="大きくするほど，同じ計算で得られる正答率は減っていきます。",
        known_wrong=(
            ("2 ポイントほど", "B1 まで"),
            ("20 ポイントほど", "両端"),
        ),
    ),
    Exercise(
        name="efficientnet/kappa",
        judge=_kappa,
        solution=([0, 0] + [1] * 8, [1] * 8 + [0, 0]),
        praise="正答率はどちらも 0.8 なのに，間違える絵はまるで違います。",
        known_wrong=(
            (([0, 0] + [1] * 8, [0, 0] + [1] * 8), "同じ絵"),
            (([0] + [1] * 9, [1] * 8 + [0, 0]), "どちらも 8"),
            (([1], [1]), "10 枚ずつ"),
            (0.8, "組"),
        ),
    ),
]
