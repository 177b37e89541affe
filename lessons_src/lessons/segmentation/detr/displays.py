"""同じ物が並ぶと，見落とすか：物を格子に並べた場面と，その答えの数え方。"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from PIL import Image

from lessons.segmentation.detr.model import DETR
from lessons.segmentation.metrics import Detections, box_iou
from lessons.stimuli.scenes import THINGS, Scene, SceneConfig, make_scene, sprites

KINDS = tuple(name for name in THINGS if name != "person")
"""並べる物の種類（14）。人は描き方が違うので使わない。"""
EMPTY = SceneConfig(fewest=0, most=0)
"""物のない背景。"""
COLUMNS = 4
"""格子の一辺のます。"""
SIDE = 18
"""物の長い辺（画素）。"""

Detector = Callable[[Sequence[Scene]], list[Detections]]


def display(
    kinds: Sequence[str], seed: int, *, side: int = SIDE, columns: int = COLUMNS
) -> Scene:
    """物を，格子の無作為なますに一つずつ置いた場面。

    Args:
        kinds: 物の種類の名前。並べる順。
        seed: 背景と場所の種。
        side: 物の長い辺（画素）。
        columns: 格子の一辺のます。

    Raises:
        ValueError: 物がますより多いとき。
    """
    if len(kinds) > columns**2:
        raise ValueError(
            f"物が {len(kinds)} 個あります。ますは {columns**2} 個なので，物を減らすか，"
            "columns を増やしてください。"
        )
    rng = np.random.default_rng(seed)
    empty = make_scene(seed, EMPTY)
    size = empty.image.shape[0]
    image, boxes = Image.fromarray(empty.image), []
    for kind, cell in zip(kinds, rng.permutation(columns**2), strict=False):
        sprite = sprites()[kind]
        scale = side / max(sprite.size)
        width, height = (max(4, round(length * scale)) for length in sprite.size)
        small = sprite.resize((width, height), Image.Resampling.BILINEAR)
        middle = (np.array([cell % columns, cell // columns]) + 0.5) * size / columns
        middle += rng.uniform(-2, 2, 2)
        corner = np.rint(middle - [width / 2, height / 2]).astype(int)
        x, y = np.clip(corner, 0, [size - width, size - height]).tolist()
        image.paste(small, (x, y), small)
        boxes.append((x, y, x + width, y + height))
    labels = [list(THINGS).index(kind) for kind in kinds]
    return replace(
        empty,
        image=np.asarray(image),
        labels=np.array(labels, np.int64),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
    )


def pair(seed: int, count: int, *, side: int = SIDE) -> tuple[Scene, Scene]:
    """種類がすべて違う場面と，すべて同じ場面。数と場所の種は同じ。

    Raises:
        ValueError: 数が種類の数より多いとき。
    """
    if not 1 <= count <= len(KINDS):
        raise ValueError(
            f"物の数は 1〜{len(KINDS)} にしてください（受け取った値: {count}）。"
        )
    order = np.random.default_rng(seed).permutation(len(KINDS))
    chosen = [KINDS[k] for k in order]
    return (
        display(chosen[:count], seed, side=side),
        display([chosen[0]] * count, seed, side=side),
    )


def reported(
    found: Sequence[Detections], scenes: Sequence[Scene], threshold: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """場面ごとの，見つけた物の割合 ``(n,)`` と，答えの数 ``(n,)``。

    種類が同じで IoU が 0.5 を超える答えがあれば，その物を見つけたとみなす。答えは，確信度が
    ``threshold`` を超えるものだけを数える。
    """
    shares, counts = [], []
    for answer, scene in zip(found, scenes, strict=True):
        if answer.scores is None:
            raise ValueError("検出には scores（確信度）が要ります。")
        sure = answer.scores > threshold
        same = answer.labels[sure][:, None] == scene.labels[None]
        hits = same & (box_iou(answer.regions[sure], scene.boxes) > 0.5)
        shares.append(hits.any(axis=0).mean())
        counts.append(sure.sum())
    return np.array(shares), np.array(counts, float)


@torch.no_grad()
def random_queries(model: DETR, seed: int) -> DETR:
    """クエリの中身と場所を，平均とばらつきの同じ乱数に替えた写し。"""
    mixed = copy.deepcopy(model)
    g = torch.Generator().manual_seed(seed)
    for values in (mixed.content, mixed.anchor if mixed.anchored else mixed.place):
        noise = torch.randn(values.shape, generator=g)
        values.copy_(values.mean(0) + values.std(0) * noise)
    return mixed.eval()
