"""隠れた部分を補うか：手前の帯に隠れた物と，同じ所を切り取られた物を比べる。

同じ物，同じ帯を，三通りに置く。帯を横に置いた「全体」，帯を前に置いた「隠れた」，帯の分だけ
切り取り，帯は横に置いた「欠けた」。補うなら，「隠れた」は「欠けた」より「全体」に近い。
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torchvision.models.detection import FasterRCNN

from lessons.segmentation import data
from lessons.segmentation.composed import (
    NAMES,
    background,
    finished,
    grain,
    paste,
    patch,
)
from lessons.segmentation.mask_rcnn.model import pretrained
from lessons.segmentation.nulls import altered, pictures

SIZE = 96
VIEWS = ("全体", "隠れた", "欠けた")
"""絵の種類。"""
LAYERS = ("head", "roi")
"""読む所：四角の枝の 128 個の数，四角の中の 5 × 5 の地図。"""


@dataclass(frozen=True)
class Display:
    """同じ物の三枚の絵。"""

    name: str
    images: np.ndarray  # (3, 96, 96, 3) uint8：全体，隠れた，欠けた
    visible: np.ndarray  # (96, 96) bool：物の，帯の外の画素
    hidden: np.ndarray  # (96, 96) bool：物の，帯に隠れる画素
    box: np.ndarray  # (4,) 物の全体の四角


def display(rng: np.random.Generator, *, side: int = 44, bar: int = 8) -> Display:
    """絵の組を一つ作る。

    Args:
        rng: 乱数。
        side: 物の長い辺（画素）。
        bar: 帯の幅（画素）。

    Raises:
        ValueError: 物と帯が，絵に入らないとき。
    """
    if not 20 <= side <= 60 or not 2 <= bar <= min(16, side // 3):
        raise ValueError(
            "side は 20 から 60，bar は 2 から 16 で side の 3 分の 1 までにしてください"
            f"（side={side}，bar={bar}）。"
        )
    name = str(rng.choice(NAMES))
    empty, _ = background(rng, SIZE)
    drawn = patch(name, side)
    height, width = drawn.shape[:2]
    left, top = (SIZE - width) // 2 - 8, (SIZE - height) // 2
    thing = empty.copy()
    mine = paste(thing, drawn, left, top)
    start = left + width // 2 - bar // 2
    front, beside = np.zeros((2, SIZE, SIZE), bool)
    front[:, start : start + bar] = True
    beside[:, left + width + 6 : left + width + 6 + bar] = True
    color, noise = rng.uniform(30, 225, 3), grain(rng, SIZE)
    whole, behind, cut = thing.copy(), thing.copy(), thing.copy()
    whole[beside] = behind[front] = cut[beside] = color
    cut[front] = empty[front]
    return Display(
        name,
        np.array([finished(image, noise) for image in (whole, behind, cut)]),
        mine & ~front,
        mine & front,
        np.array([left, top, left + width, top + height], np.float32),
    )


@lru_cache(maxsize=4)
def network(control: str, seed: int) -> FasterRCNN:
    """学習ずみの Mask R-CNN か，その対照。"""
    if not control:
        return pretrained()
    return altered(pretrained(), control, seed, lambda net: net.backbone(pictures()))


@torch.no_grad()
def shapes(net: FasterRCNN, images: np.ndarray, least: float = 0.5) -> list[np.ndarray]:
    """絵ごとに，確信度が ``least`` を超える物の形 ``(n, 96, 96)``。"""
    found = []
    for start in range(0, len(images), 16):
        for said in net.eval()(list(data.to_tensor(images[start : start + 16]))):
            kept = said["scores"] > least
            found.append((said["masks"][kept, 0] > 0.5).numpy())
    return found


def share(found: np.ndarray, region: np.ndarray) -> float:
    """画素の組 ``region`` のうち，どれかの形に塗られた割合。"""
    return float(np.asarray(found.any(axis=0))[region].mean()) if len(found) else 0.0


def painted(
    seed: int, control: str = "", *, items: int, side: int, bar: int
) -> np.ndarray:
    """帯の所を塗った割合：隠れた − 欠けた，を絵の組ごとに返す ``(items,)``。

    対照は ``untrained``，``shuffled``。
    """
    rng = np.random.default_rng(seed)
    shown = [display(rng, side=side, bar=bar) for _ in range(items)]
    images = np.concatenate([one.images[1:] for one in shown])
    found = shapes(network(control, seed), images)
    pairs = zip(shown, found[::2], found[1::2], strict=True)
    return np.array(
        [share(a, one.hidden) - share(b, one.hidden) for one, a, b in pairs]
    )


@torch.no_grad()
def codes(net: FasterRCNN, images: np.ndarray, box: np.ndarray, layer: str) -> Tensor:
    """物の四角の中を読んだ数 ``(n, 次元)``。"""
    maps = net.backbone(data.to_tensor(images))
    each = [torch.from_numpy(box[None])] * len(images)
    read = net.roi_heads.box_roi_pool(maps, each, [(SIZE, SIZE)] * len(images))
    return net.roi_heads.box_head(read) if layer == "head" else read.flatten(1)


def completion(
    seed: int, control: str = "", *, items: int, side: int, bar: int, layer: str
) -> np.ndarray:
    """補いの指数（欠けた − 隠れた）÷ 和 を，絵の組ごとに返す ``(items,)``。和が 0 なら 0。

    欠けた，隠れたは，「全体」からの距離。対照は ``untrained``，``shuffled``，``pixels``。

    Raises:
        ValueError: 知らない読む所のとき。
    """
    if layer not in LAYERS:
        raise ValueError(
            f"読む所 {layer!r} はありません。使える名前: {'，'.join(LAYERS)}"
        )
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(items):
        one = display(rng, side=side, bar=bar)
        if control == "pixels":
            v = data.to_tensor(one.images).flatten(1)
        else:
            v = codes(network(control, seed), one.images, one.box, layer)
        behind, cut = (v[1:] - v[0]).norm(dim=1).tolist()
        total = cut + behind
        found.append((cut - behind) / total if total else 0.0)
    return np.array(found)
