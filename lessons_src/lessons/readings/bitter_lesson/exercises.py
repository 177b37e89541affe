"""章 readings/bitter_lesson の練習。"""

from __future__ import annotations

from typing import Any

import torch

from lessons.answers import choice
from lessons.exercises import Exercise
from lessons.readings.bitter_lesson import hog, letters, practice
from lessons.readings.bitter_lesson.model import curve


def score(view: Any) -> float:
    """自分の特徴を 800 枚，100 回で線形の読み出しに使ったときの正答率。"""
    training = letters.examples(800, 0)
    return curve("pixels", training, letters.tests(), stops=[100], view=view)[0]


def _features(answer: Any) -> str | None:
    if not callable(answer):
        return "関数の名前を，かっこを付けずに入れてください。"
    found = answer(letters.examples(4, 1)[0])
    if not isinstance(found, torch.Tensor) or found.ndim != 2 or len(found) != 4:
        return "絵 (枚数, 1, 24, 24) を受け取り，値 (枚数, 値の数) を返してください。"
    reached = score(answer)
    if reached < 0.3:
        return f"正答率は {reached:.2f} です。明暗の逆転に負けない値を考えてください。"
    return None


def _spread(answer: Any) -> str | None:
    spread = float(answer)
    if not 0 <= spread <= 2.5:
        return "0 から 2.5 の間で答えてください。"
    averaged = practice.curves(0, spread=spread, per=24).mean(axis=0)
    if practice.advantage(averaged) < 0:
        return None
    return "その個人差では，平均した曲線にも，指数関数の方がよく合います。"


def _edges(x: torch.Tensor) -> torch.Tensor:
    return hog.orientation_maps(x).flatten(1)


EXERCISES = [
    Exercise(
        name="bitter_lesson/features",
        judge=_features,
        solution=_edges,
        praise="あなたの特徴で，正答率が 0.3 を超えました。画素のままでは超えない値です。",
        known_wrong=(
            (lambda x: x.flatten(1), "逆転"),
            (lambda x: x.mean(), "値の数"),
            (3, "関数の名前"),
        ),
    ),
    Exercise(
        name="bitter_lesson/cell",
        answer=choice(
            {
                **dict.fromkeys(
                    ("3", "4", "6", "8"),
                    "その大きさより，正答率の低い大きさがあります。五つを比べてください。",
                ),
                "12": None,
            }
        ),
        solution=12,
        praise="12 では，区画が 2 × 2 になり，値も 36 個に減ります。",
        known_wrong=((4, "五つを"), (5, "中から")),
    ),
    Exercise(
        name="bitter_lesson/spread",
        judge=_spread,
        solution=2.0,
        praise="個人差を大きくすると，平均した曲線に合う式が替わりました。",
        known_wrong=((0.0, "指数関数"), (9, "2.5")),
    ),
]
