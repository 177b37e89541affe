"""章 attention/self_attention の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons.answers import number
from lessons.exercises import Exercise

Array = NDArray[np.float64]


def _softmax(scores: Array, axis: int) -> Array:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _attention(Q: Array, K: Array, V: Array) -> Array:
    return _softmax(Q @ K.T / np.sqrt(Q.shape[1]), 1) @ V


def _unscaled(Q: Array, K: Array, V: Array) -> Array:
    return _softmax(Q @ K.T, 1) @ V


def _over_queries(Q: Array, K: Array, V: Array) -> Array:
    return _softmax(Q @ K.T / np.sqrt(Q.shape[1]), 0) @ V


def _write(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を書いて，その名前を渡してください。"
    rng = np.random.default_rng(0)
    Q, K, V = (rng.normal(size=size) for size in ((3, 4), (5, 4), (5, 2)))
    got = np.asarray(answer(Q, K, V), float)
    if got.shape != (3, 2):
        return f"出力の形は (L, m) です。この例では (3, 2) ですが，{got.shape} でした。"
    if np.allclose(got, _attention(Q, K, V)):
        return None
    if np.allclose(got, _unscaled(Q, K, V)):
        return "内積を √d で割ってください。d は Q の列の数です。"
    if np.allclose(got, _over_queries(Q, K, V)):
        return "ソフトマックス関数は，問いごと（行ごと）に当てます。axis=1 です。"
    return "値が違います。内積，√d で割る，ソフトマックス，V を掛ける，の順です。"


_BARS = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]], float)
_NAMES = ("赤い縦棒", "赤い横棒", "緑の縦棒", "緑の横棒")


def _query(answer: Any) -> str | None:
    q = np.asarray(answer, float)
    if q.shape != (4,):
        return "赤，緑，縦，横の順に，四つの数を並べてください。"
    weights = _softmax((_BARS @ q / 2)[None], 1)[0]
    if weights[3] >= 0.9:
        return None
    top = int(weights.argmax())
    if top != 3:
        return f"いちばん重みが大きいのは{_NAMES[top]}です。緑と横の所を大きくします。"
    return f"緑の横棒の重みは {weights[3]:.2f} です。数をもっと大きくしてください。"


EXERCISES = [
    Exercise(
        name="self_attention/write",
        judge=_write,
        solution=_attention,
        praise="これが Transformer の中心にある計算です。",
        known_wrong=(
            (_unscaled, "√d で割って"),
            (_over_queries, "axis=1"),
            (lambda Q, K, V: Q @ K.T, "(3, 2)"),
            (lambda Q, K, V: Q @ K.T @ V, "の順です"),
        ),
    ),
    Exercise(
        name="self_attention/query",
        judge=_query,
        solution=[0, 8, 0, 8],
        praise="鍵はそのままで，問いを取り替えるだけで，選ぶものが変わります。",
        known_wrong=(
            ([0, 1, 0, 1], "もっと大きく"),
            ([8, 0, 0, 8], "赤い横棒"),
            ([8, 8], "四つの数"),
        ),
    ),
    Exercise(
        name="self_attention/parameters",
        answer=number(
            256,
            (
                163840,
                "それは畳み込みの場合です。自己注意で k によるのは，ずれのベクトルだけです。",
            ),
            (128, "縦のずれと横のずれの，両方を数えてください。"),
            (
                448,
                "それは k = 7 のときの全部の数です。k = 3 のときとの差を答えてください。",
            ),
            otherwise="r_row と r_column の大きさを見ます。W_Q，W_K，W_V は k によりません。",
            unit="個",
        ),
        solution=256,
        praise="近所を広げても，学習する数はほとんど増えません。",
        known_wrong=(
            (163840, "畳み込み"),
            (128, "両方"),
            (448, "差を"),
            (0, "r_row"),
        ),
    ),
]
