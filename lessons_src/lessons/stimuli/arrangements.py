"""物の絵を，決めた場所に，決めた大きさで，重ならないように並べた場面を作る。

背景は ``scenes`` の空と地面。物の数，大きさ，間隔を一つずつ変える実験に使う。
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from lessons.stimuli.scenes import (
    STUFF,
    THINGS,
    Scene,
    SceneConfig,
    boxes_of,
    make_scene,
    sprites,
)

PICTURES = tuple(name for name in THINGS if name != "person")
"""並べられる物の名前（``scenes`` の物の絵のすべて。人は，そのたびに描くので除く）。"""

ANIMALS = ("cat", "dog", "bird", "fish", "elephant", "turtle")
"""``PICTURES`` のうち，動物。"""


def arranged(
    seed: int,
    names: Sequence[str],
    centres: np.ndarray,
    side: float | Sequence[float],
    *,
    size: int = 96,
    contrast: float = 1.0,
) -> Scene:
    """物を一つずつ，中心を決めて置いた場面。

    Args:
        seed: 背景，物の左右と色の種。
        names: 物の名前 ``n`` 個。``PICTURES`` から選ぶ。
        centres: 中心 ``(n, 2)``（x, y，画素）。
        side: 物の長い方の辺（画素）。物ごとに変えるなら ``n`` 個。
        size: 場面の一辺（画素）。
        contrast: 物の濃さ。1 ならそのまま，0 なら見えない。

    Raises:
        ValueError: 知らない名前か，名前と中心の数が違うか，物が場面からはみ出すとき。
    """
    unknown = sorted(set(names) - set(PICTURES))
    if unknown:
        raise ValueError(
            f"物の名前 {unknown} はありません。使える名前: {', '.join(PICTURES)}"
        )
    if len(names) != len(centres):
        raise ValueError(
            f"名前は {len(names)} 個，中心は {len(centres)} 個です。数をそろえてください。"
        )
    empty = make_scene(seed, SceneConfig(size=size, fewest=0, most=0))
    g = np.random.default_rng(seed)
    image = empty.image.astype(np.float32)
    masks = np.zeros((len(names), size, size), bool)
    sides = np.broadcast_to(np.asarray(side, float), len(names))
    for number, (name, (x, y)) in enumerate(zip(names, centres, strict=True)):
        patch = _drawn(name, float(sides[number]), g)
        height, width = patch.shape[:2]
        left, top = round(x - width / 2), round(y - height / 2)
        if min(left, top) < 0 or max(left + width, top + height) > size:
            raise ValueError(
                f"物 {number} が場面からはみ出します。中心 ({x:g}, {y:g}) か"
                f"辺 {sides[number]:g} を直してください。"
            )
        here = slice(top, top + height), slice(left, left + width)
        alpha = contrast * patch[..., 3:] / 255
        image[here] += alpha * (patch[..., :3] - image[here])
        masks[(number, *here)] = patch[..., 3] > 127
    labels = np.array([list(THINGS).index(name) for name in names], np.int64)
    semantic = empty.semantic.copy()
    for mask, label in zip(masks, labels, strict=True):
        semantic[mask] = len(STUFF) + label
    return Scene(
        image=np.clip(image, 0, 255).astype(np.uint8),
        labels=labels,
        boxes=boxes_of(masks),
        masks=masks,
        semantic=semantic,
        keypoints=np.zeros((len(names), 13, 3), np.float32),
        things=tuple(THINGS),
    )


def _drawn(name: str, side: float, g: np.random.Generator) -> np.ndarray:
    """物の絵 ``(h, w, 4)``。左右と，色合いを変える。"""
    sprite = sprites()[name]
    if g.random() < 0.5:
        sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    scale = side / max(sprite.size)
    width, height = (max(4, round(length * scale)) for length in sprite.size)
    patch = np.array(
        sprite.resize((width, height), Image.Resampling.BILINEAR), np.float32
    )
    patch[..., :3] *= g.uniform(0.75, 1.25, 3)
    return np.clip(patch, 0, 255)


def scattered(
    g: np.random.Generator, count: int, across: int, size: int = 96
) -> np.ndarray:
    """場面を ``across × across`` の升目に分け，``count`` 升を選び，中心 ``(count, 2)`` を返す。

    Raises:
        ValueError: 升が足りないとき。
    """
    if count > across**2:
        raise ValueError(
            f"升は {across**2} 個しかありません。物の数 {count} を減らすか，"
            f"升目の一辺の数 {across} を増やしてください。"
        )
    chosen = g.permutation(across**2)[:count]
    found: np.ndarray = (np.stack([chosen % across, chosen // across], 1) + 0.5) * (
        size / across
    )
    return found


def area_side(name: str, side: float) -> float:
    """絵の見える面積が ``side`` の二乗の半分になるときの，長い方の辺（画素）。"""
    alpha = np.asarray(sprites()[name])[..., 3] > 127
    share = alpha.sum() / max(alpha.shape) ** 2
    return float(side * np.sqrt(0.5 / share))
