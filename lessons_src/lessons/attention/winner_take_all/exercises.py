"""章 attention/winner_take_all の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import choice, number
from lessons.exercises import Exercise


def _function(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def winner_take_all(x): の形で書きます。"
    x = np.array([0.2, -1.0, 3.5, 0.9])
    got = np.asarray(answer(x.copy()), float)
    if got.shape != x.shape:
        return "入力と同じ長さの配列を返してください。勝者の番号だけではありません。"
    if np.allclose(got, [0, 0, 1, 0]):
        return (
            "勝者が 1 になっています。f(x) = x なので，勝者は自分の値 3.5 のままです。"
        )
    if not np.allclose(got, [0, 0, 3.5, 0]):
        return "最大の値だけが残り，ほかは 0 になるはずです。"
    if not np.allclose(np.asarray(answer(np.array([-2.0, -1.0])), float), [0, -1]):
        return "負の数だけの入力でも，最大の値を残してください。"
    return None


EXERCISES = [
    Exercise(
        name="winner_take_all/crowd",
        answer=choice(
            {
                "変わらない": "競う相手が増えるので，少しは延びます。128 のときの時間を，64 のときで割ってください。",
                "ほぼ 1.1 倍": None,
                "ほぼ 2 倍": "一つずつ調べるなら 2 倍ですが，この競争は同時に進みます。",
            }
        ),
        solution="ほぼ 1.1 倍",
        praise="この雑音では，目立つ標的なら，候補が倍になっても，少ししか延びませんでした。",
        known_wrong=(("変わらない", "少しは延びます"), ("ほぼ 2 倍", "同時に")),
    ),
    Exercise(
        name="winner_take_all/stop",
        answer=choice(
            {
                "0": "その時刻では，まだ半分に届きません。もう少し待ってください。",
                "1": "その時刻では，まだ半分に届きません。もう少し待ってください。",
                "2": "その時刻では，まだ半分に届きません。もう少し待ってください。",
                "4": "その時刻では，まだ半分に届きません。もう少し待ってください。",
                "7": None,
                "10": "半分は超えていますが，もっと早い時刻でも超えます。",
                "20": "半分は超えていますが，もっと早い時刻でも超えます。",
                "40": "半分は超えていますが，もっと早い時刻でも超えます。",
            }
        ),
        solution="7",
        praise="待つほど温度が下がり，勝者の取り分が増えます。",
        known_wrong=(
            ("0", "その時刻では"),
            ("1", "その時刻では"),
            ("2", "その時刻では"),
            ("4", "その時刻では"),
            ("10", "は超えていますが"),
            ("20", "は超えていますが"),
            ("40", "は超えていますが"),
        ),
    ),
    Exercise(
        name="winner_take_all/levels",
        answer=number(
            10,
            (
                1023,
                "それは競争の総数です。同時に行える競争を，一つの段と数えてください。",
            ),
            (11, "いちばん下の段は入力そのもので，競いません。"),
            otherwise="1024 を 2 で割り続けて，1 になるまでの回数を数えてください。",
            unit="段",
        ),
        solution=10,
        praise="場所が 2 倍になっても，段は一つ増えるだけです。",
        known_wrong=((1023, "総数"), (11, "競いません"), (512, "割り続けて")),
    ),
    Exercise(
        name="winner_take_all/function",
        judge=_function,
        solution=lambda x: np.where(x == x.max(), x, 0),
        praise="この一行を，細胞どうしの競争で実現するのが勝者占有回路です。",
        known_wrong=(
            (lambda x: (x == x.max()).astype(float), "3.5"),
            (lambda x: x.argmax(), "番号"),
            (lambda x: x, "ほかは 0"),
            (lambda x: np.maximum(x - np.sort(x)[-2], 0), "ほかは 0"),
        ),
    ),
]
