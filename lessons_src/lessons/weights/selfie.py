"""人の切り出し：写真の各画素が「人」である度合いを答える，小さなネットワーク。

MediaPipe Selfie Segmentation（Google，Apache-2.0）の重みを fp16 に変えて置いています。
前半は MobileNetV3 に似た背骨，後半は U-Net のように細かい地図を足しながら広げます。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from lessons import runtime
from lessons.weights.ledger import restored
from lessons.weights.photo import checked
from lessons.weights.same_conv import SameConv2d

SIDE = 256


SIXTH = 0.16662598
"""fp16 の 1/6。元の図は，硬いスウィッシュの割り算に，この値を使う。"""


def hard_swish(x: Tensor) -> Tensor:
    """硬いスウィッシュ：``x · relu6(x + 3) / 6``。"""
    return x * F.relu6(x + 3) * SIXTH


def _gate(x: Tensor, reduce: nn.Module, widen: nn.Module) -> Tensor:
    """画像全体の平均から，チャンネルごとの重み ``(B, C, 1, 1)`` を作る。"""
    return torch.sigmoid(widen(F.relu(reduce(x.mean((2, 3), keepdim=True)))))


class Block(nn.Module):
    """チャンネルを広げ，場所ごとに混ぜ，チャンネルを重みづけ，狭める。"""

    def __init__(
        self,
        c_in: int,
        hidden: int,
        c_out: int,
        k: int,
        stride: int,
        squeeze: int,
        act: Callable[[Tensor], Tensor],
    ) -> None:
        super().__init__()
        self.act = act
        self.skips = c_in == c_out and stride == 1
        self.expand = nn.Conv2d(c_in, hidden, 1)
        self.depthwise = SameConv2d(hidden, hidden, k, stride, groups=hidden)
        self.squeezes = squeeze > 0
        if self.squeezes:
            self.reduce = nn.Conv2d(hidden, squeeze, 1)
            self.widen = nn.Conv2d(squeeze, hidden, 1)
        self.project = nn.Conv2d(hidden, c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.act(self.depthwise(self.act(self.expand(x))))
        if self.squeezes:
            h = h * _gate(h, self.reduce, self.widen)
        h = self.project(h)
        return x + h if self.skips else h


class Widen(nn.Module):
    """粗い地図を 2 倍に広げ，背骨の細かい地図 ``skip`` と合わせる。"""

    def __init__(self, c_in: int, c: int) -> None:
        super().__init__()
        self.match = nn.Conv2d(c_in, c, 1)
        self.reduce = nn.Conv2d(c, c, 1)
        self.widen = nn.Conv2d(c, c, 1)
        self.mix = nn.Conv2d(c, c, 1)
        self.depthwise = SameConv2d(c, c, 3, groups=c)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = self.match(x)  # (B, c, 2h, 2w)
        x = x + skip * _gate(x + skip, self.reduce, self.widen)
        x = F.relu(self.mix(x))
        return x + F.relu(self.depthwise(x))


class Selfie(nn.Module):
    """``(B, 3, 256, 256)``（0〜1）→ 人である度合い ``(B, 1, 256, 256)``。"""

    def __init__(self) -> None:
        super().__init__()
        swish, relu = hard_swish, F.relu
        self.stem = SameConv2d(3, 16, 3, 2)
        self.block1 = Block(16, 16, 16, 3, 2, 8, relu)
        self.block2 = Block(16, 72, 24, 3, 2, 0, relu)
        self.block3 = Block(24, 88, 24, 3, 1, 0, relu)
        self.deep = nn.Sequential(
            Block(24, 96, 32, 5, 2, 24, swish),
            Block(32, 128, 32, 5, 1, 32, swish),
            Block(32, 128, 32, 5, 1, 32, swish),
            Block(32, 96, 32, 5, 1, 24, swish),
            Block(32, 96, 32, 5, 1, 24, swish),
        )
        self.neck = nn.Conv2d(32, 128, 1)
        self.neck_gate = nn.Conv2d(32, 128, 1)
        self.widen1 = Widen(128, 24)
        self.widen2 = Widen(24, 16)
        self.widen3 = Widen(16, 16)
        self.segment = nn.ConvTranspose2d(16, 1, 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        a = hard_swish(self.stem(x))  # (B, 16, 128, 128)
        b = self.block1(a)  # (B, 16, 64, 64)
        c = self.block3(self.block2(b))  # (B, 24, 32, 32)
        h = self.deep(c)  # (B, 32, 16, 16)
        gate = torch.sigmoid(self.neck_gate(h.mean((2, 3), keepdim=True)))
        h = F.relu(self.neck(h)) * gate  # (B, 128, 16, 16)
        h = self.widen1(h, c)  # (B, 24, 32, 32)
        h = self.widen2(h, b)  # (B, 16, 64, 64)
        h = self.widen3(h, a)  # (B, 16, 128, 128)
        return torch.sigmoid(self.segment(h))


@dataclass(frozen=True)
class PersonSegmenter:
    """学習ずみの人の切り出し。"""

    model: Selfie

    def input(self, photo: np.ndarray) -> Tensor:
        """写真 ``(H, W, 3)`` uint8 を，入力 ``(1, 3, 256, 256)`` にする。"""
        picture = Image.fromarray(checked(photo)).resize((SIDE, SIDE), 2)
        x = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None]
        return x.to(runtime.device()).float() / 255

    @torch.no_grad()
    def mask(self, photo: np.ndarray) -> np.ndarray:
        """人である度合い ``(H, W)``，0〜1 を，写真の大きさで返す。"""
        p = self.model(self.input(photo))  # (1, 1, 256, 256)
        size = tuple(np.asarray(photo).shape[:2])
        p = F.interpolate(p, size, mode="bilinear", align_corners=False)
        return p[0, 0].cpu().numpy()


def pretrained() -> PersonSegmenter:
    """学習ずみの人の切り出しを，インターネットなしで用意する。

    Raises:
        WeightsError: 重みのファイルがない，または sha256 が台帳と違うとき。
    """
    model = restored(Selfie(), "selfie")
    return PersonSegmenter(model.to(runtime.device()))
