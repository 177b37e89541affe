"""形と模様が食い違う絵で，どちらの似た絵を近いとみなすか（Geirhos ら, 2019 の考えによる）。"""

from __future__ import annotations

import numpy as np
from PIL import Image

from lessons.recognition.perceptual_effects.model import distance, representations
from lessons.stimuli import photos
from lessons.stimuli.perception.canvas import SIDE
from lessons.stimuli.scenes import sprites

TEXTURES = ("brick", "grass", "gravel", "coins", "coffee", "chelsea")
"""模様に使う写真。"""


def _filled(
    shape: Image.Image, texture: str, g: np.random.Generator, size: float
) -> np.ndarray:
    """物の輪郭を，写真の切り抜きで塗った絵 ``(224, 224, 3)``。"""
    side = round(170 * size * g.uniform(0.9, 1.1))
    mask = shape.convert("RGBA").resize((side, side)).getchannel("A")
    photo = photos.load(texture)
    y, x = (int(g.integers(0, n - side + 1)) for n in photo.shape[:2])
    paper = Image.new("RGB", (SIDE, SIDE), (200, 200, 200))
    shift = g.integers(-10, 11, 2)
    at = (SIDE - side) // 2 + shift
    patch = Image.fromarray(photo[y : y + side, x : x + side])
    paper.paste(patch, (int(at[0]), int(at[1])), mask)
    return np.asarray(paper)


def triplets(seed: int, items: int = 24, size: float = 1.0) -> np.ndarray:
    """見本，形だけ同じ絵，模様だけ同じ絵 ``(items, 3, 224, 224, 3)``。"""
    g = np.random.default_rng(seed)
    shapes = list(sprites().values())
    sets = []
    for _ in range(items):
        a, b = g.permutation(len(shapes))[:2]
        p, q = g.permutation(len(TEXTURES))[:2]
        sets.append(
            [
                _filled(shapes[shape], TEXTURES[texture], g, size)
                for shape, texture in ((a, p), (a, q), (b, p))
            ]
        )
    return np.array(sets)


def shape_choices(
    seed: int,
    control: str = "",
    *,
    items: int = 24,
    size: float = 1.0,
    layer: str = "gap",
    metric: str = "euclidean",
) -> np.ndarray:
    """形の同じ絵を選べば 1，模様の同じ絵を選べば −1 ``(items,)``。

    平均が 1 なら，いつも形で選ぶ。人間が形と答えた割合 0.958 は，この目盛りで 0.916 になる。
    引数は ``model.effect_index`` と同じ。
    """
    pictures = triplets(seed, items, size)
    v = representations(pictures.reshape(-1, SIDE, SIDE, 3), control, seed)[layer]
    v = v.unflatten(0, (items, 3))
    shape, texture = (distance(v[:, 0], v[:, i], metric) for i in (1, 2))
    return np.where((shape < texture).numpy(), 1.0, -1.0)
