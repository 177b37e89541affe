"""小さなネットワークを，絵を変形しながら学習する。

変形（augment）は，絵の束と名前と乱数を受け取り，変形した絵の束を返す関数。
束の一枚ごとに，別の変形を引く。
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from lessons import runtime

Augment = Callable[[torch.Tensor, torch.Tensor, torch.Generator], torch.Tensor]
"""絵 ``(B, C, S, S)`` と名前 ``(B,)`` と乱数から，変形した絵 ``(B, C, S, S)``。"""

LEFT_RIGHT, UP_DOWN = 3, 2
"""裏返す軸。"""


class SmallNet(nn.Module):
    """畳み込み 3 層と，線形の読み出し。``(B, C, S, S)`` → 得点 ``(B, classes)``。"""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for c_out, stride in ((16, 2), (32, 2), (32, 1)):
            layers += [
                nn.Conv2d(channels, c_out, 3, stride, 1, bias=False),
                nn.BatchNorm2d(c_out),
                nn.ReLU(),
            ]
            channels = c_out
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(3), nn.Flatten())
        self.fc = nn.Linear(channels * 9, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.layers(x))


def jitter(degrees: float = 10, shift: float = 0.1, scale: float = 0.1) -> Augment:
    """少し回し，ずらし，伸び縮みさせる変形。

    Args:
        degrees: 回す角度の幅（度）。
        shift: ずらす幅（絵の幅の半分を 1 とする）。
        scale: 伸び縮みの幅。
    """

    def change(x: torch.Tensor, _: torch.Tensor, g: torch.Generator) -> torch.Tensor:
        u = 2 * torch.rand(4, len(x), generator=g) - 1  # −1〜1 のくじ
        angle, zoom = u[0] * math.radians(degrees), 1 + u[1] * scale
        cos, sin = angle.cos() * zoom, angle.sin() * zoom
        dx, dy = u[2] * shift, u[3] * shift
        rows = torch.stack([cos, -sin, dx, sin, cos, dy], dim=1)
        affine = rows.view(-1, 2, 3).to(x.device)  # (B, 2, 3)
        grid = F.affine_grid(affine, list(x.shape), align_corners=False)
        return F.grid_sample(x, grid, padding_mode="border", align_corners=False)

    return change


def flips(axis: int, names: torch.Tensor | None = None) -> Augment:
    """半分の絵を裏返す変形。

    Args:
        axis: ``LEFT_RIGHT`` か ``UP_DOWN``。
        names: この名前の絵だけを裏返す。省けば，どの絵も。
    """

    def change(x: torch.Tensor, y: torch.Tensor, g: torch.Generator) -> torch.Tensor:
        chosen = torch.rand(len(x), generator=g).to(x.device) < 0.5
        if names is not None:
            chosen &= torch.isin(y, names)
        turned = chosen.view(-1, 1, 1, 1)
        return torch.where(turned, x.flip(axis), x)

    return change


def quarter_turns(names: torch.Tensor | None = None) -> Augment:
    """0，90，180，270 度のどれかに回す変形。``names`` があれば，その名前の絵だけ。"""

    def change(x: torch.Tensor, y: torch.Tensor, g: torch.Generator) -> torch.Tensor:
        turns = torch.randint(4, (len(x),), generator=g).to(x.device)
        if names is not None:
            turns = turns * torch.isin(y, names)
        found = x.clone()
        for number in (1, 2, 3):
            at = turns == number
            found[at] = torch.rot90(x[at], number, (2, 3))
        return found

    return change


def together(*augments: Augment) -> Augment:
    """いくつかの変形を，順に当てる。"""

    def change(x: torch.Tensor, y: torch.Tensor, g: torch.Generator) -> torch.Tensor:
        for augment in augments:
            x = augment(x, y, g)
        return x

    return change


def learn(
    x: torch.Tensor,
    y: torch.Tensor,
    augment: Augment | None = None,
    *,
    seed: int = 0,
    steps: int = 150,
    rate: float = 3e-3,
    batch: int = 32,
) -> SmallNet:
    """絵を変形しながら，名前を学ぶ。

    Args:
        x: 絵 ``(N, C, S, S)``。
        y: 名前の番号 ``(N,)``。
        augment: 変形。なければ，そのまま学ぶ。
        seed: 重みの初めの値と，くじの種。
        steps: 学習の回数。
        rate: 学習率。
        batch: 一回に使う絵の数。
    """
    g = runtime.seed_everything(seed)
    net = SmallNet(x.shape[1], int(y.max()) + 1).to(x.device)
    optimiser = torch.optim.Adam(net.parameters(), rate)
    for _ in range(steps):
        at = torch.randint(len(x), (batch,), generator=g).to(x.device)
        shown = x[at] if augment is None else augment(x[at], y[at], g)
        optimiser.zero_grad()
        F.cross_entropy(net(shown), y[at]).backward()
        optimiser.step()
    return net.eval()


@torch.no_grad()
def accuracy(net: nn.Module, x: torch.Tensor, y: torch.Tensor) -> float:
    """正答率。"""
    return float((net(x).argmax(dim=1) == y).float().mean())
