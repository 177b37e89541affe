"""空と地面だけの場面に，物の絵を決めた大きさと場所で置く。効果の図形を作る部品。"""

from __future__ import annotations

import numpy as np
from PIL import Image

from lessons.stimuli.scenes import SPLITS, THINGS, SceneConfig, make_scene, sprites

NAMES = tuple(name for name in THINGS if name != "person")
"""置ける物の名前。"""
_OWN = SPLITS["test"] + 500_000_000
"""背景の種の始まり。学習と試験の場面とは重ならない。"""


def background(rng: np.random.Generator, size: int = 96) -> tuple[np.ndarray, int]:
    """物のない場面 ``(size, size, 3)`` float と，空と地面の境の高さ（行）。"""
    config = SceneConfig(size=size, fewest=0, most=0, noise=0.0)
    scene = make_scene(_OWN + int(rng.integers(10**6)), config)
    return scene.image.astype(float), int((scene.semantic == 0).sum(axis=0).mean())


def patch(name: str, side: int) -> np.ndarray:
    """物の絵 ``(h, w, 4)`` float。長い辺が ``side`` 画素。

    Raises:
        ValueError: その名前の絵がないとき。
    """
    if name not in NAMES:
        raise ValueError(f"物 {name!r} の絵はありません。ある名前: {'，'.join(NAMES)}")
    sprite = sprites()[name]
    scale = side / max(sprite.size)
    width, height = (max(4, round(length * scale)) for length in sprite.size)
    return np.asarray(
        sprite.resize((width, height), Image.Resampling.BILINEAR), dtype=float
    )


def paste(image: np.ndarray, drawn: np.ndarray, x: int, y: int) -> np.ndarray:
    """絵を左上の角 ``(x, y)`` に置き，物の画素 ``(H, W)`` の真偽を返す。``image`` を書き換える。"""
    height, width = drawn.shape[:2]
    part = image[y : y + height, x : x + width]
    part += drawn[..., 3:] / 255 * (drawn[..., :3] - part)
    mine = np.zeros(image.shape[:2], bool)
    mine[y : y + height, x : x + width] = drawn[..., 3] > 127
    return mine


def finished(image: np.ndarray, noise: np.ndarray | float = 0.0) -> np.ndarray:
    """雑音を足して，0〜255 の整数にする。"""
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def grain(rng: np.random.Generator, size: int = 96) -> np.ndarray:
    """場面と同じ強さの雑音 ``(size, size, 1)``。"""
    return rng.normal(0, SceneConfig().noise, (size, size, 1))
