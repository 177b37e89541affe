"""画素ごとに種類を答えるネットワークの，学習・答え・成績。FCN と U-Net が使う。"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons.segmentation import data, metrics
from lessons.stimuli.scenes import Scene


def fit(
    model: nn.Module,
    scenes: tuple[Scene, ...],
    *,
    iterations: int,
    batch: int = 16,
    rate: float = 3e-3,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> list[float]:
    """画素ごとの交差エントロピーで学習し，反復ごとの誤差を返す。

    Args:
        model: 画像から得点 ``(B, C, H, W)`` を返すネットワーク。
        scenes: 学習に使う場面。一つ以上。
        iterations: 反復の数。
        batch: 一度に使う場面の数。
        rate: 学習率の最大値。
        seed: 場面の順番を決める乱数の種。
        watch: 反復を終えるたびに，終えた数を渡して呼ぶ関数（成績を測るとき）。
    """
    _some(scenes, "場面")
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, iterations)
    losses = []
    model.train()
    for image, chosen in data.batches(scenes, batch, iterations, seed):
        loss = F.cross_entropy(model(image), data.semantic_maps(chosen))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if watch:
            watch(len(losses))
            model.train()
    return losses


@torch.no_grad()
def segment(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """画像 ``(B, H, W, 3)`` の画素ごとの答え ``(B, H, W)`` を返す。

    Raises:
        ValueError: 画像が一枚もないとき，または形か型が違うとき。
    """
    _some(images, "画像")
    if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8:
        raise ValueError(
            "画像は (枚数, 高さ, 幅, 3) の uint8 にしてください"
            f"（受け取った形: {images.shape}，型: {images.dtype}）。"
            "一枚なら image[None] と書きます。"
        )
    model.eval()
    parts = [
        model(data.to_tensor(images[i : i + 32])).argmax(1)
        for i in range(0, len(images), 32)
    ]
    return torch.cat(parts).numpy()


def mean_iou(model: nn.Module, scenes: tuple[Scene, ...], classes: int) -> float:
    """試験の場面での mIoU。場面は一つ以上。"""
    _some(scenes, "場面")
    guess = segment(model, np.stack([scene.image for scene in scenes]))
    truth = np.stack([scene.semantic for scene in scenes])
    return metrics.mean_iou(metrics.confusion(truth, guess, classes))


def _some(items: tuple[Scene, ...] | np.ndarray, what: str) -> None:
    """一つもないとき，はっきり断る。"""
    if not len(items):
        raise ValueError(f"{what}が一つもありません。一つ以上渡してください。")
