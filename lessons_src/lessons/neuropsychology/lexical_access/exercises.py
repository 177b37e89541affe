"""章 neuropsychology/lexical_access の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.exercises import Exercise
from lessons.neuropsychology.lexical_access.model import name_pictures

_FEEDBACK = (0.0698, 0.1, 20_000)
_MIXED = 3


def _lesion(answer: Any) -> str | None:
    got = str(answer).strip().lower()
    if got == "s":
        return None
    if got == "p":
        return "音の傷（p）では，選ばれた語の音が崩れて，非語になります。それは A さんです。"
    return '"s" か "p" で答えてください。'


def _rmsd(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 0.0577) < 0.002:
        return None
    if abs(value - 0.1414) < 0.002:
        return "それは二乗の和の平方根です。六つの型で平均してから，平方根をとります。"
    if abs(value - 0.02 / 6) < 0.0005:
        return "それは二乗の平均です。最後に平方根をとります。"
    return "差を二乗し，六つの型で平均し，平方根をとってください。"


def _feedback(answer: Any) -> str | None:
    value = float(answer)
    half = name_pictures(*_FEEDBACK, feedback=0.5)[_MIXED]
    if abs(value - half) < 0.002:
        return None
    if abs(value - name_pictures(*_FEEDBACK)[_MIXED]) < 0.002:
        return "それは帰りの道を弱める前の割合です。feedback=0.5 を渡してください。"
    if abs(value - name_pictures(*_FEEDBACK, feedback=0)[_MIXED]) < 0.0005:
        return "それは帰りの道を切ったときの割合です。0.5 を渡してください。"
    return "返ってきた六つの数のうち，混合は 0 から数えて 3 番です。"


def _items(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 2) < 0.05:
        return None
    if abs(value - 4) < 0.05:
        return "揺れは枚数そのものではなく，枚数の平方根に反比例します。"
    if value < 1:
        return "枚数が減ると，揺れは大きくなります。"
    return "割合の標準偏差は，枚数の平方根に反比例します。"


EXERCISES = [
    Exercise(
        name="lexical_access/lesion",
        judge=_lesion,
        solution="s",
        praise="意味の傷では，別の語が選ばれ，その語の音は正しく出ます。",
        known_wrong=(("p", "A さん"), ("q", "答えて")),
    ),
    Exercise(
        name="lexical_access/rmsd",
        judge=_rmsd,
        solution=float(np.sqrt(0.02 / 6)),
        praise="六つの型で平均するので，二つの型だけの差は小さく見えます。",
        known_wrong=((0.1414, "平均してから"), (0.00333, "平方根"), (0.2, "二乗し")),
    ),
    Exercise(
        name="lexical_access/feedback",
        judge=_feedback,
        solution=0.0063,
        praise="帰りの道が弱まると，音の近い語への後押しも弱まります。",
        known_wrong=(
            (0.0128, "弱める前"),
            (0.00135, "切った"),
            (0.5, "3 番"),
        ),
    ),
    Exercise(
        name="lexical_access/items",
        judge=_items,
        solution=2,
        praise="短い検査ほど，当てはめの違いは見えなくなります。",
        known_wrong=((4, "平方根に"), (0.5, "大きく"), (3, "標準偏差")),
    ),
]
