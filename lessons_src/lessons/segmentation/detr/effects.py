"""章 segmentation/detr の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch

from lessons.segmentation import data
from lessons.segmentation import faster_rcnn as rcnn
from lessons.segmentation.detr import model as detr
from lessons.segmentation.detr.displays import (
    KINDS,
    Detector,
    display,
    pair,
    random_queries,
    reported,
)
from lessons.segmentation.detr.matching import lesioned

ITEMS = 16
"""一つの種で作る場面の組の数。"""


@lru_cache(maxsize=1)
def _cut() -> detr.DETR:
    """クエリどうしの注意を，学習の 100 場面での平均に固定したもの。"""
    usual = data.scene_set(100, "train", data.SCENES)
    return lesioned(detr.pretrained(), "among", usual)


def detector(seed: int, control: str) -> Detector:
    """対照の名前から，場面を受け取って答える関数を引く。"""
    if control == "rcnn":
        return partial(rcnn.detect, rcnn.pretrained())
    if control == "untrained":
        torch.manual_seed(seed)
        return partial(detr.detect, detr.DETR(data.THING_KINDS))
    if control == "random":
        return partial(detr.detect, random_queries(detr.pretrained(), seed))
    return partial(detr.detect, _cut() if control == "cut" else detr.pretrained())


def _pairs(
    seed: int, control: str, count: int, side: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """種類が違う場面と同じ場面の，``reported`` の答え。"""
    scenes = [pair(100 * seed + i, count, side=side) for i in range(ITEMS)]
    answer = detector(seed, control)
    return [reported(answer(part), part) for part in zip(*scenes, strict=True)]


def repeated(seed: int, control: str = "", *, count: int, side: int) -> np.ndarray:
    """見つけた物の割合：種類がすべて違う場面 − すべて同じ場面（場面の組ごと）。"""
    different, same = _pairs(seed, control, count, side)
    return different[0] - same[0]


def repeated_cut(seed: int, control: str = "", *, count: int, side: int) -> np.ndarray:
    """クエリどうしの注意を平均に固定した DETR で，``repeated`` と同じことを測る。"""
    return repeated(seed, control or "cut", count=count, side=side)


def repeated_count(
    seed: int, control: str = "", *, count: int, side: int
) -> np.ndarray:
    """物一つあたりの答えの数：種類がすべて違う場面 − すべて同じ場面（場面の組ごと）。"""
    different, same = _pairs(seed, control, count, side)
    return (different[1] - same[1]) / count


def compression(seed: int, control: str = "", *, most: int, side: int) -> float:
    """1 − 答えの数の，物の数への伸び方（両対数の傾き）。0 なら数のとおり。"""
    rng = np.random.default_rng(seed)
    numbers = np.unique(np.geomspace(2, most, 5).round().astype(int))
    answer = detector(seed, control)
    means = []
    for n in numbers.tolist():
        scenes = [
            display(rng.permutation(KINDS)[:n].tolist(), 100 * seed + i, side=side)
            for i in range(ITEMS)
        ]
        means.append(max(float(reported(answer(scenes), scenes)[1].mean()), 0.1))
    return 1 - float(np.polyfit(np.log(numbers), np.log(means), 1)[0])


MEASURES: dict[str, Callable[..., Any]] = {
    "detr_repeated": repeated,
    "detr_repeated_cut": repeated_cut,
    "detr_repeated_count": repeated_count,
    "detr_compression": compression,
}
"""約束の名前から，測る関数を引く表。"""
