"""章 basics/mlp_sgd の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import below, between, choice, number
from lessons.exercises import Exercise

_CURVES = (
    ([0.9, 0.5, 0.4, 0.45, 0.6], 2),
    ([0.9, 0.8, 0.7, 0.65], 3),
    ([0.2, 0.3, 0.4], 0),
    ([0.9, 0.5, 0.55, 0.3, 0.35, 0.6], 3),
)


def _stop(answer: Any) -> str | None:
    if not callable(answer):
        return "関数の名前を，かっこを付けずに入れてください。"
    for curve, best in _CURVES:
        found = int(answer(list(curve)))
        if found == len(curve) - 1 != best:
            return f"{curve} では，最後の周ではありません。検証の誤差がいちばん小さい周です。"
        if found != best:
            return f"{curve} では {best} を返してください（受け取った値: {found}）。"
    return None


def _last(curve: list[float]) -> int:
    return len(curve) - 1


def _first_rise(curve: list[float]) -> int:
    """初めて上がる直前の周。後でもっと下がる曲線を見落とす。"""
    for k in range(len(curve) - 1):
        if curve[k + 1] > curve[k]:
            return k
    return len(curve) - 1


_KEPT = 0.01 ** (1 / 20)
"""20 歩で 0.01 に近づくときの，一歩で残る割合。"""
_ALMOST = "惜しいです。10 個のうち，覚えなかったネットワークがあります。"


EXERCISES = [
    Exercise(
        name="mlp_sgd/rate",
        answer=number(
            between((1 - _KEPT) / 8, (1 + _KEPT) / 8),
            ((below(0), 0), "学習率は正の数です。負にすると，坂を登ります。"),
            (
                between(0.25, 1e9),
                "谷を飛び越えて，だんだん離れていきます。もっと小さくしてください。",
            ),
            otherwise="20 歩では，まだ谷底に着きません。学習率を変えてください。",
        ),
        solution=0.1,
        praise="傾きが急な谷ほど，歩幅を小さくしなければなりません。",
        known_wrong=((0.3, "飛び越えて"), (0.001, "まだ"), (-0.1, "正の数")),
    ),
    Exercise(
        name="mlp_sgd/hidden",
        answer=choice(
            {
                "1": "1 個では，まっすぐな境が一本しか引けません。",
                "2": _ALMOST,
                "4": _ALMOST,
                "8": None,
            },
            {n: f"{n} 個" for n in "1248"},
        ),
        solution=8,
        praise="2 個でも XOR は表せますが，8 個の方が，途中で止まりにくくなりました。",
        known_wrong=((1, "一本"), (2, "惜しい"), (4, "惜しい"), (3, "中から")),
    ),
    Exercise(
        name="mlp_sgd/batch",
        answer=number(
            256,
            (64, "4 倍では，ずれは 2 分の 1 にしかなりません。"),
            otherwise="ずれは，枚数の平方根に反比例します。4 分の 1 にするには，何倍の枚数が要りますか。",
            unit="枚",
        ),
        solution=256,
        praise="正確さを 4 倍にするには，16 倍の計算が要ります。",
        known_wrong=((64, "2 分の 1"), (16, "平方根")),
    ),
    Exercise(
        name="mlp_sgd/stop",
        judge=_stop,
        solution=lambda curve: int(np.argmin(curve)),
        praise="覚えすぎる前に止められます。",
        known_wrong=((_last, "最後の周"), (_first_rise, "返して"), (3, "関数の名前")),
    ),
]
