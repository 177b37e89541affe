"""分類を学ぶと，注意は役に立つ次元に移るか：見本と比べるモデルに，注意の重みを学ばせる。

ALCOVE（Kruschke, 1992）を簡単にした形：注意の重みは，三つの次元のソフトマックス関数で決まる。
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lessons.basics.mlp_sgd.six_types import ITEMS, targets
from lessons.basics.softmax.model import sigmoid, softmax

Array = NDArray[np.float64]

KINDS = ("I", "II", "III", "IV", "V", "VI")
"""六つの分類。I は一つの次元，II は二つ，VI は三つの次元が要る。"""


class Learning(NamedTuple):
    """学習の経過。どれも，全部の図形を一巡する「巡」ごと。"""

    errors: Array  # (巡,) 誤りの割合
    attention: Array  # (巡, 3) 次元への注意の重み


def learn(
    seed: int,
    kind: str,
    *,
    rate: float = 0.3,
    attention_rate: float = 0.3,
    sharpness: float = 4.0,
    rounds: int = 60,
    shuffled: bool = False,
) -> Learning:
    """八つの図形の分類を，一つずつ答えては正解を聞いて学ぶ。

    Args:
        seed: 図形を見る順の種。
        kind: ``KINDS`` の一つ。
        rate: 見本と答えの結び付きの学習率。
        attention_rate: 注意の学習率。
        sharpness: 似ている度合いが，違いとともに落ちる速さ。
        rounds: 巡の数。
        shuffled: 真なら，正解を毎回でたらめに決める（対照）。
    """
    rng = np.random.default_rng(seed)
    x = np.asarray(ITEMS, float)  # (8, 3)
    right = np.asarray(targets()[KINDS.index(kind)], float)  # (8,) 0 か 1
    a, w = rng.normal(0, 0.05, 3), np.zeros(8)
    errors, attention = [], []
    for _ in range(rounds):
        wrong = 0
        for i in rng.permutation(8):
            answer = float(rng.integers(2)) if shuffled else right[i]
            alpha = softmax(a)  # 次元の注意 (3,)
            apart = np.abs(x - x[i])  # (8, 3)
            alike = np.exp(-sharpness * apart @ alpha)  # 見本ごとの似かた (8,)
            p = float(sigmoid(np.array([w @ alike]))[0])
            wrong += int(rng.random() > (p if answer else 1 - p))
            miss = answer - p
            slope = -sharpness * (w * alike) @ apart  # (3,)：注意の重みの勾配
            a += attention_rate * miss * alpha * (slope - slope @ alpha)
            w += rate * miss * alike
        errors.append(wrong / 8)
        attention.append(softmax(a))
    return Learning(np.array(errors), np.array(attention))


def relevant_dimension() -> int:
    """分類 I で役に立つ次元の番号。"""
    right = np.asarray(targets()[0], float)
    x = np.asarray(ITEMS, float)
    return int(np.abs([np.corrcoef(x[:, k], right)[0, 1] for k in range(3)]).argmax())
