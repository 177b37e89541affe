"""Mask R-CNN（He ほか 2017）：四角ごとに，形を塗る枝を足す。

学習ずみの Faster R-CNN はそのまま使い，形の枝だけを短く学習して，二つの工夫
（丸めずに読む RoIAlign と，種類どうしを競わせない形）を比べる。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN, MaskRCNN
from torchvision.models.detection.roi_heads import paste_masks_in_image
from torchvision.ops import roi_align

from lessons.segmentation import data, faster_rcnn
from lessons.segmentation.boxes import round_half_away
from lessons.segmentation.metrics import Detections
from lessons.stimuli.scenes import SPLITS, Scene, SceneConfig, make_scene
from lessons.weights.ledger import restored

STRIDE = 8
"""Faster R-CNN の地図の粗さ（画素）。"""
READ, DRAW = 14, 28
"""四角の中を読む区画の数と，形を描く区画の数（一辺）。"""

Reader = Callable[[Tensor, Tensor, int, float], Tensor]
"""地図 ``(C, H, W)`` と四角 ``(n, 4)`` から ``(n, C, size, size)`` を読む関数。"""


def pooled_region(boxes: Tensor, stride: int = STRIDE) -> Tensor:
    """RoIPool が実際に読む範囲を，画像の座標の四角 ``(n, 4)`` で返す。"""
    cells = round_half_away(boxes / stride)
    cells = torch.cat([cells[:, :2], torch.maximum(cells[:, 2:], cells[:, :2]) + 1], 1)
    return cells * stride


def rounded(boxes: Tensor, stride: int = STRIDE) -> Tensor:
    """四角の辺を，いちばん近いますの切れ目に丸めただけの四角 ``(n, 4)``。"""
    return round_half_away(boxes / stride) * stride


def misalignment(boxes: Tensor, read: Tensor) -> Tensor:
    """四角 ``boxes`` と，読んだ範囲 ``read`` の，辺のずれの平均（画素）``(n,)``。"""
    return (read - boxes).abs().mean(dim=1)


class MaskBranch(nn.Module):
    """四角の中の特徴から，種類ごとの形を描く枝。"""

    def __init__(self, kinds: int, *, compete: bool = False, width: int = 32) -> None:
        super().__init__()
        self.compete = compete  # 真なら，背景の一枚を足して競わせる
        self.layers = nn.Sequential(
            nn.Conv2d(64, width, 3, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(width, width, 2, 2),  # 14 → 28
            nn.ReLU(),
            nn.Conv2d(width, kinds + compete, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)  # (n, 64, 14, 14) → (n, kinds, 28, 28)


def mask_loss(logits: Tensor, labels: Tensor, truth: Tensor) -> Tensor:
    """形の誤差：名前に合う一枚だけを取り出し，画素ごとに二択の交差エントロピー。

    Args:
        logits: ``(n, K, m, m)``。K は種類の数。
        labels: 正しい種類 ``(n,)``。
        truth: 正しい形 ``(n, m, m)``，0 か 1。
    """
    _check(logits, labels, truth)
    mine = logits[torch.arange(len(labels)), labels]  # (n, m, m)
    return F.binary_cross_entropy_with_logits(mine, truth)


def competing_loss(logits: Tensor, labels: Tensor, truth: Tensor) -> Tensor:
    """比べるための誤差：背景（番号 0）とすべての種類を，画素ごとに競わせる。

    Args:
        logits: ``(n, K + 1, m, m)``。
        labels: 正しい種類 ``(n,)``。
        truth: 正しい形 ``(n, m, m)``，0 か 1。
    """
    _check(logits, labels, truth)
    answer = truth.long() * (labels + 1)[:, None, None]  # (n, m, m)
    return F.cross_entropy(logits, answer)


def _check(logits: Tensor, labels: Tensor, truth: Tensor) -> None:
    """形の大きさと数がそろっているか確かめる。"""
    n = len(labels)
    if len(logits) != n or truth.shape != (n, *logits.shape[2:]):
        raise ValueError(
            f"形の大きさが違います（logits {tuple(logits.shape)}，labels {n} 個，"
            f"truth {tuple(truth.shape)}）。同じ数と同じ大きさにそろえてください。"
        )
    if n == 0:
        raise ValueError("物が一つもありません。物のある場面を渡してください。")


@dataclass(frozen=True)
class Crops:
    """物ごとに切り出した，特徴と正解の形。"""

    features: Tensor  # (n, 64, 14, 14)
    labels: Tensor  # (n,)
    truth: Tensor  # (n, 28, 28)，0 か 1


@torch.no_grad()
def crop(detector: FasterRCNN, scenes: Sequence[Scene], read: Reader) -> Crops:
    """正解の四角の中を，学習ずみの Faster R-CNN の地図から読む。"""
    features, labels, truth = [], [], []
    for scene, box, trunk in _maps(detector, scenes):
        features.append(read(trunk, box, READ, 1 / STRIDE))
        labels.append(torch.from_numpy(scene.labels))
        masks = torch.from_numpy(scene.masks)[:, None].float()  # (n, 1, H, W)
        index = torch.arange(len(box))[:, None].float()
        drawn = roi_align(masks, torch.cat([index, box], 1), DRAW, aligned=True)
        truth.append((drawn[:, 0] >= 0.5).float())
    return Crops(torch.cat(features), torch.cat(labels), torch.cat(truth))


def _maps(
    detector: FasterRCNN, scenes: Sequence[Scene]
) -> list[tuple[Scene, Tensor, Tensor]]:
    """物のある場面ごとに，場面・四角・背骨の地図を返す。"""
    chosen = [scene for scene in scenes if len(scene.labels)]
    if not chosen:
        raise ValueError("物が一つもありません。物のある場面を渡してください。")
    found = []
    for start in range(0, len(chosen), 32):
        part = chosen[start : start + 32]
        images = data.to_tensor(np.stack([scene.image for scene in part]))
        maps = detector.backbone(images)["0"]  # (B, 64, H/8, W/8)
        found += [
            (scene, torch.from_numpy(scene.boxes), trunk)
            for scene, trunk in zip(part, maps, strict=True)
        ]
    return found


def fit_branch(
    branch: MaskBranch,
    crops: Crops,
    loss: Callable[[Tensor, Tensor, Tensor], Tensor],
    *,
    iterations: int,
    watch: Callable[[], float],
    every: int = 20,
    seed: int = 0,
) -> tuple[list[float], list[float]]:
    """形の枝だけを学習する。反復ごとの誤差と，``every`` 回ごとの成績を返す。"""
    order = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(branch.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, iterations)
    losses, scores = [], [watch()]
    for step in range(iterations):
        pick = torch.randint(len(crops.labels), (32,), generator=order)
        value = loss(
            branch(crops.features[pick]), crops.labels[pick], crops.truth[pick]
        )
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        losses.append(value.item())
        if (step + 1) % every == 0:
            scores.append(watch())
    return losses, scores


@torch.no_grad()
def inside(branch: MaskBranch, features: Tensor, labels: Tensor) -> Tensor:
    """名前に合う形が，その区画にある確率 ``(n, m, m)``。"""
    logits = branch(features)  # (n, K または K + 1, m, m)
    rows = torch.arange(len(labels))
    if branch.compete:
        return logits.softmax(dim=1)[rows, labels + 1]
    return logits.sigmoid()[rows, labels]


def crop_iou(branch: MaskBranch, crops: Crops) -> float:
    """切り出した区画の中での，形の IoU の平均。"""
    mine = inside(branch, crops.features, crops.labels) > 0.5
    truth = crops.truth > 0.5
    both = (mine & truth).sum(dim=(1, 2))
    return float((both / (mine | truth).sum(dim=(1, 2)).clamp(min=1)).mean())


@torch.no_grad()
def segment(
    detector: FasterRCNN, branch: MaskBranch, scenes: Sequence[Scene], read: Reader
) -> list[Detections]:
    """Faster R-CNN が囲んだ四角の中に，枝が形を塗る。"""
    found = []
    for scene, guess in zip(scenes, faster_rcnn.detect(detector, scenes), strict=True):
        box, labels = torch.from_numpy(guess.regions), torch.from_numpy(guess.labels)
        trunk = detector.backbone(data.to_tensor(scene.image[None]))["0"][0]
        features = read(trunk, box, READ, 1 / STRIDE)
        drawn = inside(branch, features, labels)[:, None]  # (n, 1, 28, 28)
        whole = paste_masks_in_image(drawn, box, scene.image.shape[:2])[:, 0] > 0.5
        found.append(Detections(guess.labels, whole.numpy(), guess.scores))
    return found


def aligned(features: Tensor, boxes: Tensor, size: int, scale: float) -> Tensor:
    """RoIAlign（``lessons.segmentation.boxes.roi_align`` と同じ値を，速く求める）。"""
    return roi_align(features[None], [boxes], size, scale, 2, aligned=True)


def inside_box(mask: np.ndarray, box: np.ndarray) -> np.ndarray:
    """形 ``(H, W)`` のうち，四角 ``(x1, y1, x2, y2)`` の中だけを残す。"""
    x1, y1, x2, y2 = np.round(np.clip(box, 0, None)).astype(int)
    kept = np.zeros_like(mask)
    kept[y1:y2, x1:x2] = mask[y1:y2, x1:x2]
    return kept


def touching_cats(count: int, split: str = "test") -> list[Scene]:
    """猫が二匹いて，形が接している場面を ``count`` 枚集める。"""
    config = SceneConfig(things=("cat",), fewest=2, most=2, smallest=0.3)
    found: list[Scene] = []
    number = SPLITS[split]
    while len(found) < count:
        scene = make_scene(number, config)
        number += 1
        if len(scene.labels) == 2:
            first, second = scene.masks
            if (ndimage.binary_dilation(first) & second).sum() >= 8:
                found.append(scene)
    return found


def count_blobs(kinds: np.ndarray, kind: int, smallest: int = 30) -> int:
    """種類の地図 ``(H, W)`` の中で，種類 ``kind`` のつながった塊を数える。"""
    blobs, _ = ndimage.label(kinds == kind)
    return int((np.bincount(blobs.ravel())[1:] >= smallest).sum())


def pretrained() -> MaskRCNN:
    """本の場面で学習ずみの Mask R-CNN。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    model = faster_rcnn.build(data.THING_KINDS, masks=True)
    assert isinstance(model, MaskRCNN)
    return restored(model, "mask_rcnn")
