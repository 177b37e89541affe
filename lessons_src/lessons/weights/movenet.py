"""MoveNet Lightning：写真の中の一人から，17 の特徴点（関節や目鼻）を見つける。

Google の MoveNet（Apache-2.0）の重みを fp16 に変えて置いています。
背骨は MobileNetV2。粗い地図と細かい地図を FPN で合わせ，四つの頭が，
人の中心，特徴点の熱地図，中心から特徴点への矢印，位置の端数を答えます。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons import runtime
from lessons.weights.ledger import restored
from lessons.weights.photo import letterbox
from lessons.weights.same_conv import SameConv2d

SIDE, GRID = 192, 48

# MobileNetV2：(広げる倍率, 出力のチャンネル数, 繰り返し, 歩幅)
STAGES = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)
FALL_OFF = 1.8
"""中心からの距離で割り引くとき，距離に足す数。"""


class Inverted(nn.Module):
    """広げる（1×1）→ 場所ごとに混ぜる（3×3）→ 狭める（1×1）。"""

    def __init__(self, c_in: int, c_out: int, stride: int, ratio: int) -> None:
        super().__init__()
        hidden = c_in * ratio
        self.expands = ratio > 1
        self.skips = stride == 1 and c_in == c_out
        if self.expands:
            self.expand = nn.Conv2d(c_in, hidden, 1)
        self.depthwise = SameConv2d(hidden, hidden, 3, stride, groups=hidden)
        self.project = nn.Conv2d(hidden, c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = F.relu6(self.expand(x)) if self.expands else x
        h = self.project(F.relu6(self.depthwise(h)))
        return x + h if self.skips else h


class Separable(nn.Module):
    """場所ごとの 3×3 と，チャンネルを混ぜる 1×1 に分けた畳み込み。"""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(c_in, c_in, 3, 1, 1, groups=c_in, bias=False)
        self.pointwise = nn.Conv2d(c_in, c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.pointwise(self.depthwise(x)))


def _head(channels: int) -> nn.Sequential:
    return nn.Sequential(Separable(24, 96), nn.Conv2d(96, channels, 1))


class MoveNet(nn.Module):
    """``(B, 3, 192, 192)``（0〜255）→ 四つの地図（一辺 48）。"""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv2d(3, 32, 3, 2)
        blocks, c = [], 32
        for ratio, c_out, repeats, stride in STAGES:
            for i in range(repeats):
                blocks.append(Inverted(c, c_out, stride if i == 0 else 1, ratio))
                c = c_out
        self.blocks = nn.ModuleList(blocks)
        self.last = nn.Conv2d(320, 1280, 1)
        self.lateral = nn.ModuleList(  # 粗い地図から順に
            nn.Conv2d(c, c_out, 1)
            for c, c_out in ((1280, 64), (64, 64), (32, 32), (24, 24))
        )
        self.merge = nn.ModuleList(
            Separable(c, c_out) for c, c_out in ((64, 32), (32, 24), (24, 24))
        )
        self.heatmap = _head(17)
        self.regress = _head(34)
        self.center = _head(1)
        self.offset = _head(34)

    def features(self, x: Tensor) -> Tensor:
        """背骨と FPN の出力 ``(B, 24, 48, 48)``。"""
        x = F.relu6(self.stem(x / 127.5 - 1))  # (B, 32, 96, 96)
        maps = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in (2, 5, 9):  # 一辺 48, 24, 12
                maps.append(x)
        maps.append(F.relu6(self.last(x)))  # (B, 1280, 6, 6)
        coarse, *finer = (
            f(m) for f, m in zip(self.lateral, reversed(maps), strict=True)
        )
        for merge, fine in zip(self.merge, finer, strict=True):
            up = F.interpolate(coarse, scale_factor=2, mode="bilinear")
            coarse = merge(up + fine)
        return coarse

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        h = self.features(x)
        return {
            "heatmap": self.heatmap(h).sigmoid(),  # (B, 17, 48, 48)
            "regress": self.regress(h),  # (B, 34, 48, 48)：y, x の順
            "center": self.center(h).sigmoid(),  # (B, 1, 48, 48)
            "offset": self.offset(h),  # (B, 34, 48, 48)：y, x の順
        }


def _distance(y: Tensor, x: Tensor) -> Tensor:
    """48 × 48 の各ますから ``(y, x)``（形 ``(K,)``）までの距離 ``(K, 48, 48)``。"""
    line = torch.arange(GRID).to(y)
    dy = line[None, :, None] - y[:, None, None]
    dx = line[None, None, :] - x[:, None, None]
    return (dy**2 + dx**2).sqrt()


def decode(maps: dict[str, Tensor]) -> Tensor:
    """一枚分の地図から，特徴点 ``(17, 3)``（y, x は 0〜1，確信度）を読み取る。

    1. 画像の中央に近い「人の中心」を一つ選ぶ。
    2. そこから出る矢印で，特徴点のおよその場所を知る。
    3. その近くで，熱地図のいちばん高い点を選ぶ。
    4. 端数を足す。
    """
    middle = maps["center"].new_tensor([GRID / 2])
    center = maps["center"][0, 0] / (_distance(middle, middle)[0] + FALL_OFF)
    row, column = divmod(int(center.argmax()), GRID)
    arrow = maps["regress"][0, :, row, column].reshape(17, 2)  # (17, 2)
    far = _distance(row + arrow[:, 0], column + arrow[:, 1])  # (17, 48, 48)
    heat = maps["heatmap"][0]  # (17, 48, 48)
    best = (heat / (far + FALL_OFF)).flatten(1).argmax(1)  # (17,)
    rows, columns, k = best // GRID, best % GRID, torch.arange(17)
    rest = maps["offset"][0].reshape(17, 2, GRID, GRID)[k, :, rows, columns]
    y, x = rows + rest[:, 0], columns + rest[:, 1]
    return torch.stack([y / GRID, x / GRID, heat[k, rows, columns]], 1)


@dataclass(frozen=True)
class PoseEstimator:
    """学習ずみの MoveNet Lightning。一枚の写真から一人を読み取る。"""

    model: MoveNet

    def input(self, photo: np.ndarray) -> tuple[Tensor, float, tuple[int, int]]:
        """写真を 192 × 192 の中に，縦横の比を保って収める。

        Returns:
            入力 ``(1, 3, 192, 192)``，縮めた倍率，左と上の余白。
        """
        small, rows, columns, scale, corner = letterbox(photo, SIDE)
        x = np.zeros((SIDE, SIDE, 3), np.float32)
        x[rows, columns] = small
        tensor = torch.from_numpy(x).permute(2, 0, 1)[None]
        return tensor.to(runtime.device()), scale, corner

    @torch.no_grad()
    def keypoints(self, photo: np.ndarray) -> np.ndarray:
        """特徴点 ``(17, 3)``：写真の画素での x, y と，確信度（0〜1）を返す。"""
        x, scale, (left, top) = self.input(photo)
        points = decode(self.model(x)).cpu().numpy()
        across = (points[:, 1] * SIDE - left) / scale
        down = (points[:, 0] * SIDE - top) / scale
        return np.stack([across, down, points[:, 2]], 1)


def pretrained() -> PoseEstimator:
    """学習ずみの MoveNet Lightning を，インターネットなしで用意する。

    Raises:
        WeightsError: 重みのファイルがない，または sha256 が台帳と違うとき。
    """
    model = restored(MoveNet(), "movenet")
    return PoseEstimator(model.to(runtime.device()))
