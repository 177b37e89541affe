"""torchvision の学習ずみの意味的切り出し（初回だけインターネットが要る）。

章: segmentation/fcn
FCN，DeepLabV3，LR-ASPP。背景と PASCAL VOC の 20 種類を合わせた，21 種類を答えます。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models import get_model_weights, list_models

from lessons import runtime
from lessons.weights.hub import fetched, known
from lessons.weights.photo import checked


def segmenter_names() -> list[str]:
    """名前で呼べる意味的切り出しの一覧。"""
    return list_models(module=torchvision.models.segmentation)


@dataclass(frozen=True)
class TorchvisionSegmenter:
    """torchvision の学習ずみの意味的切り出し。"""

    name: str
    model: nn.Module
    classes: list[str]  # 番号の順の英語名。0 は背景
    transforms: nn.Module

    @torch.no_grad()
    def segment(self, photo: np.ndarray) -> np.ndarray:
        """写真 ``(H, W, 3)`` uint8 の画素ごとの種類 ``(H, W)`` int64 を返す。"""
        picture = torch.from_numpy(checked(photo)).permute(2, 0, 1)
        x = self.transforms(picture).to(runtime.device())
        scores = self.model(x[None])["out"]  # (1, C, h, w)
        size = tuple(np.asarray(photo).shape[:2])
        fine = F.interpolate(scores, size, mode="bilinear", align_corners=False)
        return fine[0].argmax(0).cpu().numpy()


def torchvision_segmenter(name: str) -> TorchvisionSegmenter:
    """torchvision の意味的切り出しを，学習ずみの重みとともに用意する。

    Args:
        name: ``deeplabv3_resnet50``，``fcn_resnet50``，``lraspp_mobilenet_v3_large``
            など。

    Raises:
        ValueError: 知らない名前のとき。似た名前を挙げる。
        OfflineError: インターネットにつながらないとき。
        WeightsError: ファイルが壊れているとき，または配り手が断ったとき。
    """
    known(name, segmenter_names, "意味的切り出し")
    weights = get_model_weights(name).DEFAULT
    model = fetched(name, weights, "selfie")
    return TorchvisionSegmenter(
        name,
        model.eval().to(runtime.device()),
        list(weights.meta["categories"]),
        weights.transforms(),
    )
