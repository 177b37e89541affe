"""U-Net（Ronneberger ほか 2015）：縮める道と広げる道を，横につなぐ。

章: segmentation/fpn, segmentation/mask_rcnn, segmentation/detr, segmentation/panoptic
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor, nn

from lessons.segmentation.backbone import Backbone, conv


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
        """画像 ``(B, 3, H, W)`` から，種類の点数 ``(B, C, H, W)`` を返す。"""
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


def weight_map(
    instances: np.ndarray, *, w0: float = 10.0, sigma: float = 5.0
) -> np.ndarray:
    """触れ合う細胞の境を重くする重みの地図（Ronneberger ほか 2015, 式 2）。

    Args:
        instances: ``(H, W)``。0 が背景，1 以降が細胞の番号。
        w0: 境の重みの大きさ。
        sigma: 境からの広がり（画素）。

    Returns:
        ``(H, W)``。1 に，二つの細胞に近い背景ほど大きい値を足したもの。
    """
    cells = [number for number in np.unique(instances) if number]
    weights = np.ones(instances.shape)
    if len(cells) < 2:
        return weights
    distance = np.stack(
        [ndimage.distance_transform_edt(instances != number) for number in cells]
    )
    nearest, second = np.sort(distance, axis=0)[:2]  # d1, d2
    extra = w0 * np.exp(-((nearest + second) ** 2) / (2 * sigma**2))
    return weights + extra * (instances == 0)
