"""この部の章が学習と試験に使う場面を用意し，テンソルにする。"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from lessons.stimuli.scenes import SPLITS, STUFF, Scene, SceneConfig, make_scene

SCENES = SceneConfig()
"""どの章でも使う場面の設定。"""
THING_KINDS = len(SCENES.things)
"""場面に現れる物の種類の数。"""
CLASSES = len(STUFF) + THING_KINDS
"""画素の種類の数（空と地面，物の種類）。"""
MEAN, STD = 127.0, 60.0
"""画素の値をそろえるための平均と標準偏差（0〜255 の尺度）。"""


def to_tensor(images: np.ndarray) -> Tensor:
    """画像 ``(B, H, W, 3)`` uint8 を ``(B, 3, H, W)`` float32 にする。平均ほぼ 0。"""
    pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)
    return (pixels.float() - MEAN) / STD


@lru_cache(maxsize=4)
def scene_set(count: int, split: str, config: SceneConfig) -> tuple[Scene, ...]:
    """場面の組を作る。同じ組は一度だけ作る。"""
    return tuple(make_scene(SPLITS[split] + i, config) for i in range(count))


def batches(
    scenes: tuple[Scene, ...], size: int, iterations: int, seed: int = 0
) -> Iterator[tuple[Tensor, list[Scene]]]:
    """場面を混ぜながら，``iterations`` 回だけ小分けにして渡す。

    Yields:
        画像 ``(size, 3, H, W)`` と，その場面の列。
    """
    rng = np.random.default_rng(seed)
    order: list[int] = []
    for _ in range(iterations):
        while len(order) < size:
            order += rng.permutation(len(scenes)).tolist()
        chosen = [scenes[order.pop()] for _ in range(size)]
        yield to_tensor(np.stack([scene.image for scene in chosen])), chosen


def semantic_maps(scenes: list[Scene]) -> Tensor:
    """意味の地図 ``(B, H, W)`` int64。"""
    return torch.from_numpy(np.stack([scene.semantic for scene in scenes]))
