"""学習の後で，塊を一つだけ壊す（Veit, Wilber & Belongie, 2016）。"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from lessons.recognition.resnet.model import StackedNet, digits

PARTS = ("block", "shortcut")
"""壊す所：塊の計算（入力はそのまま通す），近道（塊の計算だけを通す）。"""


@torch.no_grad()
def accuracy_without(net: StackedNet, number: int, part: str = "block") -> float:
    """``number`` 番めの塊を壊したときの，試験の絵の正答率。

    Args:
        net: 学習したネット。書き換えない。
        number: 壊す塊の番号（入口が 0）。
        part: ``PARTS`` のどれか。

    Raises:
        ValueError: 知らない所か，ない番号のとき。
    """
    if part not in PARTS:
        raise ValueError(
            f"壊す所 {part!r} はありません。使える名前: {'，'.join(PARTS)}"
        )
    if not 0 <= number < len(net.blocks):
        raise ValueError(
            f"塊 {number} はありません。0 から {len(net.blocks) - 1} までにしてください。"
        )
    _, _, images, names = digits()
    x = F.relu(net.stem(images))
    for k, block in enumerate(net.stack):
        if k != number:
            x = block(x)
        elif part == "shortcut":
            x = F.relu(block.residual(x))
    scores = net.fc(x.mean(dim=(2, 3)))
    return (scores.argmax(1) == names).double().mean().item()


def each_lesion(net: StackedNet, part: str = "block") -> np.ndarray:
    """塊を一つずつ壊したときの正答率 ``(塊の数,)``。入口に近い順。"""
    return np.array([accuracy_without(net, k, part) for k in range(len(net.blocks))])
