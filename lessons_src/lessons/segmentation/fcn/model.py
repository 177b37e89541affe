"""完全畳み込みネットワーク FCN（Long ほか 2015；Shelhamer ほか 2017）。

粗い段の答えを引き伸ばし，細かい段の答えを足していく（FCN-32s → 16s → 8s）。
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from lessons.segmentation import data
from lessons.segmentation.backbone import Backbone
from lessons.weights.ledger import restored


class FCN(nn.Module):
    """画素ごとに種類を答えるネットワーク。

    Args:
        classes: 種類の数（空と地面を含む）。
        stride: 最後に使う地図の粗さ。32・16・8 のどれか。
    """

    def __init__(self, classes: int, stride: int = 8) -> None:
        super().__init__()
        if stride not in (8, 16, 32):
            raise ValueError(
                f"stride は 8・16・32 のどれかにしてください（受け取った値: {stride}）。"
            )
        self.backbone = Backbone()
        stages = {32: (4,), 16: (4, 3), 8: (4, 3, 2)}[stride]
        self.stages = stages  # 粗い方から順に使う段
        self.score = nn.ModuleList(
            nn.Conv2d(self.backbone.widths[stage], classes, 1) for stage in stages
        )

    def forward(self, image: Tensor) -> Tensor:
        """画像 ``(B, 3, H, W)`` から，種類の得点 ``(B, C, H, W)`` を返す。"""
        maps = self.backbone(image)
        total: Tensor | None = None
        for stage, score in zip(self.stages, self.score, strict=True):
            answer = score(maps[stage])  # (B, C, H/2^(s+1), W/2^(s+1))
            if total is not None:  # 粗い答えを 2 倍に引き伸ばして足す
                answer = answer + F.interpolate(
                    total, size=answer.shape[2:], mode="bilinear", align_corners=False
                )
            total = answer
        assert total is not None
        return F.interpolate(
            total, size=image.shape[2:], mode="bilinear", align_corners=False
        )


def pretrained(stride: int = 8) -> FCN:
    """本の場面で学習ずみの FCN。

    Args:
        stride: 最後に使う地図の粗さ。32・16・8 のどれか（FCN-32s・16s・8s）。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    name = "fcn" if stride == 8 else f"fcn{stride}"
    return restored(FCN(data.CLASSES, stride), name)
