"""AlexNet の層を，torchvision の設計から数える。重みは読まない。

torchvision の AlexNet は，Krizhevsky (2014) の一台用の設計で，地図の枚数が
Krizhevsky, Sutskever & Hinton (2012) と少し違う。形だけを流すので，計算はしない（meta）。
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torchvision
from torch import nn

SIDE = 224
"""入力の一辺（画素）。"""


@dataclass(frozen=True)
class Layer:
    """層一つ。

    Attributes:
        name: 日本語の名前（「畳み込み 1」など）。
        shape: 出力の形。``(チャンネル, 高さ, 幅)`` か ``(数,)``。
        parameters: 重みとバイアスの数。
        field: 一つのますの受容野の一辺（画素）。全結合層では，画像の全体なので None。
        jump: 隣のますとの間隔（画素）。全結合層では None。
    """

    name: str
    shape: tuple[int, ...]
    parameters: int
    field: int | None
    jump: int | None


def network() -> torchvision.models.AlexNet:
    """形だけの AlexNet（重みのない meta の装置の上）。"""
    with torch.device("meta"):
        return torchvision.models.alexnet(weights=None).eval()


def layers() -> list[Layer]:
    """AlexNet の層を，入口から順に数える。"""
    net = network()
    found: list[Layer] = []
    x = torch.empty(1, 3, SIDE, SIDE, device="meta")
    field, jump = 1, 1
    counts = {"畳み込み": 0, "プーリング": 0, "全結合": 0}
    for module in [*net.features, net.avgpool, nn.Flatten(), *net.classifier]:
        x = module(x)
        kind = _kind(module)
        if not kind:
            continue
        counts[kind] += 1
        seen: tuple[int | None, int | None] = (None, None)
        if isinstance(module, nn.Conv2d | nn.MaxPool2d):
            k, s = _pair(module.kernel_size), _pair(module.stride)
            field, jump = field + (k - 1) * jump, jump * s
            seen = (field, jump)
        number = sum(p.numel() for p in module.parameters())
        name = f"{kind} {counts[kind]}"
        found.append(Layer(name, tuple(x.shape[1:]), number, *seen))
    return found


def _kind(module: nn.Module) -> str:
    kinds = {nn.Conv2d: "畳み込み", nn.MaxPool2d: "プーリング", nn.Linear: "全結合"}
    return kinds.get(type(module), "")


def _pair(value: int | tuple[int, ...]) -> int:
    return value if isinstance(value, int) else value[0]


def shape_text(shape: tuple[int, ...]) -> str:
    """形を「64 × 55 × 55」のように書く。"""
    return " × ".join(map(str, shape))
