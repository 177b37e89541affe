"""対照のネットワーク：学習していないものと，学習ずみの重みを層の中で並べ替えたもの。

どちらも，バッチ正規化の平均と分散だけは，本の場面で測り直す。測り直さないと，深い層の値が
0 か無限に近くなり，比べる意味がなくなるため。
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from lessons import runtime
from lessons.segmentation import data
from lessons.stimuli.scenes import SceneConfig

Net = TypeVar("Net", bound=nn.Module)
NULLS = ("untrained", "shuffled")
"""対照の名前。"""


def null_network(
    kind: str,
    seed: int,
    *,
    build: Callable[[], Net],
    trained: Callable[[], Net],
    config: SceneConfig = data.SCENES,
    trunk: Callable[[Net], Callable[[Tensor], object]] = lambda net: net,
) -> Net:
    """対照のネットワークを作る。

    Args:
        kind: ``NULLS`` のどれか。
        seed: 対照の種。
        build, trained: 学習していないもの，学習ずみのものを作る関数。
        config: バッチ正規化を測り直す場面の設定。
        trunk: 画像を渡す部分を選ぶ関数。

    Raises:
        ValueError: 知らない対照のとき。
    """
    if kind not in NULLS:
        raise ValueError(f"対照 {kind!r} はありません。使える名前: {'，'.join(NULLS)}")
    generator = runtime.seed_everything(seed)
    if kind == "untrained":
        net = build()
    else:
        net = copy.deepcopy(trained())
        for module in net.modules():
            if isinstance(module, nn.Conv2d | nn.Linear | nn.ConvTranspose2d):
                weight = module.weight.data
                order = torch.randperm(weight.numel(), generator=generator)
                module.weight.data = weight.flatten()[order].view_as(weight)
    return _calibrated(net, config, trunk)


@torch.no_grad()
def _calibrated(
    net: Net,
    config: SceneConfig,
    trunk: Callable[[Net], Callable[[Tensor], object]],
) -> Net:
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # すべての回の平均をとる
    net.train()
    scenes = data.scene_set(32, "train", config)
    trunk(net)(data.to_tensor(np.stack([scene.image for scene in scenes])))
    return net.eval()
