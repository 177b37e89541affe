"""一度だけ見た形を，違う大きさで見分ける（Han ほか 2020 の考え方）。

一度も学習していない形を，検出器の四角の中から 128 個の数として読み，距離を比べる。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torchvision.models.detection import FasterRCNN
from torchvision.ops import roi_align

from lessons.segmentation import data
from lessons.segmentation.composed import finished, grain
from lessons.segmentation.fpn.model import MANY_SIZES, pretrained
from lessons.segmentation.nulls import altered, pictures

SIZE = MANY_SIZES.size
WINDOW = 48
"""四角に合わせずに読むときの，窓の一辺（画素）。"""
READERS = ("box", "window")
"""形を囲む四角に合わせて読むか，いつも同じ大きさの窓で読むか。"""
CHANCE = 0.5
"""二つから選ぶときの，偶然の正答率。"""


def shape(rng: np.random.Generator, strokes: int = 5) -> np.ndarray:
    """無作為な線の形 ``(strokes, 2, 2)``。端の座標は 0〜1。"""
    return rng.uniform(0.05, 0.95, (strokes, 2, 2))


def drawn(lines: np.ndarray, side: int) -> np.ndarray:
    """形を描いた濃さ ``(side, side)``，0〜1。線の太さは，一辺の 10 分の 1。"""
    fine = 8 * side
    image = Image.new("L", (fine, fine), 0)
    pen = ImageDraw.Draw(image)
    for ends in lines * fine:
        pen.line([tuple(end) for end in ends], fill=255, width=max(1, fine // 10))
    small = image.resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, dtype=float) / 255


def displays(
    rng: np.random.Generator, items: int, small: int, large: int
) -> tuple[np.ndarray, np.ndarray]:
    """見本（小），同じ形（大），違う形（大）の絵と四角。

    Returns:
        絵 ``(items, 3, 128, 128, 3)`` と，形を囲む四角 ``(items, 3, 4)``。

    Raises:
        ValueError: 大きさが，絵に入らないとき。
    """
    if not 8 <= small <= large <= SIZE - 8:
        raise ValueError(
            f"大きさは 8 以上，{SIZE - 8} 以下で，小さい順にしてください"
            f"（small={small}，large={large}）。"
        )
    images, boxes = [], []
    for _ in range(items):
        same, other = shape(rng), shape(rng)
        for lines, side in ((same, small), (same, large), (other, large)):
            x, y = (int(v) for v in rng.integers(4, SIZE - side - 3, 2))
            image = np.full((SIZE, SIZE, 1), 200.0)
            image[y : y + side, x : x + side, 0] -= 170 * drawn(lines, side)
            gray = finished(image, grain(rng, SIZE))
            images.append(np.repeat(gray, 3, axis=-1))
            boxes.append((x, y, x + side, y + side))
    return (
        np.array(images).reshape(items, 3, SIZE, SIZE, 3),
        np.array(boxes, np.float32).reshape(items, 3, 4),
    )


def windows(boxes: np.ndarray) -> np.ndarray:
    """四角と中心が同じで，大きさがいつも ``WINDOW`` の窓。形は ``boxes`` と同じ。"""
    center = (boxes[..., :2] + boxes[..., 2:]) / 2
    return np.concatenate([center - WINDOW / 2, center + WINDOW / 2], axis=-1)


@torch.no_grad()
def codes(net: FasterRCNN, images: np.ndarray, boxes: np.ndarray) -> Tensor:
    """四角の中を読んだ 128 個の数 ``(n, 128)``。``images`` は ``(n, 128, 128, 3)``。"""
    maps = net.backbone(data.to_tensor(images))
    each = [torch.from_numpy(box[None]) for box in boxes]
    sizes = [(SIZE, SIZE)] * len(images)
    return net.roi_heads.box_head(net.roi_heads.box_roi_pool(maps, each, sizes))


def pixel_codes(images: np.ndarray, boxes: np.ndarray) -> Tensor:
    """四角の中の画素を 5 × 5 の区画で読んだ数 ``(n, 75)``。"""
    each = [torch.from_numpy(box[None]) for box in boxes]
    return roi_align(data.to_tensor(images), each, 5, aligned=True).flatten(1)


@lru_cache(maxsize=4)
def network(control: str, seed: int) -> FasterRCNN:
    """学習ずみの FPN の検出器か，その対照。"""
    if not control:
        return pretrained("fpn")
    return altered(
        pretrained("fpn"),
        control,
        seed,
        lambda net: net.backbone(pictures(MANY_SIZES)),
    )


def matched(
    seed: int,
    control: str = "",
    *,
    items: int,
    small: int,
    large: int,
    reader: str,
) -> np.ndarray:
    """見本に近い方を選んだ正答 − 偶然の割合，を組ごとに返す ``(items,)``。

    対照は ``untrained``，``shuffled``，``pixels``（同じ四角の画素），``window``（四角に合わせず，
    いつも同じ大きさの窓で読む）。

    Raises:
        ValueError: 知らない読み方のとき。
    """
    if reader not in READERS:
        raise ValueError(
            f"読み方 {reader!r} はありません。使える名前: {'，'.join(READERS)}"
        )
    images, boxes = displays(np.random.default_rng(seed), items, small, large)
    if "window" in (reader, control):
        boxes = windows(boxes)
    flat, places = images.reshape(-1, SIZE, SIZE, 3), boxes.reshape(-1, 4)
    if control == "pixels":
        found = pixel_codes(flat, places)
    else:
        net = network("" if control == "window" else control, seed)
        found = codes(net, flat, places)
    sample, same, other = found.reshape(items, 3, -1).unbind(dim=1)
    right = (sample - same).norm(dim=1) < (sample - other).norm(dim=1)
    return right.numpy().astype(float) - CHANCE
