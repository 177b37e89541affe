"""ネットワーク：ニューロン一つと，多層パーセプトロン。重みを学ぶ手順。"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "identity": nn.Identity(),
}
"""活性化関数。``identity`` は何もしない（比べるため）。"""


class Perceptron(nn.Module):
    """ニューロン一つ。活性化関数に入れる前の値を返す。"""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.out = nn.Linear(inputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """``(n, inputs)`` を ``(n,)`` にする。"""
        return self.out(x)[:, 0]


class MLP(nn.Module):
    """隠れ層が一つの多層パーセプトロン。"""

    def __init__(
        self,
        inputs: int,
        hidden: int,
        activation: str = "tanh",
    ) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, hidden)
        self.out = nn.Linear(hidden, 1)
        self.activation = ACTIVATIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        """``(n, inputs)`` を ``(n,)`` にする。"""
        h = self.activation(self.hidden(x))  # (n, hidden)
        return self.out(h)[:, 0]  # (n,)


def learn(
    network: nn.Module,
    X: Tensor,
    t: Tensor,
    rng: np.random.Generator,
    passes: int,
    rate: float,
) -> NDArray[np.bool_]:
    """一つ見せるごとに，誤差の小さくなる向きへ，すべての重みを少し動かす。

    Args:
        network: 学ばせるネットワーク（重みを書きかえる）。
        X: 入力 ``(n, d)``。
        t: 正解 ``(n,)``。
        rng: 乱数。見せる順番を決める。
        passes: すべての入力を見せる回数（巡）。
        rate: 学習率。

    Returns:
        見せたときに正しく答えたか ``(巡, n)``。直す前の答え。

    Raises:
        ValueError: 入力と正解の数が違うとき，巡が負のとき，学習率が正でないとき。
    """
    if len(X) != len(t):
        raise ValueError(
            f"入力は {len(X)} 個，正解は {len(t)} 個です。同じ数にしてください。"
        )
    if passes < 0 or rate <= 0:
        raise ValueError(
            f"巡 {passes} は 0 以上，学習率 {rate} は正の数にしてください。"
        )
    right = np.zeros((passes, len(X)), bool)
    yes = (t > 0.5).tolist()
    step = torch.optim.SGD(network.parameters(), lr=rate)
    for each in range(passes):
        for i in rng.permutation(len(X)):
            a = network(X[i : i + 1])[0]
            right[each, i] = bool(a > 0) == yes[i]
            error = -F.logsigmoid(a if yes[i] else -a)  # 正解への確率の −log
            step.zero_grad()
            error.backward()
            step.step()
    return right
