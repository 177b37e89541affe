"""ニューロン一つと，Rosenblatt の学習の規則。

記号は次のとおり。``x``：入力，``w``：重み，``b``：バイアス，``t``：正解（0 か 1）。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

PAIRS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
"""二つの入力の，すべての組 ``(4, 2)``。"""
GATES = {
    "AND": np.array([0, 0, 0, 1]),
    "OR": np.array([0, 1, 1, 1]),
    "XOR": np.array([0, 1, 1, 0]),
}
"""二つの入力への正解 ``(4,)``。``PAIRS`` の順。"""


def neuron(x: ArrayLike, w: ArrayLike, b: float) -> NDArray[np.int_]:
    """重みを掛けて足し，0 を超えたら 1，超えなければ 0 を返す。

    McCulloch & Pitts (1943) の神経細胞の考えを，重みのある形に広げたもの。

    Args:
        x: 入力 ``(..., d)``。
        w: 重み ``(d,)``。
        b: バイアス（しきい値の符号を変えた数）。

    Returns:
        0 か 1。形は ``x`` から最後の次元を除いた ``(...)``。

    Raises:
        ValueError: 入力と重みの数が違うとき。
    """
    x, w = np.asarray(x, float), np.asarray(w, float)
    if w.ndim != 1 or x.shape[-1:] != w.shape:
        raise ValueError(
            f"入力は {x.shape[-1] if x.ndim else 0} 個，重みの形は {w.shape} です。"
            "入力一つに重みを一つずつ，同じ数だけ並べてください。"
        )
    return (x @ w + b > 0).astype(int)


@dataclass(frozen=True)
class Path:
    """パーセプトロンの学習の跡。

    Attributes:
        w: 一巡ごとの重み ``(巡 + 1, d)``。はじめの値から。
        b: 一巡ごとのバイアス ``(巡 + 1,)``。
        errors: 一巡ごとの間違いの数 ``(巡,)``。
    """

    w: NDArray[np.float64]
    b: NDArray[np.float64]
    errors: NDArray[np.int_]

    @property
    def learned(self) -> bool:
        """最後の一巡で，間違いがなかったか。"""
        return bool(self.errors[-1] == 0)


def perceptron_rule(
    X: NDArray[np.int_],
    t: NDArray[np.int_],
    rng: np.random.Generator,
    passes: int = 30,
    rate: float = 0.1,
) -> Path:
    """間違えたときだけ，重みを直す（Rosenblatt の学習の規則）。

    Args:
        X: 入力 ``(n, d)``。
        t: 正解 ``(n,)``。
        rng: 乱数。はじめの重みと，見せる順番を決める。
        passes: すべての入力を見せる回数（巡）。
        rate: 学習率（一回に直す大きさ）。

    Raises:
        ValueError: 入力と正解の数が違うとき，巡や学習率が正でないとき。
    """
    if len(X) != len(t):
        raise ValueError(
            f"入力は {len(X)} 個，正解は {len(t)} 個です。同じ数にしてください。"
        )
    if passes < 1 or rate <= 0:
        raise ValueError(
            f"巡 {passes} は 1 以上，学習率 {rate} は正の数にしてください。"
        )
    w, b = rng.uniform(-1, 1, X.shape[1]), rng.uniform(-1, 1)
    trail, errors = [(w, b)], []
    for _ in range(passes):
        wrong = 0
        for i in rng.permutation(len(X)):
            miss = t[i] - neuron(X[i], w, b)  # 1，0，−1 のどれか
            w = w + rate * miss * X[i]
            b = b + rate * miss
            wrong += abs(int(miss))
        trail.append((w, b))
        errors.append(wrong)
    return Path(
        np.array([w for w, _ in trail]),
        np.array([b for _, b in trail]),
        np.array(errors),
    )
