"""章 readings/effects の練習。"""

from __future__ import annotations

from typing import Any

from lessons.exercises import Exercise

VERDICTS = ("示した", "向きだけ", "構造", "示さない", "逆", "決まらない")


def _judge(answer: Any) -> str | None:
    if answer not in VERDICTS:
        return f"判定の言葉で答えてください：{'，'.join(VERDICTS)}。"
    if answer == "構造":
        return None
    return "学習していないネットワークの 0.12 を，モデルの値 0.30 の三分の一と比べてください。"


def _many(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 2) < 1e-6:
        return None
    if abs(value - 0.05) < 1e-6:
        return "一つの効果が，偶然に残る割合です。40 個では，いくつになるでしょうか。"
    return "効果の数に，一つの効果が偶然に残る割合を掛けます。"


EXERCISES = [
    Exercise(
        name="effects/judge",
        judge=_judge,
        solution="構造",
        praise="対照がモデルの三分の一を超えたので，学習の結果とは言えません。",
        known_wrong=(("示した", "三分の一と比べて"), (True, "判定の言葉で")),
    ),
    Exercise(
        name="effects/many",
        judge=_many,
        solution=2.0,
        praise="何もなくても，二つほどは残ります。だから，表の全体で数え直します。",
        known_wrong=((0.05, "一つの効果が"), (20, "掛けます")),
    ),
]
