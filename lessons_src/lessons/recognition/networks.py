"""学習ずみのネットワークと，その対照：学習していないもの，重みを並べ替えたもの。

対照のネットワークは，バッチ正規化の平均と分散だけを，本の写真で測り直します。
測り直さないと，深い層の値がほとんど 0 か無限に近くなり，比べる意味がなくなるからです。
"""

from __future__ import annotations

import copy
from functools import lru_cache

import numpy as np
import torch
from torch import nn

from lessons import runtime
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0
from lessons.weights.efficientnet_lite0 import EfficientNetLite0

CONTROLS = ("untrained", "shuffled")
"""対照の名前：学習していないもの，学習ずみの重みを層の中で並べ替えたもの。"""


@lru_cache(maxsize=3)
def network(control: str = "", seed: int = 0) -> EfficientNetLite0:
    """EfficientNet-Lite0 か，その対照を返す。評価の状態で，書き換えてはいけない。

    Args:
        control: 空なら学習ずみ，ほかは ``CONTROLS`` のどれか。
        seed: 対照の重みの種。

    Raises:
        ValueError: 知らない対照のとき。使える名前を挙げる。
    """
    if not control:
        trained = efficientnet_lite0.pretrained().model.cpu().eval()
        assert isinstance(trained, EfficientNetLite0)
        return trained
    if control not in CONTROLS:
        raise ValueError(
            f"対照 {control!r} はありません。使える名前: {'，'.join(CONTROLS)}"
        )
    generator = runtime.seed_everything(seed)
    if control == "untrained":
        model = EfficientNetLite0()
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(
                    module.weight,
                    mode="fan_out",
                    nonlinearity="relu",
                    generator=generator,
                )
    else:
        model = copy.deepcopy(network())
        for module in model.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                weight = module.weight.data
                order = torch.randperm(weight.numel(), generator=generator)
                module.weight.data = weight.flatten()[order].view_as(weight)
    return _calibrated(model)


def inputs(images: np.ndarray) -> torch.Tensor:
    """画像 ``(N, H, W)`` か ``(N, H, W, 3)``，uint8 を，入力 ``(N, 3, H, W)`` にする。"""
    x = torch.from_numpy(np.ascontiguousarray(images)).float()
    x = x[..., None].expand(*x.shape, 3) if x.ndim == 3 else x
    return (x.permute(0, 3, 1, 2) - 127) / 128


@torch.no_grad()
def _calibrated(model: EfficientNetLite0) -> EfficientNetLite0:
    """バッチ正規化の平均と分散を，写真の切り抜きで測り直す。"""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # すべての回の平均をとる
    model.train()
    model(_crops())
    return model.eval()


@lru_cache(maxsize=1)
def _crops() -> torch.Tensor:
    """写真から 3 枚ずつ切り抜いた ``(30, 3, 224, 224)``。"""
    g = np.random.default_rng(0)
    found = []
    for name in list(photos.PHOTOS)[:10]:
        photo = photos.load(name)
        for _ in range(3):
            y, x = (g.integers(max(1, n - 223)) for n in photo.shape[:2])
            crop = photo[y : y + 224, x : x + 224]
            pad = [(0, 224 - n) for n in crop.shape[:2]] + [(0, 0)]
            found.append(np.pad(crop, pad, mode="symmetric"))
    return inputs(np.stack(found))
