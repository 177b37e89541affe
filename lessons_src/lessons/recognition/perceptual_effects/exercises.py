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
        name="perceptual_effects/layers",
        answer=choice(
            {
                "人間の向きに近づく": "人間と同じ向きなら，棒は右に伸びます。出口の層で，棒はどちらに伸びていますか。",
                "ほとんど変わらない": "塊 10 と得点で，棒の長さを比べてください。",
                "逆の向きに離れる": None,
            }
        ),
        solution="逆の向きに離れる",
        praise="出口に近い層ほど人間に似る，とは限りません。",
        known_wrong=(
            ("人間の向きに近づく", "間と同じ向きなら"),
            ("ほとんど変わらない", " 10 と得点で"),
        ),
    ),
]
