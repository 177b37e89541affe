"""交差エントロピーと二乗誤差：二つの誤差の勾配と，学習の速さ。

記号は t が正解（0 か 1），a が出力の手前の値，p = σ(a) が出力。
学習の速さは，Solla・Levin・Fleisher（1988）が使った隣接問題（contiguity problem）で測る。
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.basics.softmax.model import sigmoid

Array = NDArray[np.float64]

LOSSES = ("cross_entropy", "squared_error")
"""比べる誤差の名前。"""
RATES = (0.3, 1.0, 3.0, 10.0)
"""学習率の候補。誤差ごとに，いちばん速いものを選んで比べる。"""
CRITERION = 0.95
"""「覚えた」とみなす正答率。"""
LIMIT = 500
"""あきらめる回数。"""


def cross_entropy(t: ArrayLike, p: ArrayLike) -> Array:
    """交差エントロピー ``−{t log p + (1−t) log(1−p)}``（自然対数）。

    Args:
        t: 正解。0 か 1。
        p: 出力。0 より大きく 1 より小さい数。
    """
    target, output = np.asarray(t, float), np.asarray(p, float)
    return -(target * np.log(output) + (1 - target) * np.log(1 - output))


def cross_entropy_from_logit(t: ArrayLike, a: ArrayLike) -> Array:
    """出力の手前の値 ``a`` から交差エントロピーを求める。``log(1 + exp a) − t a``。

    p が 0 や 1 に丸められるほど大きな ``a`` でも，正しい値になる。
    """
    logit = np.asarray(a, float)
    return np.logaddexp(0.0, logit) - np.asarray(t, float) * logit


def squared_error(t: ArrayLike, p: ArrayLike) -> Array:
    """二乗誤差 ``(t − p)²``。確率の予測では Brier 得点と呼ばれる。"""
    return (np.asarray(t, float) - np.asarray(p, float)) ** 2


def logit_gradient(loss: str, t: ArrayLike, a: ArrayLike) -> Array:
    """誤差を，出力の手前の値 ``a`` で微分する。

    Args:
        loss: ``LOSSES`` の名前。
        t: 正解 ``(n,)``。
        a: 出力の手前の値 ``(n,)``。

    Returns:
        交差エントロピーなら ``p − t``，二乗誤差なら ``2(p − t) p (1 − p)``。
    """
    p = sigmoid(a)
    difference = p - np.asarray(t, float)
    if loss == "cross_entropy":
        return difference
    if loss == "squared_error":
        return 2 * difference * p * (1 - p)
    raise ValueError(
        f"誤差 {loss!r} はありません。{' か '.join(LOSSES)} にしてください。"
    )


def updates_to_flip(loss: str, a: float, rate: float = 1.0) -> int:
    """正解が 1 のとき，値 ``a`` が 0 を越えて答えが 1 に変わるまでの，更新の回数。"""
    count = 0
    while a < 0:
        a -= rate * float(logit_gradient(loss, 1, a))
        count += 1
    return count


def contiguity(length: int = 8) -> tuple[Array, Array]:
    """隣接問題：±1 の列に，+1 のかたまりが 2 個あるか 3 個あるかを答える。

    Args:
        length: 列の長さ N。5 以上。

    Returns:
        かたまりが 2 個か 3 個の列のすべて ``(n, N)`` と，正解 ``(n,)``（3 個なら 1）。
    """
    if length < 5:
        raise ValueError(
            f"列の長さは 5 以上にしてください（受け取った値: {length}）。"
            "短いと，かたまりが 3 個になりません。"
        )
    every = np.array(list(product([-1.0, 1.0], repeat=length)))  # (2^N, N)
    begins = np.diff(every, axis=1, prepend=-1) > 0  # かたまりの始まり (2^N, N)
    clumps = begins.sum(axis=1)
    kept = (clumps == 2) | (clumps == 3)
    return every[kept], (clumps[kept] == 3).astype(float)


class Network(NamedTuple):
    """隠れ層が一つのネットワーク。どちらの重みも，最後の行はバイアス。"""

    W: Array  # (N + 1, H) 入力から隠れ層へ
    v: Array  # (H + 1,) 隠れ層から出力へ


def fresh(seed: int, inputs: int = 8, hidden: int = 16) -> Network:
    """まだ何も覚えていないネットワーク。重みは小さな乱数。"""
    rng = np.random.default_rng(seed)
    return Network(
        rng.normal(0, (inputs + 1) ** -0.5, (inputs + 1, hidden)),
        rng.normal(0, (hidden + 1) ** -0.5, hidden + 1),
    )


def forward(net: Network, X: Array) -> tuple[Array, Array]:
    """出力の手前の値 ``a`` ``(n,)`` と，隠れ層の活動 ``h`` ``(n, H)``。"""
    h = np.tanh(X @ net.W[:-1] + net.W[-1])  # (n, H)
    return h @ net.v[:-1] + net.v[-1], h


def gradients(net: Network, X: Array, t: Array, loss: str) -> tuple[Network, Array]:
    """平均の誤差の勾配を，誤差逆伝播で求める。出力の手前の値も返す。"""
    a, h = forward(net, X)
    d_a = logit_gradient(loss, t, a) / len(X)  # (n,)
    d_h = np.outer(d_a, net.v[:-1]) * (1 - h**2)  # (n, H)
    d_W = np.vstack([X.T @ d_h, d_h.sum(axis=0)])  # (N + 1, H)
    d_v = np.append(h.T @ d_a, d_a.sum())  # (H + 1,)
    return Network(d_W, d_v), a


def learn(
    net: Network,
    X: Array,
    t: Array,
    loss: str,
    rate: float,
    steps: int,
    stop: Callable[[float], bool] = lambda accuracy: False,
) -> tuple[Network, int]:
    """慣性つきの勾配降下法（慣性 0.9）で学習する。

    Args:
        net: 始めのネットワーク。
        X, t: 全部の問題 ``(n, N)`` と正解 ``(n,)``。毎回すべてを使う。
        loss: ``LOSSES`` の名前。
        rate: 学習率。
        steps: 更新の回数の上限。
        stop: 正答率を受け取り，やめるかどうかを返す関数。

    Returns:
        学習後のネットワークと，更新した回数。
    """
    W, v = net
    speed_W, speed_v = np.zeros_like(W), np.zeros_like(v)
    for step in range(steps):
        slope, a = gradients(Network(W, v), X, t, loss)
        if stop(float(((a > 0) == (t > 0.5)).mean())):
            return Network(W, v), step
        speed_W = 0.9 * speed_W - rate * slope.W
        speed_v = 0.9 * speed_v - rate * slope.v
        W, v = W + speed_W, v + speed_v
    return Network(W, v), steps


@lru_cache(maxsize=64)
def misled(seed: int, overlearning: int = 300) -> Network:
    """逆の答えを，自信がつくまで覚えてしまったネットワーク。

    正解を入れ替えて，交差エントロピーで ``overlearning`` 回学習する。
    """
    X, t = contiguity()
    return learn(fresh(seed), X, 1 - t, "cross_entropy", 0.3, overlearning)[0]


def steps_to_criterion(
    loss: str,
    seed: int,
    rate: float = 1.0,
    start: str = "fresh",
    limit: int = LIMIT,
) -> int:
    """正答率が ``CRITERION`` になるまでの更新の回数。届かなければ ``limit``。

    Args:
        loss: ``LOSSES`` の名前。
        seed: 乱数の種（始めの重み）。
        rate: 学習率。
        start: ``"fresh"``（まっさら）か ``"misled"``（自信のある誤り）。
        limit: あきらめる回数。
    """
    starts: dict[str, Callable[[int], Network]] = {"fresh": fresh, "misled": misled}
    if start not in starts:
        raise ValueError(
            f"始め方 {start!r} はありません。{' か '.join(starts)} にしてください。"
        )
    X, t = contiguity()
    net = starts[start](seed)
    return learn(net, X, t, loss, rate, limit, lambda good: good >= CRITERION)[1]


def fewest_steps(loss: str, seed: int, start: str = "fresh") -> int:
    """``RATES`` のうち，いちばん速い学習率での回数。どの学習率でも届かなければ ``LIMIT``。"""
    best = LIMIT
    for rate in reversed(RATES):  # いまの最速より遅いとわかれば，そこでやめる
        best = min(best, steps_to_criterion(loss, seed, rate, start, limit=best))
    return best
