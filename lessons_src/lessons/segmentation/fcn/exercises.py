"""章 segmentation/fcn の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import choice, number
from lessons.exercises import Exercise
from lessons.segmentation.fcn.figure_ground import X, Y, chosen
from lessons.weights.selfie import SIDE


def _figure(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def my_region(g): の形で書きます。"
    region = np.asarray(answer(np.random.default_rng(0)))
    if region.shape != (SIDE, SIDE) or region.dtype != bool:
        return (
            f"答えの形が {region.shape}，型が {region.dtype} です。"
            f"({SIDE}, {SIDE}) の真偽の配列にしてください。"
        )
    if not 0.01 < region.mean() < 0.99:
        return "領域が，ほとんど空か，画面のほとんどです。もう少し変えてください。"
    share = float(chosen(answer, 1, items=8).mean())
    if share >= 0.9:
        return None
    if share <= 0.1:
        return "外の側が「人」らしいとされました。囲む側と囲まれる側が，逆ではありませんか。"
    return (
        f"領域の側が選ばれた割合は {share:.2f} です。画面の端から離して囲むか，"
        "広さを変えてください。"
    )


def _square(g: np.random.Generator) -> np.ndarray:
    x, y = g.uniform(100, 156, 2)
    found: np.ndarray = (np.abs(X - x) < 50) & (np.abs(Y - y) < 50)
    return found


EXERCISES = [
    Exercise(
        name="fcn/effective",
        answer=choice(
            {
                "大きくなる": "段 2 と段 5 で，四角の中の明るい所の広さを比べてください。",
                "ほぼ同じ": "明るい所は，四角と同じ速さでは広がりません。段 2 と段 5 を比べてください。",
                "小さくなる": None,
            }
        ),
        solution="小さくなる",
        praise="四角の端の画素は，ほとんど効いていません。",
        known_wrong=(
            ("大きくなる", "2 と段 5 で"),
            ("ほぼ同じ", "明るい所は"),
        ),
    ),
    Exercise(
        name="fcn/next",
        answer=number(
            143,
            (
                103,
                "前の段と同じ 40 画素を足しています。間隔は段ごとに 2 倍になります。",
            ),
            (126, "受容野の全体ではなく，広がった分が 2 倍になります。"),
            (80, "それは広がった分です。段 3 の 63 画素に足してください。"),
            otherwise="段 2 で 20，段 3 で 40 画素広がりました。段 4 では，いくつ広がりますか。",
            unit="画素",
        ),
        solution=143,
        praise="段が進むほど，同じ大きさの窓で，広い範囲を読みます。",
        known_wrong=(
            (103, "段ごとに 2 倍"),
            (126, "広がった分"),
            (80, "足して"),
            (100, "いくつ広がり"),
        ),
    ),
    Exercise(
        name="fcn/figure",
        judge=_figure,
        solution=_square,
        praise="人の形をしていなくても，その領域の側が選ばれました。",
        known_wrong=(
            (lambda g: ~_square(g), "逆"),
            (lambda g: 128 + 0 * g.uniform() < Y, "割合"),
            (lambda g: X, "真偽"),
            (lambda g: X < 0, "空"),
            (3, "関数"),
        ),
    ),
]
