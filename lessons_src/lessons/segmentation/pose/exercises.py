"""章 segmentation/pose の練習。"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lessons.answers import choice
from lessons.exercises import Exercise
from lessons.segmentation.metrics import correct_keypoints


def _pck(answer: Any) -> str | None:
    if not callable(answer):
        return (
            "関数を渡してください。def my_pck(guess, truth, radius): の形で書きます。"
        )
    rng = np.random.default_rng(0)
    truth = np.column_stack([rng.uniform(0, 90, (40, 2)), rng.integers(0, 3, 40)])
    guess = truth[:, :2] + rng.normal(0, 4, (40, 2))
    value = float(np.asarray(answer(guess, truth, 4.0), float))
    if math.isclose(value, correct_keypoints(guess, truth, 4.0), abs_tol=1e-6):
        return None
    distance = np.linalg.norm(guess - truth[:, :2], axis=1)
    if math.isclose(value, float((distance <= 4).mean()), abs_tol=1e-6):
        return "三列めが 0 の関節も数えています。truth[:, 2] > 0 の関節だけを使います。"
    if math.isclose(value, float((distance <= 4)[truth[:, 2] > 0].sum())):
        return "それは個数です。数える関節の数で割ってください。"
    return "距離は np.linalg.norm(guess - truth[:, :2], axis=1) で求められます。"


def _my_pck(guess: np.ndarray, truth: np.ndarray, radius: float) -> float:
    seen = truth[:, 2] > 0
    distance = np.linalg.norm(guess - truth[:, :2], axis=1)
    return float(np.mean(distance[seen] <= radius))


def _every_joint(guess: np.ndarray, truth: np.ndarray, radius: float) -> float:
    return float(np.mean(np.linalg.norm(guess - truth[:, :2], axis=1) <= radius))


def _count(guess: np.ndarray, truth: np.ndarray, radius: float) -> float:
    near = np.linalg.norm(guess - truth[:, :2], axis=1) <= radius
    return float(near[truth[:, 2] > 0].sum())


EXERCISES = [
    Exercise(
        name="pose/reversed",
        answer=choice(
            {
                "変わらない": "内積は，向きが同じなら正，逆なら負になります。",
                "0 になる": "0 になるのは，矢印が進む向きと直角のときです。",
                "符号が逆になる": None,
            }
        ),
        solution="符号が逆になる",
        praise="矢印と進む向きのそろい具合が，そのまま骨らしさになります。",
        known_wrong=(("変わらない", "逆なら負"), ("0 になる", "直角")),
    ),
    Exercise(
        name="pose/joining",
        answer=choice(
            {
                "増え続ける": "あとから入る骨が，二つの断片をつなぎます。最後の数を見てください。",
                "減り続ける": "はじめの骨どうしは離れているので，骨ごとに新しい断片ができます。",
                "増えてから減る": None,
            }
        ),
        solution="増えてから減る",
        praise="ばらばらの断片が，人のまとまりにつながっていきます。",
        known_wrong=(
            ("増え続ける", "あとから入る骨が"),
            ("減り続ける", "は離れているので"),
        ),
    ),
    Exercise(
        name="pose/pck",
        judge=_pck,
        solution=_my_pck,
        praise="見えない関節を数えないことが大切です。",
        known_wrong=(
            (_every_joint, "三列め"),
            (_count, "個数"),
            (lambda a, b, c: 2.0, "np.linalg.norm"),
        ),
    ),
]
