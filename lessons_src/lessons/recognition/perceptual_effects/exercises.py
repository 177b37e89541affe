"""章 recognition/perceptual_effects の練習。"""

from __future__ import annotations

from typing import Any

from lessons.exercises import Exercise


def _index(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 0.2) < 1e-6:
        return None
    if abs(value + 0.2) < 1e-6:
        return "符号が逆です。遠いはずの距離から，近いはずの距離を引きます。"
    if abs(value - 1) < 1e-6:
        return "差のままです。二つの距離の和で割ってください。"
    if abs(value - 1.5) < 1e-6:
        return "それは比です。差を和で割ってください。"
    return "(遠いはず − 近いはず) ÷ (遠いはず + 近いはず) です。"


def _verdict(answer: Any) -> str | None:
    word = str(answer).strip()
    if word == "構造":
        return None
    if word == "学習":
        return "学習していないネットワークでも，ほとんど同じ値です。学習の成果と言えるでしょうか。"
    if word == "画素":
        return "画素の指数は 0 です。画素を比べただけでは出ません。"
    return "「学習」「構造」「画素」のどれかを，文字列で答えてください。"


def _texture(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 0.916) < 1e-3:
        return None
    if abs(value - 0.958) < 1e-3:
        return (
            "それは割合のままです。いつも形なら 1，いつも模様なら −1 の目盛りにします。"
        )
    if abs(value - 0.458) < 1e-3:
        return "0.5 を引いただけです。幅も 2 倍にしてください。"
    return "形を選んだ割合から，模様を選んだ割合を引いてください。"


EXERCISES = [
    Exercise(
        name="perceptual_effects/index",
        judge=_index,
        solution=0.2,
        praise="和で割るので，距離の単位が違う層どうしでも比べられます。",
        known_wrong=((-0.2, "符号"), (1, "和"), (1.5, "比")),
    ),
    Exercise(
        name="perceptual_effects/control",
        judge=_verdict,
        solution="構造",
        praise="対照がなければ，学習の成果と書いてしまうところでした。",
        known_wrong=(("学習", "学習していない"), ("画素", "0")),
    ),
    Exercise(
        name="perceptual_effects/scale",
        judge=_texture,
        solution=0.916,
        praise="同じ目盛りにそろえて，はじめて人間とモデルを並べられます。",
        known_wrong=((0.958, "割合"), (0.458, "2 倍")),
    ),
]
