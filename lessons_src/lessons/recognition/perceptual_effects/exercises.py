"""章 recognition/perceptual_effects の練習。"""

from __future__ import annotations

from lessons.answers import choice, near, number
from lessons.exercises import Exercise

EXERCISES = [
    Exercise(
        name="perceptual_effects/index",
        answer=number(
            near(0.2, 1e-6),
            (
                near(-0.2, 1e-6),
                "符号が逆です。遠いはずの距離から，近いはずの距離を引きます。",
            ),
            (near(1, 1e-6), "差のままです。二つの距離の和で割ってください。"),
            (near(1.5, 1e-6), "それは比です。差を和で割ってください。"),
            otherwise="(遠いはず − 近いはず) ÷ (遠いはず + 近いはず) です。",
        ),
        solution=0.2,
        praise="和で割るので，距離の単位が違う層どうしでも比べられます。",
        known_wrong=((-0.2, "符号"), (1, "和"), (1.5, "比")),
    ),
    Exercise(
        name="perceptual_effects/control",
        answer=choice(
            {
                "学習": "学習していないネットワークでも，ほとんど同じ値です。学習の成果と言えるでしょうか。",
                "構造": None,
                "画素": "画素の指数は 0 です。画素を比べただけでは出ません。",
            }
        ),
        solution="構造",
        praise="対照がなければ，学習の成果と書いてしまうところでした。",
        known_wrong=(("学習", "学習していない"), ("画素", "0")),
    ),
    Exercise(
        name="perceptual_effects/scale",
        answer=number(
            near(0.916, 1e-3),
            (
                near(0.958, 1e-3),
                "それは割合のままです。いつも形なら 1，いつも模様なら −1 の目盛りにします。",
            ),
            (near(0.458, 1e-3), "0.5 を引いただけです。幅も 2 倍にしてください。"),
            otherwise="形を選んだ割合から，模様を選んだ割合を引いてください。",
        ),
        solution=0.916,
        praise="同じ目盛りにそろえて，はじめて人間とモデルを並べられます。",
        known_wrong=((0.958, "割合"), (0.458, "2 倍")),
    ),
]
