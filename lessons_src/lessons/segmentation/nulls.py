"""効果を示してはならない対照のネットワーク：学習していないもの，重みを並べ替えたもの。

バッチ正規化の平均と分散は，本の場面で測り直す。測り直さないと，深い層の値が
ほとんど 0 か，とても大きくなり，比べる意味がなくなる。
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from lessons.segmentation import data
from lessons.stimuli.scenes import SceneConfig

CONTROLS = ("untrained", "shuffled")
"""対照の名前：学習していないもの，学習ずみの重みを層の中で並べ替えたもの。"""

Network = TypeVar("Network", bound=nn.Module)
_WEIGHTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


def pictures(config: SceneConfig = data.SCENES) -> torch.Tensor:
    """バッチ正規化を測り直すときに見せる，本の場面 32 枚 ``(32, 3, H, W)``。"""
    scenes = data.scene_set(32, "train", config)
    return data.to_tensor(np.stack([scene.image for scene in scenes]))


@torch.no_grad()
def altered(
    model: Network, control: str, seed: int, show: Callable[[Network], object]
) -> Network:
    """学習ずみのネットワークの写しを，対照に変えて返す。元のネットワークは変えない。

    Args:
        model: 学習ずみのネットワーク。
        control: ``CONTROLS`` のどれか。
        seed: 重みの種。
        show: ネットワークに本の場面を見せる関数。バッチ正規化を測り直すために呼ぶ。

    Raises:
        ValueError: 知らない対照のとき。使える名前を挙げる。
    """
    if control not in CONTROLS:
        raise ValueError(
            f"対照 {control!r} はありません。使える名前: {'，'.join(CONTROLS)}"
        )
    torch.manual_seed(seed)
    found = copy.deepcopy(model).eval()
    for module in found.modules():
        if isinstance(module, _WEIGHTED):
            if control == "untrained":
                module.reset_parameters()
            else:
                weight = module.weight.data
                order = torch.randperm(weight.numel())
                module.weight.data = weight.flatten()[order].view_as(weight)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # すべての回の平均をとる
            module.train()
    show(found)
    return found.eval()
