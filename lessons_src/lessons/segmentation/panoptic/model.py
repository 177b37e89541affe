"""パノプティック切り出し：物と背景を，もれなく重なりなく塗り分ける。

意味の地図，物の中心，中心への矢印の三つを答え，組み合わせる
（Panoptic-DeepLab: Cheng ほか 2020 の考え方を，小さくしたもの）。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.segmentation import data
from lessons.segmentation.backbone import Backbone, conv
from lessons.segmentation.metrics import Detections
from lessons.stimuli.scenes import Scene
from lessons.weights.ledger import restored

STUFF = 2
"""数えない種類（空と地面）の数。番号は 0 から。"""
REACH = 3.0
"""中心の山の広がり（半分の細かさの地図での画素）。"""
SMALLEST = 6
"""これより小さい区画は作らない（中心の地図での画素の数）。"""


class PanopticNet(nn.Module):
    """U 字形の背骨に，三つの頭を載せたネットワーク。

    Args:
        classes: 種類の数（空と地面を含む）。
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        widths = self.backbone.widths
        self.up = nn.ModuleList(
            conv(deep + shallow, shallow if shallow > 16 else 32)
            for deep, shallow in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.semantic = nn.Conv2d(32, classes, 1)
        self.center = nn.Conv2d(32, 1, 1)
        self.offset = nn.Conv2d(32, 2, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """画像 ``(B, 3, H, W)`` から，半分の細かさの三つの地図を返す。

        Returns:
            種類の得点 ``(B, C, H/2, W/2)``，中心らしさ ``(B, 1, H/2, W/2)``，
            中心への矢印 ``(B, 2, H/2, W/2)``（縦，横。半分の細かさの画素）。
        """
        maps = self.backbone(image)
        x = maps[-1]
        for block, shallow in zip(self.up, maps[-2::-1], strict=True):
            x = F.interpolate(x, size=shallow.shape[2:], mode="nearest")
            x = block(torch.cat([x, shallow], dim=1))
        return self.semantic(x), self.center(x), self.offset(x) * 10


def targets(scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """半分の細かさでの，意味の地図・中心の山・中心への矢印。"""
    masks = scene.masks[:, ::2, ::2]
    semantic = scene.semantic[::2, ::2]
    height, width = semantic.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    center = np.zeros((height, width), np.float32)
    offset = np.zeros((2, height, width), np.float32)
    for mask in masks:
        if not mask.any():
            continue
        cy, cx = y[mask].mean(), x[mask].mean()
        hill = np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * REACH**2))
        center = np.maximum(center, hill)
        offset[0][mask], offset[1][mask] = cy - y[mask], cx - x[mask]
    return semantic, center, offset


def fit(
    model: PanopticNet,
    scenes: tuple[Scene, ...],
    *,
    iterations: int,
    batch: int = 16,
    rate: float = 3e-3,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> list[float]:
    """意味の誤差，中心の誤差，矢印の誤差の和を小さくする。

    ``watch`` は，反復のたびに，その回数とともに呼ばれる。
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, iterations)
    losses = []
    model.train()
    for image, chosen in data.batches(scenes, batch, iterations, seed):
        truth = [
            torch.from_numpy(np.stack(t))
            for t in zip(*map(targets, chosen), strict=True)
        ]
        semantic, center, offset = model(image)
        thing = (truth[0] >= STUFF)[:, None]
        arrow = (offset - truth[2]).abs() * thing
        total = (
            F.cross_entropy(semantic, truth[0])
            + 100 * F.mse_loss(center[:, 0], truth[1])
            + 0.1 * arrow.sum() / thing.sum().clamp(min=1)
        )
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        schedule.step()
        losses.append(total.item())
        if watch is not None:
            watch(len(losses))
    return losses


def merge(
    semantic: np.ndarray, center: np.ndarray, offset: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """三つの地図から，重なりのない区画を作る。

    Args:
        semantic: 種類 ``(h, w)``。
        center: 中心らしさ ``(h / s, w / s)``。s は 1 以上の整数。
        offset: 中心への矢印 ``(2, h, w)``（``semantic`` の画素）。

    Returns:
        区画ごとの種類 ``(n,)`` と形 ``(n, h, w)``。空と地面も一区画になる。
    """
    scale = semantic.shape[0] // center.shape[0]
    peaks = torch.from_numpy(center)[None, None]
    highest = F.max_pool2d(peaks, 7, stride=1, padding=3)[0, 0].numpy()
    found = np.argwhere((center == highest) & (center > 0.3))  # (K, 2)
    found = found * scale + (scale - 1) / 2  # 種類の地図での位置
    labels, regions = [], []
    for kind in range(STUFF):
        if (semantic == kind).any():
            labels.append(kind)
            regions.append(semantic == kind)
    thing = semantic >= STUFF
    if len(found) and thing.any():
        place = np.argwhere(thing)  # (P, 2)
        pointed = place + offset[:, thing].T
        nearest = np.linalg.norm(pointed[:, None] - found[None], axis=-1).argmin(1)
        for number in range(len(found)):
            mine = place[nearest == number]
            if len(mine) < SMALLEST * scale**2:
                continue
            region = np.zeros_like(thing)
            region[mine[:, 0], mine[:, 1]] = True
            # 区画の中でいちばん多い種類を，その区画の種類にする。
            labels.append(int(np.bincount(semantic[region]).argmax()))
            regions.append(region)
    return np.array(labels), np.array(regions).reshape(-1, *semantic.shape)


def finer(maps: Tensor) -> Tensor:
    """地図 ``(B, C, h, w)`` を，縦横 2 倍に引き伸ばす（双線形）。"""
    return F.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)


@torch.no_grad()
def segment(model: PanopticNet, scenes: Sequence[Scene]) -> list[Detections]:
    """場面ごとの区画を，元の細かさで返す。"""
    model.eval()
    found = []
    for start in range(0, len(scenes), 32):
        part = scenes[start : start + 32]
        images = data.to_tensor(np.stack([scene.image for scene in part]))
        semantic, center, offset = model(images)
        # 種類の得点と矢印を，なめらかに元の細かさへ引き伸ばしてから決める。
        semantic, offset = finer(semantic), finer(offset) * 2
        for kinds, hill, arrow in zip(semantic, center, offset, strict=True):
            labels, regions = merge(
                kinds.argmax(0).numpy(), hill[0].numpy(), arrow.numpy()
            )
            found.append(Detections(labels, regions))
    return found


def truths(scenes: Sequence[Scene]) -> list[Detections]:
    """正解の区画。空と地面も一区画ずつ。"""
    found = []
    for scene in scenes:
        stuff = [k for k in range(STUFF) if (scene.semantic == k).any()]
        regions = [scene.semantic == k for k in stuff] + list(scene.masks)
        labels = [*stuff, *(scene.labels + STUFF)]
        size = scene.semantic.shape
        found.append(Detections(np.array(labels), np.array(regions).reshape(-1, *size)))
    return found


def pretrained() -> PanopticNet:
    """本の場面で学習ずみの，パノプティック切り出しのネットワーク。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    return restored(PanopticNet(data.CLASSES), "panoptic")
