"""手書きの数字（scikit-learn の digits，8×8 の 1,797 枚）を，小さなネットワークで学ぶ。"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn

from lessons import runtime

RULES = ("sgd", "momentum", "adam")
"""進み方の名前。"""
CLASSES = 10


class Pictures(NamedTuple):
    """絵 ``(n, 64)``（0 から 1）と，数字 ``(n,)``。"""

    x: Tensor
    y: Tensor


class Curves(NamedTuple):
    """一周ごとの成績。始める前の値も含む。"""

    training: list[float]  # 訓練の誤差
    validation: list[float]  # 検証の誤差
    accuracy: list[float]  # 検証の正答率


@lru_cache(maxsize=1)
def _all() -> Pictures:
    data = load_digits()
    order = torch.randperm(len(data.target), generator=torch.Generator().manual_seed(0))
    x = torch.tensor(data.data, dtype=torch.float32)[order] / 16
    return Pictures(x, torch.tensor(data.target)[order])


def split() -> tuple[Pictures, Pictures, Pictures]:
    """訓練 1,000 枚，検証 400 枚，テスト 397 枚に分ける。いつも同じ分け方。"""
    x, y = _all()
    a, b = 1000, 1400
    return Pictures(x[:a], y[:a]), Pictures(x[a:b], y[a:b]), Pictures(x[b:], y[b:])


def mislabelled(pictures: Pictures, count: int, share: float, seed: int) -> Pictures:
    """初めの ``count`` 枚を取り，``share`` の割合の札を，でたらめな数字に書きかえる。

    Raises:
        ValueError: 枚数が足りない，または割合が 0 から 1 の外のとき。
    """
    if not (0 < count <= len(pictures.y) and 0 <= share <= 1):
        raise ValueError(
            f"枚数は 1 から {len(pictures.y)}，割合は 0 から 1 にしてください"
            f"（受け取った値: {count}，{share}）。"
        )
    g = torch.Generator().manual_seed(seed)
    x, y = pictures.x[:count], pictures.y[:count].clone()
    wrong = torch.randperm(count, generator=g)[: round(share * count)]
    y[wrong] = torch.randint(CLASSES, (len(wrong),), generator=g)
    return Pictures(x, y)


def new_net(hidden: int, seed: int) -> nn.Sequential:
    """64 – ``hidden`` – 10 のネットワーク。"""
    runtime.seed_everything(seed)
    return nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, CLASSES))


def error(net: nn.Module, pictures: Pictures) -> Tensor:
    """二乗誤差の平均。正解の数字の出力は 1，ほかは 0 が目標。"""
    target = F.one_hot(pictures.y, CLASSES).float()  # (n, 10)
    return ((net(pictures.x) - target) ** 2).sum(dim=1).mean()


@torch.no_grad()
def accuracy(net: nn.Module, pictures: Pictures) -> float:
    """いちばん大きい出力の数字が，正解である割合。"""
    return float((net(pictures.x).argmax(dim=1) == pictures.y).double().mean())


def optimiser(net: nn.Module, rule: str, rate: float) -> torch.optim.Optimizer:
    """進み方の名前から，torch の部品を作る。

    Raises:
        ValueError: 進み方の名前を知らないとき。
    """
    if rule not in RULES:
        raise ValueError(
            f"進み方 {rule!r} はありません。使える名前: {'，'.join(RULES)}"
        )
    if rule == "adam":
        return torch.optim.Adam(net.parameters(), rate)
    momentum = 0.9 if rule == "momentum" else 0.0
    return torch.optim.SGD(net.parameters(), rate, momentum=momentum)


def learn(
    net: nn.Module,
    training: Pictures,
    validation: Pictures,
    *,
    rule: str = "sgd",
    rate: float = 0.1,
    batch: int = 32,
    epochs: int = 5,
    seed: int = 0,
) -> Curves:
    """ミニバッチで学び，一周ごとに検証する。

    Args:
        net: 学ぶネットワーク。その場で重みが変わる。
        training, validation: 訓練と検証の絵。
        rule: ``RULES`` の名前。
        rate: 学習率。
        batch: 一歩に使う枚数。
        epochs: 訓練の絵を何周するか。
        seed: 絵の順番の種。
    """
    g = torch.Generator().manual_seed(seed)
    stepper = optimiser(net, rule, rate)
    curves = Curves([], [], [])
    for epoch in range(epochs + 1):
        if epoch:
            for at in torch.randperm(len(training.y), generator=g).split(batch):
                stepper.zero_grad()
                error(net, Pictures(training.x[at], training.y[at])).backward()
                stepper.step()
        with torch.no_grad():
            curves.training.append(error(net, training).item())
            curves.validation.append(error(net, validation).item())
        curves.accuracy.append(accuracy(net, validation))
    return curves


def gradient(net: nn.Module, pictures: Pictures) -> Tensor:
    """誤差の勾配を，一列に並べて返す ``(重みの数,)``。"""
    found = torch.autograd.grad(error(net, pictures), list(net.parameters()))
    return torch.cat([part.flatten() for part in found])


def gradient_noise(batch: int, repeats: int = 40, seed: int = 0) -> float:
    """``batch`` 枚から求めた勾配が，全部の絵の勾配からどれだけずれるか（距離の平均）。

    絵は，同じものを二度引いてもよいくじで選ぶ。
    """
    training, _, _ = split()
    net = new_net(32, seed)
    whole = gradient(net, training)
    g = torch.Generator().manual_seed(seed)
    gaps = []
    for _ in range(repeats):
        at = torch.randint(len(training.y), (batch,), generator=g)
        part = gradient(net, Pictures(training.x[at], training.y[at]))
        gaps.append((part - whole).norm().item())
    return sum(gaps) / repeats
