"""章 readings/effects の練習。"""

from __future__ import annotations

from lessons.answers import choice, near, number
from lessons.exercises import Exercise

VERDICTS = ("示した", "向きだけ", "構造", "示さない", "逆", "決まらない")


EXERCISES = [
    Exercise(
        name="effects/judge",
        answer=choice(
            dict.fromkeys(
                VERDICTS,
                "学習していないネットワークの 0.12 を，モデルの値 0.30 の三分の一と比べてください。",
            )
            | {"構造": None}
        ),
        solution="構造",
        praise="対照がモデルの三分の一を超えたので，学習の結果とは言えません。",
        known_wrong=(("示した", "三分の一と比べて"), (True, "中から")),
    ),
    Exercise(
        name="effects/many",
        answer=number(
            near(2, 1e-6),
            (
                near(0.05, 1e-6),
                "一つの効果が，偶然に残る割合です。40 個では，いくつになるでしょうか。",
            ),
            otherwise="効果の数に，一つの効果が偶然に残る割合を掛けます。",
            unit="個",
        ),
        solution=2.0,
        praise="何もなくても，二つほどは残ります。だから，表の全体で数え直します。",
        known_wrong=((0.05, "一つの効果が"), (20, "掛けます")),
    ),
]
