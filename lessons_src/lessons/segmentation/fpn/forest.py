"""森と木：小さい物を並べて作った大きい物の形（Navon 1977 の考え方）。検出器は，どちらを答えるか。"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
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
from lessons.segmentation.fpn.model import MANY_SIZES
from lessons.segmentation.fpn.one_shot import network
from lessons.segmentation.metrics import box_iou
from lessons.stimuli.scenes import THINGS

SIZE = MANY_SIZES.size
OUTLINES = ("bird", "fish", "elephant", "banana", "car", "airplane", "tree", "umbrella")
"""大きい形にする物。輪郭だけで見分けやすいもの。"""


@dataclass(frozen=True)
class Forest:
    """一枚の絵と，その中の物。"""

    image: np.ndarray  # (128, 128, 3) uint8
    large: str  # 大きい形の名前
    small: str  # 並べた物の名前
    whole: np.ndarray  # (1, 4) 大きい形の四角
    parts: np.ndarray  # (n, 4) 並べた物の四角


def forest(
    rng: np.random.Generator, *, side: int = 104, cell: int = 16, solid: bool = False
) -> Forest:
    """絵を一枚作る。

    Args:
        rng: 乱数。
        side: 大きい形の長い辺（画素）。
        cell: 並べる間隔（画素）。並べる物の長い辺は，これより 1 画素短い。
        solid: 真なら，並べる代わりに，大きい物の絵そのものを置く（測り方を確かめるため）。

    Raises:
        ValueError: 大きい形が絵に入らないか，間隔が小さすぎるとき。
    """
    if not (SIZE // 2 <= side <= SIZE - 8 and 10 <= cell <= side // 4):
        raise ValueError(
            f"side は {SIZE // 2} から {SIZE - 8}，cell は 10 から side の 4 分の 1 までに"
            f"してください（side={side}，cell={cell}）。"
        )
    large = str(rng.choice(OUTLINES))
    small = str(rng.choice([name for name in NAMES if name != large]))
    image, _ = background(rng, SIZE)
    shape = patch(large, side)
    height, width = shape.shape[:2]
    top, left = (SIZE - height) // 2, (SIZE - width) // 2
    parts = []
    if solid:
        paste(image, shape, left, top)
    else:
        tile = patch(small, cell - 1)
        for y in range(0, height - cell + 1, cell):
            for x in range(0, width - cell + 1, cell):
                if (shape[y : y + cell, x : x + cell, 3] > 127).mean() > 0.5:
                    high, wide = tile.shape[:2]
                    at = left + x + (cell - wide) // 2, top + y + (cell - high) // 2
                    paste(image, tile, *at)
                    parts.append((*at, at[0] + wide, at[1] + high))
    return Forest(
        finished(image, grain(rng, SIZE)),
        large,
        small,
        np.array([[left, top, left + width, top + height]], float),
        np.array(parts, float).reshape(-1, 4),
    )


@torch.no_grad()
def answers(
    net: FasterRCNN, shown: list[Forest], least: float = 0.3
) -> list[tuple[bool, bool]]:
    """大きい形と，並べた物の，正しい名前と場所を答えたか。

    Args:
        net: 検出器。
        shown: 絵。
        least: これより確信度の高い四角だけを数える。
    """
    names, found = list(THINGS), []
    for one in shown:
        (said,) = net.eval()(list(data.to_tensor(one.image[None])))
        kept = np.asarray(said["scores"]) > least
        labels = np.array([names[k - 1] for k in said["labels"][kept]], dtype=str)
        boxes = said["boxes"][kept].numpy()
        found.append(
            (
                _hit(boxes[labels == one.large], one.whole),
                _hit(boxes[labels == one.small], one.parts),
            )
        )
    return found


def _hit(boxes: np.ndarray, truth: np.ndarray) -> bool:
    """どれかの四角が，正解のどれかと IoU 0.5 以上で重なるか。"""
    return bool(len(boxes) and len(truth) and box_iou(boxes, truth).max() >= 0.5)


def large_first(
    seed: int, control: str = "", *, items: int, side: int, cell: int
) -> np.ndarray:
    """大きい形を答えたか（1 か 0）− 並べた物を答えたか（1 か 0）を，絵ごとに返す。

    対照は ``untrained``，``shuffled``。
    """
    rng = np.random.default_rng(seed)
    shown = [forest(rng, side=side, cell=cell) for _ in range(items)]
    said = np.array(answers(network(control, seed), shown), float)  # (items, 2)
    return said[:, 0] - said[:, 1]
