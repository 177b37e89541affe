"""二つの物のうち，名指した方に CAM が向くかを測る。"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from lessons.attention.cam.model import class_activation_map
from lessons.attention.composites import compositions, share_inside
from lessons.weights import efficientnet_lite0
from lessons.weights.classifier import Classifier
from lessons.weights.efficientnet_lite0 import EfficientNetLite0


class Localisation(NamedTuple):
    """二つの物のうち，名指した方に CAM が向いた程度。"""

    own: float  # 名指した方の領域に入った CAM の割合（偶然なら 0.5）
    hits: float  # CAM の頂点が，名指した方の領域にあった割合


@lru_cache(maxsize=1)
def _lite0() -> tuple[Classifier, EfficientNetLite0]:
    net = efficientnet_lite0.pretrained()
    assert isinstance(net.model, EfficientNetLite0)
    return net, net.model


@lru_cache(maxsize=32)
def localisation_effect(seed: int) -> Localisation:
    """二枚の写真を一枚にし，どちらかを名指して，CAM がそちらに向くかを測る。

    モデルは ImageNet で学習ずみの EfficientNet-Lite0。絵は ``compositions`` が作る。
    """
    return localisation(*_lite0(), seed)


@torch.no_grad()
def localisation(net: Classifier, model: EfficientNetLite0, seed: int) -> Localisation:
    """``localisation_effect`` の測り方を，どの重みのネットワークにも使えるようにしたもの。

    Args:
        net: 絵の切り取り方と入力の作り方。
        model: CAM を作るネットワーク。
        seed: 絵を決める種。
    """
    own, hits = [], []
    for composed in compositions(net, seed):
        A = model.features(net.eyes.tensor(composed.picture))[0]  # (1280, h, w)
        for c, region in zip(composed.classes, composed.regions, strict=True):
            M = class_activation_map(A, model._fc.weight[c])
            own.append(share_inside(M, region))
            row, column = np.unravel_index(int(M.argmax()), M.shape)
            hits.append(region[row * 32 + 16, column * 32 + 16])  # ます目の中心
    return Localisation(float(np.mean(own)), float(np.mean(hits)))
