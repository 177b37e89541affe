"""六つの型の分類を，誤差逆伝播で学ぶ（Shepard, Hovland & Jenkins, 1961 の課題）。

物は三つの特徴（形，大きさ，塗り）が二通りずつで，8 個ある。
4 個ずつの二つの類に分ける分け方は，向きの違いを除くと六つの型しかない。
人間の値は Nosofsky ほか（1994）の 16 ブロック（1 ブロックは 16 回）の誤りの割合。
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TYPES = {
    "I": "000 001 010 011",
    "II": "000 001 110 111",
    "III": "000 001 010 101",
    "IV": "000 001 010 100",
    "V": "000 001 010 111",
    "VI": "000 011 101 110",
}
"""型の名前と，類 A に入る四つの物。三つの数字が，三つの特徴の値。"""
ITEMS = np.array(list(product((0.0, 1.0), repeat=3)))
"""8 個の物の特徴 ``(8, 3)``。"""
BLOCKS = 16
"""人間の実験のブロックの数。1 ブロックは，8 個の物が二度ずつ出る 16 回。"""
LOSSES = ("squared_error", "cross_entropy")
"""誤差の名前。"""
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda h: 1 - h**2),
    "relu": (lambda a: np.maximum(a, 0), lambda h: (h > 0).astype(float)),
}
"""活性化関数と，出力で書いた傾き。"""
CONTROLS = ("", "untrained", "shuffled", "similarity")


def targets() -> Array:
    """型ごとの正解 ``(6, 8)``。類 A なら 1，類 B なら 0。"""
    names = ["".join(str(int(value)) for value in item) for item in ITEMS]
    return np.array(
        [
            [float(name in members.split()) for name in names]
            for members in TYPES.values()
        ]
    )


def _sigmoid(a: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(a, -60, 60)))


def checked(name: str, known: tuple[str, ...], what: str = "対照") -> None:
    """知らない名前を断る。

    Raises:
        ValueError: ``known`` にない名前のとき。使える名前を挙げる。
    """
    if name not in known:
        names = "，".join(word for word in known if word)
        raise ValueError(f"{what} {name!r} はありません。使える名前: {names}")


@lru_cache(maxsize=512)
def _errors(
    seed: int, control: str, hidden: int, rate: float, loss: str, activation: str
) -> Array:
    g = np.random.default_rng(seed)
    t = targets()
    if control == "similarity":
        return np.repeat(similarity_errors()[:, None], BLOCKS, axis=1)
    X = np.hstack([2 * ITEMS - 1, np.ones((8, 1))])  # ±1 とバイアス (8, 4)
    # 六つの型の六つのネットワークを，同じ始まりの重みから，まとめて学ばせる
    W = np.repeat(g.normal(0, 3**-0.5, (1, 4, hidden)), 6, axis=0)
    v = np.repeat(g.normal(0, hidden**-0.5, (1, hidden + 1)), 6, axis=0)
    W[:, 3], v[:, hidden] = 0, 0
    f, slope = ACTIVATIONS[activation]
    found = np.zeros((6, BLOCKS))
    for block in range(BLOCKS):
        if control == "shuffled":  # ブロックのたびに，正解を付け替える
            t = t[:, g.permutation(8)]
        for k in np.concatenate([g.permutation(8), g.permutation(8)]):
            h = np.append(f(X[k] @ W), np.ones((6, 1)), axis=1)  # (6, H + 1)
            p = _sigmoid((h * v).sum(axis=1))  # (6,)
            found[:, block] += np.abs(t[:, k] - p) / 16
            if control == "untrained":
                continue
            d = p - t[:, k]  # (6,)
            if loss == "squared_error":
                d = 2 * d * p * (1 - p)
            d_h = d[:, None] * v[:, :-1] * slope(h[:, :-1])  # (6, H)
            v -= rate * d[:, None] * h
            W -= rate * X[k][:, None] * d_h[:, None, :]
    return found


def errors(
    seed: int,
    control: str = "",
    *,
    hidden: int = 16,
    rate: float = 1.0,
    loss: str = "squared_error",
    activation: str = "tanh",
) -> Array:
    """六つの型の，ブロックごとの誤りの割合 ``(6, 16)``。

    Args:
        seed: 始まりの重みと，物の順番の種。
        control: ``untrained`` なら学ばせない。``shuffled`` ならブロックのたびに正解を付け替える。
            ``similarity`` なら，学ばせず，似た物の類で答える。
        hidden: 隠れ層の大きさ。
        rate: 学習率。
        loss: ``LOSSES`` の名前。
        activation: ``ACTIVATIONS`` の名前。

    Raises:
        ValueError: 対照，誤差，活性化関数の名前を知らないとき。
    """
    checked(control, CONTROLS)
    checked(loss, LOSSES, "誤差")
    checked(activation, tuple(ACTIVATIONS), "活性化関数")
    return _errors(seed, control, hidden, rate, loss, activation)


def similarity_errors(sharpness: float = 1.0) -> Array:
    """学習せず，8 個すべてとの似かたの割合で類を答えたときの誤り ``(6,)``。

    似かたは ``exp(−sharpness × 違う特徴の数)``。自分自身も入れる。
    """
    distance = np.abs(ITEMS[:, None] - ITEMS[None]).sum(axis=2)  # (8, 8)
    s = np.exp(-sharpness * distance)
    s /= s.sum(axis=1, keepdims=True)
    t = targets()
    different = t[:, :, None] != t[:, None, :]  # (6, 8, 8)
    return (s * different).sum(axis=2).mean(axis=1)
