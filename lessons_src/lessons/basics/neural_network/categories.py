"""類の学習：直線で分けられる類と，分けられない類。

``linear`` と ``nonlinear`` は，Medin & Schwanenflugel (1981) の実験 4 の作りで，
Levering, Conaway & Kurtz (2020) が追試に使った。三つの二択の特徴を持つ六つの例を，
三つずつ二つの類に分ける。``type_iii`` と ``type_iv`` は，Shepard, Hovland & Jenkins (1961)
の六つの型のうちの二つ（Nosofsky ら 1994 が追試した）。八つの例を，四つずつに分ける。
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lessons.basics.neural_network.model import MLP, Perceptron, learn

MEMBERS = {
    "linear": ("001 010 100", "011 101 110"),
    "nonlinear": ("001 011 100", "010 101 110"),
    "type_iii": ("000 001 010 101", "011 100 110 111"),
    "type_iv": ("000 001 010 100", "011 101 110 111"),
}
"""類の例。数字の一つが，一つの特徴の値。左が類 A（正解 1），右が類 B（正解 0）。"""


def structure(
    name: str, low: float = -1.0
) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """類の例 ``(n, 3)`` と，正解 ``(n,)`` を返す。

    Args:
        name: ``MEMBERS`` の名前。
        low: 特徴の値 0 を表す数（値 1 は 1 で表す）。

    Raises:
        ValueError: 知らない名前のとき。
    """
    if name not in MEMBERS:
        raise ValueError(
            f"類の作り {name!r} はありません。{'，'.join(MEMBERS)} のどれかにしてください。"
        )
    groups = [group.split() for group in MEMBERS[name]]
    bits = np.array([[int(c) for c in item] for group in groups for item in group])
    t = np.repeat([1, 0], [len(group) for group in groups])
    return np.where(bits == 1, 1.0, low), t


def new_network(hidden: int, activation: str, seed: int) -> nn.Module:
    """種で決まる，まっさらなネットワーク。``hidden`` が 0 なら，ニューロン一つ。"""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MLP(3, hidden, activation) if hidden else Perceptron(3)


def accuracy(network: nn.Module, X: Tensor, t: Tensor) -> float:
    """正しく答えた割合。"""
    with torch.no_grad():
        return float(((network(X) > 0) == (t > 0.5)).double().mean())


def study(
    name: str,
    seed: int,
    control: str = "",
    *,
    hidden: int,
    activation: str,
    rate: float,
    passes: int,
    low: float = -1.0,
) -> tuple[NDArray[np.bool_], float]:
    """類を学ばせ，見せたときの正誤 ``(巡, n)`` と，学んだ後の正答率を返す。

    Args:
        name: 類の作り。
        seed: 種。はじめの重みと，見せる順番を決める。
        control: ``untrained`` なら学ばせない。``shuffled`` なら正解をでたらめに入れ替える。
        hidden: 隠れ層のニューロンの数。0 なら，ニューロン一つだけ。
        activation: 活性化関数の名前。
        rate, passes: 学習率と，巡の数。
        low: 特徴の値 0 を表す数。

    Raises:
        ValueError: 知らない対照のとき。
    """
    if control not in ("", "untrained", "shuffled"):
        raise ValueError(
            f"対照 {control!r} はありません。untrained か shuffled にしてください。"
        )
    rng = np.random.default_rng(seed)
    inputs, labels = structure(name, low)
    if control == "shuffled":
        labels = np.random.default_rng([seed, *name.encode()]).permutation(labels)
    X = torch.tensor(inputs, dtype=torch.float32)
    t = torch.tensor(labels, dtype=torch.float32)
    network = new_network(hidden, activation, seed)
    right = learn(network, X, t, rng, 0 if control == "untrained" else passes, rate)
    return right, accuracy(network, X, t)
