"""EfficientNet-Lite0：電話でも動く，小さな分類ネットワーク。ImageNet の 1,000 種類を見分ける。

構造は Tan & Le (2019) の EfficientNet-B0 から，Squeeze-and-Excitation を除き，
Swish を ReLU6 に替えたものです。層の名前は，重みのファイルに合わせています。
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from lessons import runtime
from lessons.weights.classifier import Classifier, Eyes
from lessons.weights.ledger import restored
from lessons.weights.same_conv import SameConv2d

# (繰り返し, 核の一辺, 最初の層の歩幅, 広げる倍率, 出力のチャンネル数)
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)

EYES = Eyes(resize=256, crop=224, mean=(127 / 255,) * 3, std=(128 / 255,) * 3)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class MBConv(nn.Module):
    """チャンネルを広げ（1×1），場所ごとに混ぜ（深さ方向の k×k），狭める（1×1）。"""

    def __init__(self, c_in: int, c_out: int, k: int, stride: int, ratio: int) -> None:
        super().__init__()
        hidden = c_in * ratio
        self.expands = ratio > 1
        self.skips = stride == 1 and c_in == c_out
        if self.expands:
            self._expand_conv = SameConv2d(c_in, hidden, 1, bias=False)
            self._bn0 = _norm(hidden)
        self._depthwise_conv = SameConv2d(
            hidden, hidden, k, stride, groups=hidden, bias=False
        )
        self._bn1 = _norm(hidden)
        self._project_conv = SameConv2d(hidden, c_out, 1, bias=False)
        self._bn2 = _norm(c_out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        h = F.relu6(self._bn1(self._depthwise_conv(h)))
        h = self._bn2(self._project_conv(h))
        return x + h if self.skips else h


class EfficientNetLite0(nn.Module):
    """``(B, 3, H, W)`` → ``(B, 1000)``。全域平均プーリング（GAP）で終わる。"""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self._conv_stem = SameConv2d(3, 32, 3, 2, bias=False)
        self._bn0 = _norm(32)
        blocks: list[nn.Module] = []
        c = 32
        for repeats, k, stride, ratio, c_out in STAGES:
            for i in range(repeats):
                blocks.append(MBConv(c, c_out, k, stride if i == 0 else 1, ratio))
                c = c_out
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv2d(c, 1280, 1, bias=False)
        self._bn1 = _norm(1280)
        self._act = nn.ReLU6()
        self._fc = nn.Linear(1280, classes)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """最後の特徴地図 ``(B, 1280, H/32, W/32)`` を返す。"""
        x = F.relu6(self._bn0(self._conv_stem(x)))  # (B, 32, H/2, W/2)
        for block in self._blocks:
            x = block(x)  # 最後は (B, 320, H/32, W/32)
        return self._act(self._bn1(self._conv_head(x)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.features(x)  # (B, 1280, h, w)
        return self._fc(a.mean(dim=(2, 3)))  # (B, 1000)


def pretrained() -> Classifier:
    """ImageNet で学習ずみの EfficientNet-Lite0 を，インターネットなしで用意する。

    Raises:
        WeightsError: 重みのファイルがない，または sha256 が台帳と違うとき。
    """
    model = restored(EfficientNetLite0(), "efficientnet_lite0")
    return Classifier("EfficientNet-Lite0", model.to(runtime.device()), EYES)
