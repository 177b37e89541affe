"""章 readings/effects の練習。"""

from __future__ import annotations

from typing import Any

from lessons.exercises import Exercise


def _judge(answer: Any) -> str | None:
    if not isinstance(answer, bool):
        return "True か False で答えてください。"
    if answer:
        return None
    return "5 回のうち何回が基準を満たすかと，平均の両方を確かめてください。"


def _chance(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 56 / 1024) < 0.006:
        return None
    if abs(value - 45 / 1024) < 0.006:
        return "ちょうど 8 回の確率です。9 回と 10 回の場合も足してください。"
    return "8 回，9 回，10 回になる場合の数を足し，全部の場合の数 1024 で割ります。"


EXERCISES = [
    Exercise(
        name="effects/judge",
        judge=_judge,
        solution=True,
        praise="平均も，種の割合も，基準を満たしています。",
        known_wrong=((False, "5 回のうち"), ("はい", "True か False")),
    ),
    Exercise(
        name="effects/chance",
        judge=_chance,
        solution=56 / 1024,
        praise="偶然だけで通ることは，20 回に 1 回ほどです。",
        known_wrong=((45 / 1024, "ちょうど 8 回"), (0.5, "8 回，9 回，10 回")),
    ),
]
