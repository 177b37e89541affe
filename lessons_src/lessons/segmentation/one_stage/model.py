"""一段で答える検出器（YOLO: Redmon ほか 2016；SSD: Liu ほか 2016）。

画像を升目に分け，物の中心に近い升が，物の有無・種類・四角を一度に答える。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import batched_nms, generalized_box_iou_loss

from lessons.segmentation import data
from lessons.segmentation.backbone import Backbone, conv
from lessons.segmentation.metrics import Detections
from lessons.stimuli.scenes import Scene
from lessons.weights.ledger import restored

STRIDE = 8
"""升目の一辺（画素）。"""


def yolo_outputs(grid: int = 7, boxes: int = 2, classes: int = 20) -> int:
    """YOLO の出力の数：升目 × 升目 ×（四角の数 × 5 + 種類の数）。論文では 7×7×30。"""
    return grid * grid * (boxes * 5 + classes)


SSD300_MAPS: tuple[tuple[int, int], ...] = (
    (38, 4),
    (19, 6),
    (10, 6),
    (5, 6),
    (3, 4),
    (1, 4),
)
"""SSD300 の地図の一辺と，一ますあたりの既定の四角の数（Liu ほか 2016, 2.1 節・図 2）。"""


def ssd_boxes(maps: Sequence[tuple[int, int]] = SSD300_MAPS) -> int:
    """SSD が置く既定の四角の総数。"""
    return sum(side * side * per_cell for side, per_cell in maps)


class GridDetector(nn.Module):
    """升目ごとに答える検出器。

    Args:
        things: 物の種類の数。
    """

    def __init__(self, things: int) -> None:
        super().__init__()
        self.things = things
        self.backbone = Backbone((16, 32, 64, 96))
        self.coarse = nn.Conv2d(96, 64, 1)
        answer = nn.Conv2d(64, 1 + 4 + things, 1)
        with torch.no_grad():
            answer.bias[0] = -3.0  # type: ignore[index]  # 始めは「物はない」と答える
        self.head = nn.Sequential(conv(64, 64), answer)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """画像 ``(B, 3, H, W)`` から，升ごとの答えを返す。

        Returns:
            物の有無 ``(B, G)``，四角 ``(B, G, 4)``（画素），種類の得点 ``(B, G, C)``。
            ``G`` は升の数。
        """
        fine, coarse = self.backbone(image)[2:]
        x = fine + F.interpolate(self.coarse(coarse), size=fine.shape[2:])
        x = self.head(x)  # (B, 5 + C, H/8, W/8)
        rows, columns = x.shape[2:]
        flat = x.flatten(2).transpose(1, 2)  # (B, G, 5 + C)
        center = cell_centers(rows, columns)  # (G, 2)
        sides = STRIDE * torch.exp(flat[..., 1:5].clamp(-4, 4))  # 中心から四辺まで
        box = torch.cat([center - sides[..., :2], center + sides[..., 2:]], dim=-1)
        return flat[..., 0], box, flat[..., 5:]


def cell_centers(rows: int, columns: int) -> Tensor:
    """升の中心 ``(G, 2)``（x, y，画素）。"""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return (torch.stack([x, y], dim=-1).reshape(-1, 2) + 0.5) * STRIDE


def assign(scene: Scene) -> Tensor:
    """升ごとに，受け持つ物の番号を決める（なければ -1）。

    物の中心に近く，物の四角の中にある升が受け持つ。取り合いになれば小さい物が勝つ。
    """
    height, width = scene.image.shape[:2]
    if height != width or height % (2 * STRIDE):
        raise ValueError(
            f"画像は，一辺が {2 * STRIDE} の倍数の正方形にしてください"
            f"（受け取った大きさ: {height} × {width}）。"
        )
    size = height // STRIDE
    center = cell_centers(size, size)  # (G, 2)
    owner = torch.full((len(center),), -1)
    areas = np.prod(scene.boxes[:, 2:] - scene.boxes[:, :2], axis=1)
    for index in np.argsort(-areas):
        x1, y1, x2, y2 = scene.boxes[index].tolist()
        middle = torch.tensor([(x1 + x2) / 2, (y1 + y2) / 2])
        away = (center - middle).abs().amax(dim=1)
        inside = (
            (center > torch.tensor([x1, y1])) & (center < torch.tensor([x2, y2]))
        ).all(1)
        mine = (away <= STRIDE) & inside
        mine[away.argmin()] = True
        owner[mine] = int(index)
    return owner


def loss(
    answers: tuple[Tensor, Tensor, Tensor], scenes: Sequence[Scene]
) -> dict[str, Tensor]:
    """物の有無，四角，種類の三つの誤差。"""
    presence, boxes, kinds = answers
    owners = torch.stack([assign(scene) for scene in scenes])  # (B, G)
    positive = owners >= 0
    count = positive.sum().clamp(min=1)
    true_boxes, true_kinds = [], []
    for owner, scene in zip(owners, scenes, strict=True):
        chosen = owner[owner >= 0]
        true_boxes.append(torch.from_numpy(scene.boxes)[chosen])
        true_kinds.append(torch.from_numpy(scene.labels)[chosen])
    target = torch.cat(true_boxes)
    return {
        "presence": F.binary_cross_entropy_with_logits(
            presence, positive.float(), reduction="sum"
        )
        / count,
        "box": generalized_box_iou_loss(boxes[positive], target, reduction="sum")
        / count,
        "kind": F.cross_entropy(kinds[positive], torch.cat(true_kinds), reduction="sum")
        / count,
    }


def fit(
    model: GridDetector,
    scenes: tuple[Scene, ...],
    *,
    iterations: int,
    batch: int = 16,
    rate: float = 3e-3,
    seed: int = 0,
    watch: Callable[[int, dict[str, float]], None] | None = None,
) -> list[float]:
    """三つの誤差の和を小さくする。反復ごとの誤差を返す。

    ``watch`` には，反復の番号（1 から）と，名前のついた誤差を，反復のたびに渡す。
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, iterations)
    losses = []
    for image, chosen in data.batches(scenes, batch, iterations, seed):
        model.train()
        parts = loss(model(image), chosen)
        total = torch.stack(list(parts.values())).sum()
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
        schedule.step()
        losses.append(total.item())
        if watch:
            watch(len(losses), {name: part.item() for name, part in parts.items()})
    return losses


@torch.no_grad()
def detect(
    model: GridDetector, scenes: Sequence[Scene], *, threshold: float = 0.05
) -> list[Detections]:
    """場面ごとの検出を返す。重なる四角は，種類ごとの NMS で一つにする。"""
    model.eval()
    found = []
    for start in range(0, len(scenes), 32):
        part = scenes[start : start + 32]
        images = data.to_tensor(np.stack([scene.image for scene in part]))
        size = images.shape[-1]
        for presence, box, kind in zip(*model(images), strict=True):
            score, label = (presence.sigmoid()[:, None] * kind.softmax(-1)).max(-1)
            keep = score > threshold
            box, score, label = box[keep].clamp(0, size), score[keep], label[keep]
            best = batched_nms(box, score, label, 0.5)[:20]
            found.append(
                Detections(label[best].numpy(), box[best].numpy(), score[best].numpy())
            )
    return found


def pretrained() -> GridDetector:
    """本の場面で学習ずみの一段の検出器。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    return restored(GridDetector(data.THING_KINDS), "one_stage")
