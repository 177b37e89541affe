"""同じ塊を何度も通る残差ネット：深さを，時間に置きかえる（Liao & Poggio, 2016）。

どの時刻でも答えを読み出せるので，「短い時間で打ち切ったとき」の成績が測れる。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons import runtime
from lessons.recognition.resnet.model import CLASSES, digits

GREY = 0.5
"""隠す四角の明るさ。"""


class UnrolledNet(nn.Module):
    """残差の塊を ``steps`` 回通る。``(B, 1, 8, 8)`` → 時刻ごとの得点 ``(T, B, 10)``。

    Args:
        steps: 時刻の数 T。
        shared: どの時刻も同じ重みを使うか（反復）。偽なら，別々の重みの深いネット。
        width: チャンネルの数。
    """

    def __init__(self, steps: int, shared: bool = True, width: int = 16) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, width, 3, padding=1)
        self.stem_norm = nn.BatchNorm2d(width)
        self.convs = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=1, bias=False)
            for _ in range(1 if shared else steps)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(steps))
        self.fc = nn.Linear(width, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.relu(self.stem_norm(self.stem(x)))
        answers = []
        for t, norm in enumerate(self.norms):
            conv = self.convs[t % len(self.convs)]
            h = h + F.relu(norm(conv(h)))  # 同じ塊に，もう一度通す
            answers.append(self.fc(h.mean(dim=(2, 3))))
        return torch.stack(answers)


def hidden(x: torch.Tensor, side: int, generator: torch.Generator) -> torch.Tensor:
    """絵 ``(B, 1, 8, 8)`` のどこかを，一辺 ``side`` 画素の灰色の四角で隠す。

    Raises:
        ValueError: 四角が絵からはみ出すとき。
    """
    size = x.shape[-1]
    if not 0 < side < size:
        raise ValueError(
            f"隠す四角の一辺 {side!r} を，1 から {size - 1} までにしてください。"
        )
    corners = torch.randint(size - side + 1, (2, len(x), 1), generator=generator)
    place = torch.arange(size)
    rows, columns = ((place >= c) & (place < c + side) for c in corners)
    covered = rows[:, None, :, None] & columns[:, None, None, :]
    return x.masked_fill(covered, GREY)


def trained(
    seed: int,
    *,
    steps: int = 4,
    shared: bool = True,
    width: int = 16,
    side: int = 4,
    updates: int = 150,
    rate: float = 0.01,
) -> UnrolledNet:
    """半分は隠した絵で学習する。損失は，すべての時刻の答えの平均。

    Args:
        seed: 重みと，絵と，隠す場所の種。
        steps, shared, width: ``UnrolledNet`` に同じ。
        side: 隠す四角の一辺（画素）。
        updates: 学習の回数。0 なら学習しない。
        rate: 歩幅。
    """
    g = runtime.seed_everything(seed)
    x, y = digits()[:2]
    net = UnrolledNet(steps, shared, width)
    chosen = torch.optim.Adam(net.parameters(), rate)
    for update in range(updates):
        for group in chosen.param_groups:
            group["lr"] = rate * min(1, 1.25 * (1 - update / updates))
        at = torch.randint(len(x), (64,), generator=g)
        seen = torch.cat([hidden(x[at[:32]], side, g), x[at[32:]]])
        answers = net(seen)
        chosen.zero_grad()
        F.cross_entropy(answers.flatten(0, 1), y[at].repeat(steps)).backward()
        chosen.step()
    return net.eval()


@dataclass(frozen=True)
class OverTime:
    """時刻ごとの正答率。どちらも ``(T,)``。"""

    whole: np.ndarray
    occluded: np.ndarray

    @property
    def extra(self) -> float:
        """時間の得：隠した絵で伸びた分から，隠さない絵で伸びた分を引く。"""
        gains = [at[-1] - at[0] for at in (self.occluded, self.whole)]
        return float(gains[0] - gains[1])


@torch.no_grad()
def over_time(net: UnrolledNet, seed: int, side: int = 4) -> OverTime:
    """試験の絵を，隠さずに，また隠して見せたときの正答率。"""
    _, _, x, y = digits()
    g = torch.Generator().manual_seed(seed)
    found = [
        (net(images).argmax(2) == y).double().mean(1).numpy()
        for images in (x, hidden(x, side, g))
    ]
    return OverTime(*found)
