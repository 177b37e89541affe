"""あなたの答え：一部を隠した数字を読み，ネットの時刻ごとの答えと並べる。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import torch

from lessons.letters import checked
from lessons.recognition.resnet.model import digits
from lessons.recognition.resnet.recurrence import UnrolledNet, hidden

COUNT = 9
"""読む数字の数。"""
SIDE = 5
"""隠す四角の一辺（画素）。"""


def sheet() -> tuple[torch.Tensor, torch.Tensor]:
    """読む数字の絵 ``(9, 1, 8, 8)`` と，その答え ``(9,)``。"""
    _, _, x, y = digits()
    g = torch.Generator().manual_seed(6)
    chosen = torch.randperm(len(x), generator=g)[:COUNT]
    return hidden(x[chosen], SIDE, g), y[chosen]


@torch.no_grad()
def graded(mine: str | EllipsisType, net: UnrolledNet) -> Sequence[str]:
    """あなたの答えを，ネットの最初と最後の時刻の答えに並べる。

    Args:
        mine: 左上から順に並べた 9 字の数字。``...`` なら，まだ答えていない。
        net: 時刻ごとに答えるネット。

    Returns:
        印字する行。

    Raises:
        ValueError: 数字でない字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。数字を，左上から順に 9 字並べてください。"]
    checked(mine, "0123456789", "0〜9", COUNT)
    images, names = sheet()
    said = net(images).argmax(2)  # (T, 9)
    read = torch.tensor([int(c) for c in mine])
    rows = {"正しい名前": names, "あなた": read}
    rows |= {"ネットの最初": said[0], "ネットの最後": said[-1]}
    return [
        f"{name}：{''.join(map(str, row.tolist()))}　正解 {int((row == names).sum())}"
        for name, row in rows.items()
    ]
