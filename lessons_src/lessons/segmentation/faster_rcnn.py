"""小さな Faster R-CNN（Ren ほか 2015）。場面の中の物を四角で囲み，名前を言う。

部品の一つ一つは ``lessons.segmentation.boxes`` で読めます。学習には，同じ働きをする
torchvision の実装を使います。
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN, MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign

from lessons.segmentation import data
from lessons.segmentation.backbone import Backbone, conv
from lessons.segmentation.metrics import Detections, average_precision
from lessons.stimuli.scenes import Scene
from lessons.weights.ledger import restored


class Pyramid(Protocol):
    """粗さの違う地図を渡す背骨（``lessons.segmentation.fpn.model.Pyramid``）。"""

    out_channels: int

    def anchor_sizes(self, size: int) -> list[list[int]]:
        """地図ごとの，アンカーの一辺（画素）。"""

    def __call__(self, image: Tensor) -> OrderedDict[str, Tensor]:
        """画像から，名前つきの地図を返す。"""


class OneMap(nn.Module):
    """背骨の粗さ 8 の地図に，粗さ 16 の地図を足して使う。"""

    out_channels = 64

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone((16, 32, 64, 96))
        self.coarse = nn.Conv2d(96, 64, 1)

    def forward(self, image: Tensor) -> OrderedDict[str, Tensor]:
        fine, coarse = self.backbone(image)[2:]
        raised = nn.functional.interpolate(self.coarse(coarse), size=fine.shape[2:])
        return OrderedDict([("0", fine + raised)])  # (B, 64, H/8, W/8)


class _BoxHead(nn.Module):
    """四角の中の特徴 ``(n, 64, 5, 5)`` を，128 個の数にする。"""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64 * 25, 128), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class _BoxPredictor(nn.Module):
    """種類の得点と，種類ごとの四角のずれ。"""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.cls_score = nn.Linear(128, classes)
        self.bbox_pred = nn.Linear(128, classes * 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.cls_score(x), self.bbox_pred(x)


def build(
    things: int, *, size: int = 96, masks: bool = False, pyramid: Pyramid | None = None
) -> FasterRCNN:
    """小さな Faster R-CNN を作る。``masks`` なら Mask R-CNN にする。

    Args:
        things: 物の種類の数（背景を除く）。
        size: 画像の一辺。
        pyramid: 粗さの違う地図を使うときの背骨。省くと，地図は一枚。
    """
    if pyramid is None:
        trunk: nn.Module | Pyramid = OneMap()
        anchors = [[round(size * part) for part in (0.2, 0.3, 0.42)]]
    else:
        trunk = pyramid
        anchors = pyramid.anchor_sizes(size)
    names = [str(i) for i in range(len(anchors))]  # 地図の名前
    options = {
        "min_size": size,
        "max_size": size,
        "image_mean": [0.0] * 3,  # 平均と標準偏差は data.to_tensor でそろえてある
        "image_std": [1.0] * 3,
        "rpn_anchor_generator": AnchorGenerator(
            tuple(tuple(map(float, sizes)) for sizes in anchors),
            ((1.0,),) * len(anchors),
        ),
        "rpn_pre_nms_top_n_train": 200,
        "rpn_pre_nms_top_n_test": 200,
        "rpn_post_nms_top_n_train": 60,
        "rpn_post_nms_top_n_test": 60,
        "rpn_batch_size_per_image": 64,
        "box_batch_size_per_image": 48,
        "box_roi_pool": MultiScaleRoIAlign(names, 5, 2),
        "box_head": _BoxHead(),
        "box_predictor": _BoxPredictor(things + 1),
        "box_score_thresh": 0.05,
        "box_detections_per_img": 20,
    }
    if not masks:
        return FasterRCNN(trunk, **options)
    return MaskRCNN(
        trunk,
        mask_roi_pool=MultiScaleRoIAlign(names, 14, 2),
        mask_head=nn.Sequential(conv(64, 64), conv(64, 64)),
        mask_predictor=nn.Sequential(
            nn.ConvTranspose2d(64, 32, 2, 2), nn.ReLU(), nn.Conv2d(32, things + 1, 1)
        ),
        **options,
    )


def pretrained() -> FasterRCNN:
    """本の場面で学習ずみの Faster R-CNN。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    return restored(build(data.THING_KINDS), "faster_rcnn")


def targets(scenes: Sequence[Scene], *, masks: bool = False) -> list[dict[str, Tensor]]:
    """場面の正解を，torchvision の形にする。種類の番号は 1 から（0 は背景）。"""
    found = []
    for scene in scenes:
        target = {
            "boxes": torch.from_numpy(scene.boxes),
            "labels": torch.from_numpy(scene.labels + 1),
        }
        if masks:
            target["masks"] = torch.from_numpy(scene.masks.astype(np.uint8))
        found.append(target)
    return found


def fit(
    model: FasterRCNN,
    scenes: tuple[Scene, ...],
    *,
    iterations: int,
    batch: int = 8,
    rate: float = 2e-3,
    seed: int = 0,
    watch: Callable[[int, dict[str, float]], None] | None = None,
) -> list[float]:
    """四つの誤差（提案の有無と位置，種類と位置）の和を小さくする。反復ごとの誤差を返す。

    ``watch`` には，反復の番号（1 から）と，名前のついた誤差を，反復のたびに渡す。
    """
    masks = isinstance(model, MaskRCNN)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, iterations)
    losses = []
    for image, chosen in data.batches(scenes, batch, iterations, seed):
        model.train()
        parts = model(list(image), targets(chosen, masks=masks))
        loss = torch.stack(list(parts.values())).sum()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if watch:
            watch(len(losses), {name: part.item() for name, part in parts.items()})
    return losses


@torch.no_grad()
def detect(
    model: FasterRCNN, scenes: Sequence[Scene], *, masks: bool = False
) -> list[Detections]:
    """場面ごとの検出を返す。種類の番号は場面と同じ（0 から）。"""
    model.eval()
    found = []
    for start in range(0, len(scenes), 16):
        part = scenes[start : start + 16]
        images = data.to_tensor(np.stack([scene.image for scene in part]))
        for answer in model(list(images)):
            regions = answer["masks"][:, 0] > 0.5 if masks else answer["boxes"]
            found.append(
                Detections(
                    answer["labels"].numpy() - 1,
                    regions.numpy(),
                    answer["scores"].numpy(),
                )
            )
    return found


def truths(scenes: Sequence[Scene], *, masks: bool = False) -> list[Detections]:
    """場面の正解を，成績の計算に使う形にする。"""
    return [Detections(s.labels, s.masks if masks else s.boxes) for s in scenes]


def ap50(model: FasterRCNN, scenes: Sequence[Scene], *, masks: bool = False) -> float:
    """試験の場面での AP50。"""
    guess = detect(model, scenes, masks=masks)
    return average_precision(guess, truths(scenes, masks=masks), thresholds=(0.5,))
