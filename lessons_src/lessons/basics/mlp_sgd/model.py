"""勾配で誤差を減らす：誤差逆伝播と，三つの進み方（SGD，モメンタム，Adam）。

記号は X が入力，t が正解，h が隠れ層，p が出力。誤差は二乗誤差 L = Σ (p − t)²。
誤差逆伝播は Rumelhart, Hinton & Williams（1986），Adam は Kingma & Ba（2015）。
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

XOR_X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
"""XOR の四つの問題 ``(4, 2)``。"""
XOR_T = np.array([[0.0], [1.0], [1.0], [0.0]])
"""XOR の正解 ``(4, 1)``。"""
RULES = ("sgd", "momentum", "adam")
"""進み方の名前。"""


class Network(NamedTuple):
    """隠れ層が一つのネットワークの，重みとバイアス。"""

    W1: Array  # (入力, H)
    b1: Array  # (H,)
    W2: Array  # (H, 出力)
    b2: Array  # (出力,)


def fresh(seed: int, inputs: int = 2, hidden: int = 4, outputs: int = 1) -> Network:
    """まだ何も覚えていないネットワーク。重みは小さな乱数，バイアスは 0。"""
    g = np.random.default_rng(seed)
    return Network(
        g.normal(0, 1, (inputs, hidden)),
        np.zeros(hidden),
        g.normal(0, 1, (hidden, outputs)),
        np.zeros(outputs),
    )


def forward(net: Network, X: Array) -> tuple[Array, Array]:
    """入力 ``(n, 入力)`` から，隠れ層 ``(n, H)`` と出力 ``(n, 出力)`` を求める。"""
    h = np.tanh(X @ net.W1 + net.b1)
    p = 1 / (1 + np.exp(-(h @ net.W2 + net.b2)))
    return h, p


def loss(net: Network, X: Array, t: Array) -> float:
    """二乗誤差の合計。"""
    return float(((forward(net, X)[1] - t) ** 2).sum())


def backward(net: Network, X: Array, t: Array) -> Network:
    """誤差逆伝播：二乗誤差の合計を，重みとバイアスの一つずつで微分する。"""
    h, p = forward(net, X)
    d_p = 2 * (p - t)  # 出力のずれ (n, 出力)
    d_a2 = d_p * p * (1 - p)  # シグモイドの傾きを掛ける
    d_h = d_a2 @ net.W2.T  # 重みをたどって戻す (n, H)
    d_a1 = d_h * (1 - h**2)  # tanh の傾きを掛ける
    return Network(X.T @ d_a1, d_a1.sum(axis=0), h.T @ d_a2, d_a2.sum(axis=0))


def learn(
    net: Network, X: Array, t: Array, rate: float, steps: int
) -> tuple[Network, Array]:
    """勾配と逆の向きに ``steps`` 歩進む。

    Args:
        net: 始めのネットワーク。
        X, t: 全部の問題 ``(n, 入力)`` と正解 ``(n, 出力)``。
        rate: 学習率。
        steps: 歩数。

    Returns:
        学習後のネットワークと，一歩ごとの誤差 ``(steps + 1,)``。
    """
    losses = [loss(net, X, t)]
    for _ in range(steps):
        slope = backward(net, X, t)
        net = Network(*(w - rate * g for w, g in zip(net, slope, strict=True)))
        losses.append(loss(net, X, t))
    return net, np.array(losses)


def xor_learned(hidden: int, seed: int, rate: float = 0.5, steps: int = 2000) -> bool:
    """隠れ層が ``hidden`` 個のネットワークが，XOR の四問に正しく答えるようになるか。

    Raises:
        ValueError: ``hidden`` が 1 より小さいとき。
    """
    if hidden < 1:
        raise ValueError(
            f"隠れ層の大きさは 1 以上にしてください（受け取った値: {hidden}）。"
        )
    net, _ = learn(fresh(seed, hidden=hidden), XOR_X, XOR_T, rate, steps)
    return bool(((forward(net, XOR_X)[1] > 0.5) == (XOR_T > 0.5)).all())


def descend(
    slope: Callable[[Array], ArrayLike],
    start: ArrayLike,
    rule: str = "sgd",
    *,
    rate: float,
    steps: int,
) -> Array:
    """勾配 ``slope`` を使って坂を下り，通った場所 ``(steps + 1, 次元)`` を返す。

    Args:
        slope: 場所 ``(次元,)`` を受け取り，勾配 ``(次元,)`` を返す関数。
        start: 始めの場所 ``(次元,)``。
        rule: ``RULES`` の名前。
        rate: 学習率。
        steps: 歩数。

    Raises:
        ValueError: 進み方の名前を知らないとき。
    """
    if rule not in RULES:
        raise ValueError(
            f"進み方 {rule!r} はありません。使える名前: {'，'.join(RULES)}"
        )
    w = np.array(start, float)
    path = [w]
    v, s = np.zeros_like(w), np.zeros_like(w)
    for k in range(1, steps + 1):
        g = np.asarray(slope(w), float)
        if rule == "sgd":
            move = g
        elif rule == "momentum":
            v = 0.9 * v + g  # これまでの勢い
            move = v
        else:
            v = 0.9 * v + 0.1 * g  # 勾配の平均
            s = 0.999 * s + 0.001 * g**2  # 勾配の二乗の平均
            mean, square = v / (1 - 0.9**k), s / (1 - 0.999**k)
            move = mean / (np.sqrt(square) + 1e-8)
        w = w - rate * move
        path.append(w)
    return np.array(path)


def valley(w: ArrayLike) -> Array:
    """細長い谷の高さ ``½ (u² + 100 v²)``。``w`` は ``(…, 2)``。"""
    u, v = np.moveaxis(np.asarray(w, float), -1, 0)
    return 0.5 * (u**2 + 100 * v**2)


def valley_slope(w: Array) -> Array:
    """細長い谷の勾配 ``(u, 100 v)``。"""
    return np.asarray(w, float) * [1.0, 100.0]
