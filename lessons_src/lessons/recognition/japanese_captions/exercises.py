"""章 recognition/japanese_captions の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import choice, near, number
from lessons.exercises import Exercise
from lessons.recognition.japanese_captions.levels import levels

_BELOW = [level for level in levels() if level.steps > 0]
_WITHOUT = sum(level.basic != "犬" for level in _BELOW) / len(levels())


def _sums(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def add(p, groups): の形で書きます。"
    p, groups = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0, 1, 1, 0])
    got = answer(p, groups)
    if np.size(got) != 2:
        return f"組は 2 つなのに，{np.size(got)} 個の数が返りました。組ごとに一つにしてください。"
    if np.allclose(np.ravel(got), [0.5, 0.5]):
        return None
    if np.allclose(np.ravel(got), [0.25, 0.25]):
        return "平均になっています。確率は，足してください。"
    return "組 0 は 0.4 と 0.1，組 1 は 0.3 と 0.2 を足します。"


def _mean(p: np.ndarray, groups: np.ndarray) -> list[float]:
    return [float(p[groups == k].mean()) for k in range(groups.max() + 1)]


def _same(p: np.ndarray, groups: np.ndarray) -> np.ndarray:
    return p


_ALL = len(levels())
_NOT_DOGS = _ALL - sum(level.basic == "犬" for level in levels())
_ARRIVED = "文字も画像も正しく届いています。四角は，描くときに代わりに置かれます。"


EXERCISES = [
    Exercise(
        name="japanese_captions/without_dogs",
        answer=number(
            near(_WITHOUT, 0.0015),
            (
                near(len(_BELOW) / _ALL, 0.0015),
                "それは，犬も数えた割合です。basic が「犬」の行を除いて数えてください。",
            ),
            (
                near(_WITHOUT * _ALL / _NOT_DOGS, 0.0015),
                "分母からも犬を除いています。分母は 1,000 のままにしてください。",
            ),
            otherwise="steps が 0 より大きく，basic が「犬」でない行を数え，1,000 で割ります。",
        ),
        solution=_WITHOUT,
        praise="犬だけで，細かすぎる見出し語の 5 分の 1 を超えていました。",
        known_wrong=((len(_BELOW) / 1000, "犬も数えた"), (0.9, "steps")),
    ),
    Exercise(
        name="japanese_captions/add",
        judge=_sums,
        solution=lambda p, groups: np.bincount(groups, weights=p),
        praise="1,000 個の確率も，同じ一行でふだんの名前に直せます。",
        known_wrong=((_mean, "平均"), (_same, "組は 2 つ"), (1, "def")),
    ),
    Exercise(
        name="japanese_captions/tofu",
        answer=choice({"文字コード": _ARRIVED, "書体": None, "画像": _ARRIVED}),
        solution="書体",
        praise="字の番号はあるのに，形がない。それが豆腐です。",
        known_wrong=(("文字コード", "届いて"), ("画像", "届いて")),
    ),
]
