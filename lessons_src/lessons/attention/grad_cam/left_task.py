"""左の動物だけを答える課題：Grad-CAM が，使われていない場所を光らせる例。

絵の左と右に動物を一匹ずつ置き，左の動物の名前だけを正解とします。
右の動物は答えに関係ないので，学習したネットワークは右を使わなくなります。
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from lessons import runtime
from lessons.attention.cam.gap_nets import ANIMALS, BACKBONES
from lessons.attention.grad_cam.model import grad_cam, gradients, hires_cam
from lessons.stimuli.scenes import sprites

SIZE = 64
"""絵の一辺（画素）。"""


class LeftNet(nn.Module):
    """背骨 → 平らに並べる → 線形層。GAP がないので，場所ごとに違う重みを持てる。"""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = BACKBONES["重ねる型"]()
        self.fc = nn.Linear(64 * (SIZE // 8) ** 2, len(ANIMALS))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        A = self.backbone(x)  # (B, 64, 8, 8)
        return self.fc(A.flatten(1))  # (B, 6)


def picture(left: int, right: int, rng: np.random.Generator) -> np.ndarray:
    """左と右に動物を置いた絵 ``(64, 64, 3)``，uint8 を作る。場所と大きさは少し変わる。"""
    base = Image.new("RGB", (SIZE, SIZE), (150, 160, 150))
    for half, animal in enumerate((left, right)):
        sprite = sprites()[ANIMALS[animal]]
        side = int(rng.integers(20, 27))
        small = sprite.resize((side, side), Image.Resampling.BILINEAR)
        x = half * SIZE // 2 + int(rng.integers(0, SIZE // 2 - side + 1))
        base.paste(small, (x, int(rng.integers(8, SIZE - side - 8))), small)
    noisy = np.asarray(base, np.float32) + rng.normal(0, 6, (SIZE, SIZE, 1))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def to_input(pictures: np.ndarray) -> torch.Tensor:
    """絵 ``(B, 64, 64, 3)`` を，入力 ``(B, 3, 64, 64)``，−1〜1 にする。"""
    x = torch.from_numpy(np.asarray(pictures)).permute(0, 3, 1, 2)
    return (x.float() / 127.5 - 1).to(runtime.device())


def train(iterations: int = 80, *, seed: int = 0) -> LeftNet:
    """左の動物の名前を正解として学習する。一回に 32 枚の新しい絵を使う。"""
    runtime.seed_everything(seed)
    rng = np.random.default_rng(seed)
    net = LeftNet().to(runtime.device())
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.05)
    for _ in range(iterations):
        answers = rng.integers(len(ANIMALS), size=(32, 2))
        x = to_input(np.stack([picture(int(a), int(b), rng) for a, b in answers]))
        y = torch.from_numpy(answers[:, 0]).to(x.device)
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net.eval()


class LeftResult(NamedTuple):
    """左と右に同じ動物を置いた絵で測った値。割合はどれも，右半分に入ったもの。"""

    accuracy: float  # 左と右が違う絵での，左の動物の正答率
    grad_cam: float  # Grad-CAM の割合
    hires_cam: float  # HiResCAM の正の部分の割合
    hidden: float  # 得点の低下のうち，右を隠したときの割合


@torch.no_grad()
def measure(net: LeftNet, count: int = 60, *, seed: int = 1000) -> LeftResult:
    """学習に使わなかった絵で，二つの地図と，隠す実験の結果を比べる。"""
    rng = np.random.default_rng(seed)
    correct, shares, drops = [], [], []
    blank = to_input(np.full((1, SIZE, SIZE, 3), (150, 160, 150), np.uint8))
    for _ in range(count):
        left, right = rng.choice(len(ANIMALS), 2, replace=False)
        x = to_input(picture(left, right, rng)[None])
        correct.append(int(net(x).argmax()) == left)
        x = to_input(picture(left, left, rng)[None])
        g = gradients(net, x, int(left), "backbone")
        maps = (grad_cam(g.A, g.G), hires_cam(g.A, g.G).clamp(min=0))
        shares.append([float(m[:, 4:].sum() / m.sum().clamp(min=1e-9)) for m in maps])
        half = SIZE // 2
        no_left, no_right = x.clone(), x.clone()
        no_left[..., :half], no_right[..., half:] = blank[..., :half], blank[..., half:]
        fall = [max(g.y - float(net(v)[0, left]), 0) for v in (no_left, no_right)]
        drops.append(fall[1] / max(sum(fall), 1e-9))
    grad, hires = np.mean(shares, axis=0)
    return LeftResult(
        float(np.mean(correct)), float(grad), float(hires), float(np.mean(drops))
    )
