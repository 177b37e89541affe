"""足し算をする再帰型ネットワーク（RNN）：一桁ずつ読み，和を一桁ずつ答える。

Elman（1990）の単純再帰ネットワークの形。前の時刻の隠れ状態を，次の時刻の入力に加える。
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons.basics.binary_addition.problems import batch, random_pairs


class Adder(nn.Module):
    """二つのビットを読み，和のビットを答える RNN。``hidden`` は隠れユニットの数。"""

    def __init__(self, hidden: int = 12) -> None:
        super().__init__()
        self.read = nn.Linear(2, hidden)  # 今の桁の二つのビット
        self.remember = nn.Linear(hidden, hidden)  # 一つ前の隠れ状態
        self.answer = nn.Linear(hidden, 1)  # 和のビットの得点

    def step(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """一桁 ``(N, 2)`` を読み，隠れ状態 ``(N, hidden)`` を新しくする。"""
        return torch.tanh(self.read(x) + self.remember(h))

    def states(self, x: torch.Tensor) -> torch.Tensor:
        """桁の並び ``(N, T, 2)`` を読んだ，各桁の後の隠れ状態 ``(N, T, hidden)``。"""
        h = x.new_zeros(len(x), self.remember.in_features)
        found = []
        for t in range(x.shape[1]):
            h = self.step(x[:, t], h)
            found.append(h)
        return torch.stack(found, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """和のビットの得点 ``(N, T)``。正なら 1，負なら 0 と答える。"""
        return self.answer(self.states(x))[..., 0]


def made(seed: int, hidden: int = 12) -> Adder:
    """学習していない ``Adder``。

    Raises:
        ValueError: 隠れユニットが 1 から 200 の整数でないとき。
    """
    if not 1 <= hidden <= 200:
        raise ValueError(
            f"隠れユニットの数 {hidden} を，1 から 200 の整数にしてください。"
        )
    torch.manual_seed(seed)
    return Adder(hidden)


def train(
    seed: int,
    *,
    bits: int = 8,
    hidden: int = 12,
    rate: float = 0.01,
    steps: int = 2000,
    task: str = "add",
    order: str = "low",
    stop: Callable[[Adder, int], bool] = lambda net, step: False,
) -> Adder:
    """乱数の組で学習する。``stop(net, 更新の回数)`` が真になったら，そこで終える。"""
    net = made(seed, hidden)
    optimiser = torch.optim.Adam(net.parameters(), rate)
    g = np.random.default_rng(seed)
    for step in range(steps):
        if stop(net, step):
            break
        x, y = batch(*random_pairs(64, bits, g), bits, task, order)
        optimiser.zero_grad()
        F.binary_cross_entropy_with_logits(net(x), y).backward()
        optimiser.step()
    return net


@torch.no_grad()
def right_bits(
    net: Adder,
    a: np.ndarray,
    b: np.ndarray,
    bits: int,
    task: str = "add",
    order: str = "low",
) -> np.ndarray:
    """どの桁が正しかったか ``(N, bits + 1)``。"""
    x, y = batch(a, b, bits, task, order)
    return ((net(x) > 0) == (y > 0)).numpy()


def right_sums(net: Adder, a: np.ndarray, b: np.ndarray, bits: int) -> np.ndarray:
    """どの和が，すべての桁で正しかったか ``(N,)``。"""
    return np.all(right_bits(net, a, b, bits), axis=1)
