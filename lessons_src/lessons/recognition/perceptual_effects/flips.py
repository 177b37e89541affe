"""鏡像の取り違えは，学習のときの裏返しから来るのか：小さなネットワークを，初めから学習して確かめる。

156 の概念の絵の名前を学ばせる。違えるのは，学習の絵を裏返すかどうかだけにする。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons import runtime
from lessons.recognition.perceptual_effects.model import distance, index
from lessons.stimuli import naming_pictures
from lessons.stimuli.perception.canvas import SIDE
from lessons.stimuli.perception.lines import random_lines

RECIPES = {"none": (), "left_right": (3,), "up_down": (2,)}
"""裏返し方と，裏返す軸：裏返さない，左右，上下。"""

_SIZE = 48  # 学習に使う絵の一辺（画素）


class SmallNet(nn.Module):
    """畳み込み 4 層と GAP。``(B, 3, 48, 48)`` → 表現 ``(B, 96)``。"""

    def __init__(self, classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        c = 3
        for c_out, k, stride in ((24, 5, 2), (48, 3, 2), (96, 3, 2), (96, 3, 1)):
            layers += [
                nn.Conv2d(c, c_out, k, stride, k // 2),
                nn.BatchNorm2d(c_out),
                nn.ReLU(),
            ]
            c = c_out
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(c, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.layers(x))


@lru_cache(maxsize=1)
def _pictures() -> tuple[torch.Tensor, torch.Tensor]:
    """学習の絵 ``(N, 3, 48, 48)`` と，概念の番号 ``(N,)``。"""
    found = [naming_pictures.pictures(style) for style in naming_pictures.STYLES]
    x = torch.from_numpy(np.concatenate(found)).permute(0, 3, 1, 2).float()
    x = F.interpolate(x, size=_SIZE, mode="area") / 127.5 - 1
    return x, torch.arange(len(found[0])).repeat(len(found))


def trained(
    recipe: str, seed: int, *, epochs: int = 20, rate: float = 3e-3
) -> SmallNet:
    """``recipe`` の裏返し方で，名前を ``epochs`` 周だけ学ばせる。

    Raises:
        ValueError: 知らない裏返し方のとき。使える名前を挙げる。
    """
    if recipe not in RECIPES:
        raise ValueError(
            f"裏返し方 {recipe!r} はありません。使える名前: {'，'.join(RECIPES)}"
        )
    g = runtime.seed_everything(seed)
    x, y = _pictures()
    net = SmallNet(int(y.max()) + 1)
    optimiser = torch.optim.Adam(net.parameters(), rate)
    for _ in range(epochs):
        for at in torch.randperm(len(x), generator=g).split(64):
            batch = x[at]
            shift = torch.randint(-3, 4, (2,), generator=g).tolist()
            batch = torch.roll(batch, shift, dims=(2, 3))
            for axis in RECIPES[recipe]:
                flipped = torch.rand(len(batch), generator=g) < 0.5
                batch[flipped] = batch[flipped].flip(axis)
            optimiser.zero_grad()
            F.cross_entropy(net(batch), y[at]).backward()
            optimiser.step()
    return net.eval()


@torch.no_grad()
def mirror_index(net: SmallNet, seed: int, items: int = 40) -> float:
    """乱数で引いた線の模様で測った，鏡像の指数の平均。地は絵と同じ白，線は黒。"""
    g = np.random.default_rng(seed)
    drawn = np.stack([random_lines(g) for _ in range(items)])  # (組, 3, 224, 224)
    x = 1 - torch.from_numpy(drawn).float() / 127.5
    x = F.interpolate(x.reshape(-1, 1, SIDE, SIDE), size=_SIZE, mode="area")
    v = net.layers(x.expand(-1, 3, -1, -1)).unflatten(0, (items, 3))
    up_down, left_right = (distance(v[:, 0], v[:, i]) for i in (2, 1))
    return float(index(up_down, left_right).mean())


def mirror_after_training(
    seed: int,
    control: str = "",
    *,
    epochs: int = 20,
    rate: float = 3e-3,
) -> float:
    """左右に裏返した絵で学んだネットワークの，鏡像の指数。

    対照は ``none``（裏返さない），``up_down``（上下に裏返す），``untrained``（学習しない）。
    """
    if control == "untrained":
        return mirror_index(trained("none", seed, epochs=0), seed)
    net = trained(control or "left_right", seed, epochs=epochs, rate=rate)
    return mirror_index(net, seed)
