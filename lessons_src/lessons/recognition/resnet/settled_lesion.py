"""塊を壊した後に，バッチ正規化の平均と分散だけを測り直す。

塊を一つ除くと，後の塊に入る値の平均とばらつきも変わる。正規化は，壊す前の値でそろえ続けるので，
失われたのが塊の計算なのか，目盛りが合わなくなっただけなのかが，分けられない。重みは学び直さない。
"""

from __future__ import annotations

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons.recognition.resnet.lesion import PARTS
from lessons.recognition.resnet.model import Block, StackedNet, error_rates, settled


class OnlyResidual(nn.Module):
    """近道を切った塊。"""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.block.residual(x))


def each_settled_lesion(net: StackedNet, part: str = "block") -> np.ndarray:
    """塊を一つずつ壊し，正規化を学習の絵で測り直した後の，試験の正答率 ``(塊の数,)``。

    Args:
        net: 学習したネット。書き換えない。
        part: 壊す所。``lesion.PARTS`` のどれか。

    Raises:
        ValueError: 知らない所のとき。
    """
    if part not in PARTS:
        raise ValueError(
            f"壊す所 {part!r} はありません。使える名前: {'，'.join(PARTS)}"
        )
    found = []
    for number in range(len(net.blocks)):
        broken = copy.deepcopy(net)
        block = broken.stack[number]
        broken.blocks[number] = (
            nn.Identity() if part == "block" else OnlyResidual(block)
        )
        found.append(1 - error_rates(settled(broken))[1])
    return np.array(found)
