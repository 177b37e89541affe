"""章 neuropsychology/semantic_dementia の練習。"""

from __future__ import annotations

from typing import Any

from lessons.exercises import Exercise


# TODO：章の練習に合わせて，判定とヒントを書く
def _judge_one(answer: Any) -> str | None:
    return None if answer == 9 else "3 に 3 を掛けます。"


def _judge_two(answer: Any) -> str | None:
    if answer == -4:
        return "正の数を答えてください。"
    return None if answer == 4 else "2 回掛けると 16 になる数を探してください。"


EXERCISES = [
    Exercise(
        name="semantic_dementia/one",
        judge=_judge_one,
        solution=9,
        praise="3 の 2 乗は 9 です。",
        known_wrong=((6, "掛け"),),
    ),
    Exercise(
        name="semantic_dementia/two",
        judge=_judge_two,
        solution=4,
        praise="4 の 2 乗は 16 です。",
        known_wrong=((-4, "正の数"), (8, "2 回")),
    ),
]
