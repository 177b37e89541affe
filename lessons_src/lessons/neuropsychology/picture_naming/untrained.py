"""学習していない目：同じ形で，重みが乱数のネットワーク。対照に使う。"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lessons.neuropsychology.picture_naming.model import look
from lessons.stimuli import naming_pictures
from lessons.weights.efficientnet_lite0 import EfficientNetLite0


@lru_cache(maxsize=1)
def untrained_features(seed: int) -> dict[str, NDArray[np.float32]]:
    """重みが乱数の目の活動。描き方 → ``(156, 1280)``。

    バッチ正規化の平均と分散だけは，どの描き方からも選んだ 48 枚で測り直す
    （そうしないと，活動が 0 に潰れる）。
    """
    rng = np.random.default_rng(seed)
    pictures = {s: naming_pictures.pictures(s) for s in naming_pictures.STYLES}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = EfficientNetLite0()
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out")
            if isinstance(layer, nn.BatchNorm2d):
                layer.momentum = None  # すべての絵の平均をとる
    samples = [p[i] for p in pictures.values() for i in rng.permutation(len(p))[:6]]
    x = torch.from_numpy(np.stack(samples)).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        network.train().features((x - 127) / 128)
    network.eval()
    return {style: look(images, network) for style, images in pictures.items()}
