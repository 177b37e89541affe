"""章 readings/effects の練習。"""

from __future__ import annotations

from lessons.answers import choice
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
        name="effects/direction",
        answer=choice(
            {
                "逆より少ない": "「示した」と「向きだけ」の数を足して，「逆」の数と比べてください。",
                "同じくらい": "でたらめなら，同じくらいになります。表の数を足して比べてください。",
                "2 倍より多い": None,
            }
        ),
        solution="2 倍より多い",
        praise="くじなら，こうはそろいません。ただし，効果を選んだのも人です。",
        known_wrong=(("逆より少ない", "数を足して，"), ("同じくらい", "でたらめなら")),
    ),
]
