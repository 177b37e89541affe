"""物の大きさごとの成績，四つのピラミッドの計算の量。

COCO の決まりにならい，ある大きさの物だけを数えて AP を求める。
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.detection import FasterRCNN

from lessons.segmentation import data
from lessons.segmentation.backbone import Backbone
from lessons.segmentation.fpn.model import Pyramid
from lessons.segmentation.metrics import Detections, box_area, box_iou
from lessons.stimuli.scenes import Scene

SIZES: dict[str, tuple[float, float]] = {
    "小": (0.0, 16.0**2),
    "中": (16.0**2, 48.0**2),
    "大": (48.0**2, np.inf),
}
"""面積の範囲（画素）。COCO の 32² と 96² を，一辺で半分にした値。"""


def in_range(boxes: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """四角 ``(n, 4)`` の面積が範囲に入るか ``(n,)``。"""
    area = box_area(np.asarray(boxes, float).reshape(-1, 4))
    return (area >= limits[0]) & (area < limits[1])


def ap_of_size(
    predictions: Sequence[Detections],
    truths: Sequence[Detections],
    limits: tuple[float, float],
    threshold: float = 0.5,
) -> float:
    """ある大きさの物だけの AP（COCO の決まり）。

    範囲の外の正解と組になった検出と，組にならず範囲の外にある検出は，数えない。

    Args:
        predictions: 画像ごとの検出（四角）。
        truths: 画像ごとの正解（四角）。
        limits: 面積の下限（含む）と上限（含まない）。
        threshold: IoU のしきい値。

    Returns:
        種類で平均した 0〜1 の値。その大きさの正解がなければ ``nan``。
    """
    if len(predictions) != len(truths):
        raise ValueError(
            f"画像の数が違います（検出 {len(predictions)}，正解 {len(truths)}）。"
        )
    kinds = sorted(
        {int(k) for t in truths for k in t.labels[in_range(t.regions, limits)]}
    )
    values = [_kind_ap(predictions, truths, k, limits, threshold) for k in kinds]
    return float(np.mean(values)) if values else float("nan")


def _kind_ap(
    predictions: Sequence[Detections],
    truths: Sequence[Detections],
    kind: int,
    limits: tuple[float, float],
    threshold: float,
) -> float:
    """種類一つの AP。"""
    scores: list[float] = []
    hits: list[bool] = []
    total = 0
    for guess, truth in zip(predictions, truths, strict=True):
        if guess.scores is None:
            raise ValueError("検出には scores（確信度）が要ります。")
        mine, yours = guess.labels == kind, truth.labels == kind
        boxes, answers = guess.regions[mine], truth.regions[yours]
        counted = in_range(answers, limits)  # (正解の数,)
        total += int(counted.sum())
        iou = box_iou(boxes, answers)
        free = np.ones(len(answers), bool)
        for n in np.argsort(-guess.scores[mine], kind="stable"):
            partner = _partner(iou[n], free, counted, threshold)
            if partner >= 0:
                free[partner] = False
            elif not in_range(boxes[n : n + 1], limits)[0]:
                continue
            if partner >= 0 and not counted[partner]:
                continue
            scores.append(float(guess.scores[mine][n]))
            hits.append(partner >= 0)
    if not hits:
        return 0.0
    hit = np.array(hits)[np.argsort(-np.array(scores), kind="stable")]
    recall = np.cumsum(hit) / total
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.append(precision, 0.0)[np.minimum(at, len(precision))].mean())


def _partner(
    iou: np.ndarray, free: np.ndarray, counted: np.ndarray, threshold: float
) -> int:
    """空いている正解のうち，数える正解を優先して，IoU が最大のもの。なければ -1。"""
    for group in (free & counted, free & ~counted):
        inside = np.flatnonzero(group & (iou >= threshold))
        if len(inside):
            return int(inside[np.argmax(iou[inside])])
    return -1


def level_of(boxes: Tensor, finest: int = 3, coarsest: int = 5) -> Tensor:
    """四角をどの段の地図から読むか（Lin ほか 2017, 式 1）。段 k の粗さは ``2**k``。"""
    sides = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1e-6).prod(dim=1).sqrt()
    return (4 + (sides / 224).log2()).floor().clamp(finest, coarsest).long()


def image_pyramid(
    backbone: Backbone, image: Tensor, scales: Sequence[float] = (4, 2, 1)
) -> list[Tensor]:
    """(a) 画像ピラミッド：画像の大きさを変えて，背骨を何度も通す。深い地図だけを使う。"""
    return [
        backbone(F.interpolate(image, scale_factor=float(scale), mode="bilinear"))[-1]
        for scale in scales
    ]


class _ImagePyramid(nn.Module):
    """計算の量を数えるための，画像ピラミッド。"""

    def __init__(self, scales: Sequence[float]) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.scales = scales

    def forward(self, image: Tensor) -> list[Tensor]:
        return image_pyramid(self.backbone, image, self.scales)


def maps_of(kind: str, scales: Sequence[float] = (4, 2, 1)) -> nn.Module:
    """四つのピラミッドのどれかを作る（学習前）。``scales`` は画像ピラミッドの倍率。"""
    return _ImagePyramid(scales) if kind == "image_pyramid" else Pyramid(kind)


@torch.no_grad()
def cost(kind: str, size: int = 128, scales: Sequence[float] = (4, 2, 1)) -> float:
    """画像一枚の地図を作る計算の量（百万回の積和）。``scales`` は画像ピラミッドの倍率。"""
    counter = FlopCounterMode(display=False)
    with counter:
        maps_of(kind, scales).eval()(torch.zeros(1, 3, size, size))
    return counter.get_total_flops() / 2 / 1e6


@torch.no_grad()
def objectness(detector: FasterRCNN, image: Tensor) -> list[Tensor]:
    """提案のネットワークが，段ごとに「物がありそう」と答えた確率の地図。"""
    maps = list(detector.backbone(image).values())
    scores, _ = detector.rpn.head(maps)
    return [score[0, 0].sigmoid() for score in scores]  # (H, W)


def at_nearest_anchor(heat: Tensor, stride: int, x: float, y: float) -> float:
    """確率の地図 ``(H, W)`` の，画像の点 (x, y) にいちばん近いアンカーの値。

    torchvision の ``AnchorGenerator`` は，i 番めのアンカーの中心を ``i * stride`` に置く。
    """
    rows, columns = heat.shape
    row, column = min(round(y / stride), rows - 1), min(round(x / stride), columns - 1)
    return float(heat[row, column])


@torch.no_grad()
def proposal_recall(
    detector: FasterRCNN, scenes: Sequence[Scene], threshold: float = 0.5
) -> dict[str, float]:
    """大きさごとに，提案の四角のどれかが IoU ``threshold`` 以上で囲めた物の割合。"""
    detector.eval()
    found: dict[str, list[bool]] = {size: [] for size in SIZES}
    for scene in scenes:
        batch, _ = detector.transform(list(data.to_tensor(scene.image[None])))
        proposals, _ = detector.rpn(batch, detector.backbone(batch.tensors))
        best = box_iou(scene.boxes, proposals[0].numpy()).max(axis=1, initial=0.0)
        for size, limits in SIZES.items():
            inside = in_range(scene.boxes, limits)
            found[size] += (best[inside] >= threshold).tolist()
    return {s: float(np.mean(hit)) if hit else np.nan for s, hit in found.items()}
