"""完全畳み込みネットワーク FCN（Long ほか 2015；Shelhamer ほか 2017）。

粗い段の答えを引き伸ばし，細かい段の答えを足していく（FCN-32s → 16s → 8s）。
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.segmentation import data, metrics
from lessons.segmentation.backbone import Backbone
from lessons.stimuli.scenes import Scene


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
        """画像 ``(B, 3, H, W)`` から，種類の点数 ``(B, C, H, W)`` を返す。"""
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
        model: 画像から点数 ``(B, C, H, W)`` を返すネットワーク。
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
