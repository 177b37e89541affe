"""章 attention/saliency の練習。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lessons.answers import number
from lessons.exercises import Exercise

Weight = Callable[[Sequence[float]], float]


def _right(peaks: Sequence[float]) -> float:
    others = sorted(peaks)[:-1]
    return (max(peaks) - (sum(others) / len(others) if others else 0)) ** 2


def _with_top(peaks: Sequence[float]) -> float:
    return (max(peaks) - sum(peaks) / len(peaks)) ** 2


def _not_squared(peaks: Sequence[float]) -> float:
    return _right(peaks) ** 0.5


CASES = ([1.0], [1.0, 0.4, 0.2], [0.3, 2.0, 0.9, 0.6], [0.5, 0.5])


def _same(one: Weight, other: Weight) -> bool:
    return all(abs(one(list(peaks)) - other(list(peaks))) < 1e-6 for peaks in CASES)


def _normalize(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を書いて，その名前を渡してください。"
    if _same(answer, _right):
        return None
    if _same(answer, _with_top):
        return "平均に，いちばん高い山が入っています。それを除いてください。"
    if _same(answer, _not_squared):
        return "差を 2 乗してください。"
    got = answer([1.0, 0.4, 0.2])
    return f"[1.0, 0.4, 0.2] には 0.49 を返すはずですが，{got} が返りました。"


EXERCISES = [
    Exercise(
        name="saliency/count",
        answer=number(
            63,
            (42, "それは δ が二つのときの枚数です。組 (c, s) は何通りに増えますか。"),
            (
                9,
                "それは組 (c, s) の数です。明るさ・色・方位のそれぞれに，その数だけ地図があります。",
            ),
            otherwise="組 (c, s) の数に，明るさ 1・色 2・方位 4 の合計を掛けます。",
            unit="枚",
        ),
        solution=63,
        praise="9 通りの組に，7 種類の特徴を掛けた数です。",
        known_wrong=((42, "δ が二つ"), (9, "組 (c, s) の数です"), (54, "掛けます")),
    ),
    Exercise(
        name="saliency/normalize",
        judge=_normalize,
        solution=_right,
        praise="一つだけの山は残り，似た山の並ぶ地図は消えます。",
        known_wrong=(
            (_with_top, "いちばん高い山"),
            (_not_squared, "2 乗"),
            (max, "0.49"),
            (0.49, "関数"),
        ),
    ),
    Exercise(
        name="saliency/return",
        answer=number(
            1,
            otherwise="inhibit=False を加えて動かし，(f.x, f.y) の違うものがいくつあるかを数えます。",
            unit="種類",
        ),
        solution=1,
        praise="抑制がなければ，同じ場所が勝ち続けます。",
        known_wrong=((14, "違うもの"),),
    ),
]
