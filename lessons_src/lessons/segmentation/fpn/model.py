"""特徴ピラミッド FPN（Lin ほか 2017）：細かい地図にも，深い意味を届ける。"""

from __future__ import annotations

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN

from lessons.segmentation import data, faster_rcnn
from lessons.segmentation.backbone import Backbone
from lessons.stimuli.scenes import SceneConfig
from lessons.weights.ledger import restored

KINDS: dict[str, str] = {
    "image_pyramid": "(a) 画像ピラミッド",
    "single_map": "(b) 一枚の地図",
    "hierarchy": "(c) 段ごとの地図",
    "fpn": "(d) 特徴ピラミッド",
}
"""四つのピラミッド（Lin ほか 2017, 図 1）。"""


MANY_SIZES = SceneConfig(size=128, smallest=0.08, largest=0.6, most=5)
"""この章で使う場面：小さい物（一辺 10 画素ほど）から，大きい物まで。"""


class Pyramid(nn.Module):
    """背骨の段 2〜4（粗さ 8・16・32）の地図を，同じチャンネル数にして渡す。

    Args:
        kind: ``single_map``（いちばん深い地図だけ）・``hierarchy``（段ごと，
            上からの道なし）・``fpn``（上から下への道あり）。
        channels: 渡す地図のチャンネル数。
    """

    def __init__(self, kind: str = "fpn", channels: int = 64) -> None:
        super().__init__()
        if kind not in ("single_map", "hierarchy", "fpn"):
            raise ValueError(
                f"kind {kind!r} は使えません。single_map・hierarchy・fpn のどれかに"
                "してください。"
            )
        self.kind = kind
        self.out_channels = channels
        self.backbone = Backbone()
        self.lateral = nn.ModuleList(
            nn.Conv2d(width, channels, 1) for width in self.backbone.widths[2:]
        )
        self.smooth = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3)
        )

    def forward(self, image: Tensor) -> OrderedDict[str, Tensor]:
        """画像 ``(B, 3, H, W)`` から，名前つきの地図を返す。"""
        maps = self.backbone(image)[2:]  # 粗さ 8・16・32
        side = [layer(x) for layer, x in zip(self.lateral, maps, strict=True)]
        if self.kind == "single_map":
            return OrderedDict([("0", self.smooth[2](side[2]))])
        if self.kind == "fpn":
            for i in (1, 0):  # 上の段を 2 倍に広げ，横からの地図に足す
                side[i] = side[i] + F.interpolate(side[i + 1], size=side[i].shape[2:])
        return OrderedDict(
            (str(i), layer(x))
            for i, (layer, x) in enumerate(zip(self.smooth, side, strict=True))
        )

    def anchor_sizes(self, size: int) -> list[list[int]]:
        """地図ごとの，アンカーの一辺（画素）。地図が一枚なら，そこに三つとも置く。"""
        sides = [round(size * part) for part in (0.12, 0.25, 0.5)]
        return [sides] if self.kind == "single_map" else [[side] for side in sides]


def build(kind: str) -> FasterRCNN:
    """``Pyramid(kind)`` の上に検出の頭を載せた Faster R-CNN。場面は ``MANY_SIZES``。"""
    return faster_rcnn.build(
        data.THING_KINDS, size=MANY_SIZES.size, pyramid=Pyramid(kind)
    )


def pretrained(kind: str) -> FasterRCNN:
    """この章の場面で学習ずみの検出器。

    Args:
        kind: ``single_map``（一枚の地図）か ``fpn``（特徴ピラミッド）。

    Raises:
        ValueError: 知らない名前のとき（``Pyramid`` が言う）。
        WeightsError: 重みを配っていない名前のとき，ファイルがない，または壊れているとき。
    """
    return restored(build(kind), kind)
