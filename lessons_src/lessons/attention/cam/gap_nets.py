"""全域平均プーリング（GAP）で終わる，背骨の違う三つの小さなネットワーク。

どれも「背骨 → GAP → 線形層一枚」の形で，背骨だけが違います。
学習に使うのは動物の名前だけです。どこにいるかは教えません。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons import runtime
from lessons.attention.cam.model import class_activation_map
from lessons.stimuli.scenes import Scene, SceneConfig, make_scenes

ANIMALS = ("cat", "dog", "bird", "fish", "elephant", "turtle")
"""見分ける動物。"""
ONE = SceneConfig(
    things=ANIMALS, size=64, fewest=1, most=1, smallest=0.35, largest=0.55
)
"""動物が一匹いる場面。学習と，分類の試験に使う。"""
TWO = SceneConfig(
    things=ANIMALS, size=64, fewest=2, most=2, smallest=0.35, largest=0.55
)
"""動物が二匹いる場面。CAM の試験に使う。"""


def _conv(c_in: int, c_out: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(c_out),
        nn.ReLU(),
    )


class Residual(nn.Module):
    """二段の畳み込みの結果を，入力に足す（He et al., 2016 の考え）。"""

    def __init__(self, c: int) -> None:
        super().__init__()
        last = nn.Conv2d(c, c, 3, padding=1, bias=False)
        self.body = nn.Sequential(_conv(c, c), last, nn.BatchNorm2d(c))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.body(x))  # (B, c, H, W)


class Dense(nn.Module):
    """それまでのすべての特徴地図をつないで，次の入力にする（Huang et al., 2017 の考え）。"""

    def __init__(self, c: int, growth: int, layers: int) -> None:
        super().__init__()
        steps = [_conv(c + i * growth, growth) for i in range(layers)]
        self.steps = nn.ModuleList(steps)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for step in self.steps:
            x = torch.cat([x, step(x)], dim=1)  # growth 枚ずつ増える
        return x  # (B, c + growth * layers, H, W)


def _plain() -> nn.Module:
    return nn.Sequential(
        _conv(3, 16, 2),
        _conv(16, 32, 2),
        _conv(32, 32),
        _conv(32, 64, 2),
        _conv(64, 64),
    )


def _residual() -> nn.Module:
    return nn.Sequential(
        _conv(3, 16, 2), _conv(16, 32, 2), Residual(32), _conv(32, 64, 2), Residual(64)
    )


def _dense() -> nn.Module:
    return nn.Sequential(
        _conv(3, 16, 2),
        _conv(16, 32, 2),
        Dense(32, 16, 2),
        _conv(64, 32, 2),
        Dense(32, 16, 2),
    )


BACKBONES: dict[str, Callable[[], nn.Module]] = {
    "重ねる型": _plain,
    "残差型": _residual,
    "密結合型": _dense,
}
"""背骨の名前と作り方。どれも ``(B, 3, H, W)`` → ``(B, 64, H/8, W/8)``。"""


class GapNet(nn.Module):
    """背骨 → GAP → 線形層。``(B, 3, H, W)`` → ``(B, 6)``。"""

    def __init__(self, backbone: str) -> None:
        super().__init__()
        if backbone not in BACKBONES:
            raise ValueError(
                f"背骨 {backbone!r} はありません。使える名前: {', '.join(BACKBONES)}"
            )
        self.backbone = BACKBONES[backbone]()
        self.fc = nn.Linear(64, len(ANIMALS))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        A = self.backbone(x)  # (B, 64, H/8, W/8)
        return self.fc(A.mean(dim=(2, 3)))  # (B, 6)


def pixels(scenes: Sequence[Scene]) -> torch.Tensor:
    """場面の画像を，入力 ``(B, 3, H, W)``，−1〜1 にする。"""
    images = torch.from_numpy(np.stack([scene.image for scene in scenes]))
    return images.permute(0, 3, 1, 2).float() / 127.5 - 1


def train(
    backbone: str, scenes: Sequence[Scene], iterations: int, *, seed: int = 0
) -> GapNet:
    """一匹だけの場面と動物の名前から，ネットワークを学習する。

    Args:
        backbone: ``BACKBONES`` にある名前。
        scenes: 場面。動物が一匹でないものは使わない。
        iterations: 反復の回数。一回に 32 枚を使う。
        seed: 乱数の種。
    """
    single = [scene for scene in scenes if len(scene.labels) == 1]
    x, y = pixels(single), torch.tensor([int(scene.labels[0]) for scene in single])
    g = runtime.seed_everything(seed)
    place = runtime.device()
    net = GapNet(backbone).to(place)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=4e-3, total_steps=iterations
    )
    for step in range(iterations):
        chosen = torch.randint(len(x), (32,), generator=g)
        batch = x[chosen].flip(3) if step % 2 else x[chosen]
        loss = F.cross_entropy(net(batch.to(place)), y[chosen].to(place))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return net.eval()


class GapScore(NamedTuple):
    """学習したネットワークの成績。"""

    accuracy: float  # 一匹の場面での正答率（偶然なら 1/6）
    hits: float  # 二匹の場面で，CAM の頂点が名指した動物の四角に入った割合
    chance: float  # 無作為に選んだ場所が四角に入る割合
    contrast: float  # 名指した方の平均の CAM の，両方の和に対する割合（偶然なら 0.5）


@torch.no_grad()
def evaluate(net: GapNet, count: int = 200) -> GapScore:
    """学習に使わなかった場面で，分類と CAM の成績を測る。"""
    place = runtime.device()
    single = [s for s in make_scenes(count, "test", ONE) if len(s.labels) == 1]
    truth = np.array([int(scene.labels[0]) for scene in single])
    answers = net(pixels(single).to(place)).argmax(1).cpu().numpy()
    double = two_animals(count)
    maps = net.backbone(pixels(double).to(place))  # (B, 64, h, w)
    hits, areas, contrasts = [], [], []
    for scene, A in zip(double, maps, strict=True):
        side = scene.image.shape[0]
        for i in (0, 1):
            M = class_activation_map(A, net.fc.weight[scene.labels[i]])  # (h, w)
            full = F.interpolate(M[None, None], size=(side, side), mode="bilinear")
            P = full[0, 0].cpu().numpy()  # (H, W)
            y, x = np.unravel_index(int(P.argmax()), P.shape)
            x1, y1, x2, y2 = scene.boxes[i]
            hits.append(x1 <= x < x2 and y1 <= y < y2)
            areas.append((x2 - x1) * (y2 - y1) / side**2)
            P = P.clip(min=0)
            own, other = P[scene.masks[i]].mean(), P[scene.masks[1 - i]].mean()
            contrasts.append(own / max(own + other, 1e-9))
    return GapScore(
        accuracy=float((answers == truth).mean()),
        hits=float(np.mean(hits)),
        chance=float(np.mean(areas)),
        contrast=float(np.mean(contrasts)),
    )


def two_animals(count: int) -> list[Scene]:
    """種類の違う動物が二匹いる場面を返す（``count`` 枚から，合うものを選ぶ）。"""
    scenes = make_scenes(count, "test", TWO)
    return [s for s in scenes if len(s.labels) == 2 and s.labels[0] != s.labels[1]]
