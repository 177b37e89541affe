"""章 segmentation/fcn の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import choice, numbers
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
        name="fcn/field",
        answer=numbers(
            ("r", "j"),
            (15, 8),
            ((8, 15), "順番が逆です。先に受容野の一辺 r を書きます。"),
            (
                (7, 1),
                "それは間引かないときの値です。間引くたびに，間隔 j は 2 倍になります。",
            ),
            ((None, 8), "r は，1 回ごとに，その前の間隔 j の 2 倍だけ増えます。"),
            otherwise="間隔 j は，間引くたびに 2 倍になります。3 回くり返してください。",
        ),
        solution=(15, 8),
        praise="受容野が広がるほど，ますの間隔も広がります。",
        known_wrong=(
            ((8, 15), "順番"),
            ((7, 1), "間引かない"),
            ((15, 6), "3 回"),
            ((9, 8), "増えます"),
            (15, "(r, j)"),
        ),
    ),
    Exercise(
        name="fcn/figure",
        judge=_figure,
        solution=_square,
        praise="人の形をしていなくても，囲まれた側が選ばれました。",
        known_wrong=(
            (lambda g: ~_square(g), "逆"),
            (lambda g: 128 + 0 * g.uniform() < Y, "割合"),
            (lambda g: X, "真偽"),
            (lambda g: X < 0, "空"),
            (3, "関数"),
        ),
    ),
]
