"""U-Net（Ronneberger ほか 2015）：縮める道と広げる道を，横につなぐ。"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.segmentation import data
from lessons.segmentation.backbone import Backbone, conv
from lessons.weights.ledger import restored


class UNet(nn.Module):
    """U 字形のネットワーク。

    Args:
        classes: 種類の数。
        skip: 横のつなぎ（スキップ結合）を使うかどうか。
    """

    def __init__(self, classes: int, *, skip: bool = True) -> None:
        super().__init__()
        self.skip = skip
        self.backbone = Backbone()
        widths = self.backbone.widths
        self.up = nn.ModuleList()
        for deep, shallow in zip(widths[:0:-1], widths[-2::-1], strict=True):
            inputs = deep + (shallow if skip else 0)
            self.up.append(conv(inputs, shallow))
        self.score = nn.Conv2d(widths[0], classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        """画像 ``(B, 3, H, W)`` から，種類の得点 ``(B, C, H, W)`` を返す。"""
        maps = self.backbone(image)
        x = maps[-1]  # (B, 96, H/32, W/32)
        for block, shallow in zip(self.up, maps[-2::-1], strict=True):
            x = F.interpolate(x, size=shallow.shape[2:], mode="nearest")
            if self.skip:
                x = torch.cat([x, shallow], dim=1)  # 横からの細かい地図を並べる
            x = block(x)
        return F.interpolate(
            self.score(x), size=image.shape[2:], mode="bilinear", align_corners=False
        )


def pretrained(*, skip: bool = True) -> UNet:
    """本の場面で学習ずみの U-Net。``skip`` が偽なら，横のつなぎのないもの。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    return restored(UNet(data.CLASSES, skip=skip), "unet" if skip else "unet_no_skip")
