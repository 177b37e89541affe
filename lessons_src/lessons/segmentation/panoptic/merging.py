"""パノプティックの質 PQ の数え方と，重ね塗りの決まり（Kirillov ほか 2019）。"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from lessons.segmentation.metrics import (
    Detections,
    mask_iou,
    matched_overlaps,
)
from lessons.segmentation.panoptic import model as panoptic
from lessons.stimuli.scenes import Scene


@dataclass(frozen=True)
class Count:
    """一つの種類の区画の照合。"""

    overlaps: tuple[float, ...]  # 合った区画の IoU
    extras: int  # 余分な区画（FP）
    misses: int  # 見落とした区画（FN）

    @property
    def sq(self) -> float:
        """合った区画の IoU の平均。合った区画がなければ 0。"""
        return float(np.mean(self.overlaps)) if self.overlaps else 0.0

    @property
    def rq(self) -> float:
        """合った数 / (合った数 + FP/2 + FN/2)。区画が一つもなければ 0。"""
        hits = len(self.overlaps)
        below = hits + self.extras / 2 + self.misses / 2
        return hits / below if below else 0.0


def count(guess: np.ndarray, truth: np.ndarray) -> Count:
    """一つの種類の区画 ``(n, H, W)`` と正解 ``(m, H, W)`` を照合する。

    IoU が 0.5 を超える組だけを，一対一に合ったとみなす。
    """
    overlaps = matched_overlaps(mask_iou(guess, truth))
    return Count(
        overlaps=tuple(float(v) for v in overlaps),
        extras=len(guess) - len(overlaps),
        misses=len(truth) - len(overlaps),
    )


def overlay(
    things: Detections, semantic: np.ndarray, *, surest: float = 0.5
) -> Detections:
    """物の形と意味の地図を，重ね塗りの決まりで一枚にする。

    確信度の高い物から順に塗り，すでに塗られた画素は譲る。半分以上を譲った物は捨てる。
    残った画素を，意味の地図の空と地面で塗る。

    Args:
        things: 物の形 ``(n, H, W)`` と確信度。種類は物の番号（0 から）。
        semantic: 意味の地図 ``(H, W)``。
        surest: この確信度以下の物は使わない。

    Returns:
        重ならない区画。種類は意味の地図の番号。

    Raises:
        ValueError: 確信度がないとき，または形の大きさが地図と違うとき。
    """
    if things.scores is None:
        raise ValueError("検出には scores（確信度）が要ります。")
    if len(things.labels) and things.regions.shape[1:] != semantic.shape:
        raise ValueError(
            f"形の大きさ {things.regions.shape[1:]} と地図の大きさ {semantic.shape} が"
            "違います。同じ大きさにそろえてください。"
        )
    free = np.ones(semantic.shape, bool)
    labels: list[int] = []
    regions: list[np.ndarray] = []
    for i in np.argsort(-things.scores, kind="stable"):
        whole = things.regions[i].astype(bool)
        region = whole & free
        if things.scores[i] <= surest or region.sum() <= whole.sum() / 2:
            continue
        free &= ~region
        labels.append(int(things.labels[i]) + panoptic.STUFF)
        regions.append(region)
    for kind in range(panoptic.STUFF):
        region = free & (semantic == kind)
        if region.any():
            labels.append(kind)
            regions.append(region)
    shape = (-1, *semantic.shape)
    return Detections(np.array(labels, int), np.array(regions, bool).reshape(shape))


def painted(found: Detections, size: tuple[int, int]) -> np.ndarray:
    """区画を番号の地図 ``(H, W)`` にする。どの区画でもない画素は -1。"""
    picture = np.full(size, -1)
    for number, region in enumerate(found.regions):
        picture[region.astype(bool)] = number
    return picture


def rebuilt(scene: Scene, classes: int) -> Detections:
    """正解の地図を半分の細かさに縮め，そこから区画を組み立て直す。

    ネットワークが完全に学んだとしても，これより細かくは答えられない。
    """
    _, center, offset = panoptic.targets(scene)
    whole = F.one_hot(torch.from_numpy(scene.semantic).long(), classes)  # (H, W, C)
    shares = F.avg_pool2d(whole.permute(2, 0, 1)[None].float(), 2)
    arrows = panoptic.finer(torch.from_numpy(offset)[None]) * 2
    labels, regions = panoptic.merge(
        panoptic.finer(shares)[0].argmax(0).numpy(), center, arrows[0].numpy()
    )
    return Detections(labels, regions)
