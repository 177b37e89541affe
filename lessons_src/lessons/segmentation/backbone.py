"""小さな背骨（バックボーン）。第 3 部のモデルは，みなこの背骨の上に頭を載せる。"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3×3 の畳み込み → バッチ正規化 → ReLU。"""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """残差ブロック：畳み込み二つの出力に，入力をそのまま足す（He ほか 2016）。"""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = conv(channels, channels)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class Backbone(nn.Module):
    """画像から，しだいに粗くなる特徴地図を作る。

    Attributes:
        widths: 各段のチャンネル数。段 i の地図は，元の ``1 / 2**(i+1)`` の細かさ。
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 96, 96)) -> None:
        super().__init__()
        self.widths = widths
        stages: list[nn.Module] = []
        before = 3
        for number, width in enumerate(widths):
            layers: list[nn.Module] = [conv(before, width, stride=2)]
            if number:  # 最初の段は軽くする
                layers.append(Residual(width))
            stages.append(nn.Sequential(*layers))
            before = width
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        """画像 ``(B, 3, H, W)`` から，各段の特徴地図の列を返す。"""
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)  # (B, widths[i], H / 2**(i+1), W / 2**(i+1))
        return maps
