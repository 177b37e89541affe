"""章 recognition/perceptual_effects の練習。"""

from __future__ import annotations

from lessons.answers import Several, choice
from lessons.exercises import Exercise

EXERCISES = [
    Exercise(
        name="perceptual_effects/turn",
        answer=Several(
            {
                "鏡像": "鏡像：上下 ＞ 左右",
                "文脈": "文脈：あり ＞ なし",
                "縞": "縦横の縞 ＞ 斜めの縞",
                "立体": "立体の向き ＞ Y 字の向き",
            },
            {
                "縞": "縞の指数は，「塊 10」で正です。反対の向きに変わります。",
                "立体": "立体の指数は，どの層でも負です。",
            },
            2,
            "もう一つあります。「塊 10」で負，「得点」で正の効果を選んでください。",
        ),
        solution=["鏡像", "文脈"],
        praise="同じネットワークでも，読む層で，人間との近さは変わります。",
        known_wrong=(
            (["縞", "鏡像"], "反対の向き"),
            (["立体", "鏡像"], "どの層でも負"),
            (["鏡像"], "もう一つ"),
        ),
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
