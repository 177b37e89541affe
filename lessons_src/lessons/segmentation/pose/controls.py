"""対照のネットワーク：学習していないものと，重みを並べ替えたもの。"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

Model = TypeVar("Model", bound=nn.Module)


def untrained(build: Callable[[], Model], seed: int) -> Model:
    """種 ``seed`` の初めの重みのままの，学習していないネットワーク。"""
    torch.manual_seed(seed)
    return build().eval()


@torch.no_grad()
def shuffled(model: Model, seed: int) -> Model:
    """畳み込みの重みを，層の中で並べ替えた写し。値の分布は変わらず，学んだ形だけが失われる。"""
    mixed = copy.deepcopy(model)
    g = torch.Generator().manual_seed(seed)
    for layer in mixed.modules():
        if isinstance(layer, nn.Conv2d):
            order = torch.randperm(layer.weight.numel(), generator=g)
            weight = layer.weight.cpu().flatten()[order]
            layer.weight.copy_(weight.view_as(layer.weight))
    return mixed.eval()
