"""触れ合う細胞の絵を作る。一つずつの細胞の正解がわかっている。

顕微鏡の写真をまねた，白黒の小さな絵です。細胞どうしは，細く暗い膜を挟んで接します。
同じ種からは，いつも同じ絵ができます。本物の写真から作ったものではありません。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage


@dataclass(frozen=True)
class CellConfig:
    """細胞の絵の作り方。"""

    size: int = 64  # 一辺の画素数
    most: int = 14  # 細胞の数の上限
    radius: float = 10.0  # 細胞の半径のめやす（画素）
    contrast: float = 0.25  # 膜の暗さ（細胞の明るさとの差に対する比）
    noise: float = 0.08  # 画素の雑音の標準偏差

    def __post_init__(self) -> None:
        if self.size < 16 or self.most < 0 or self.radius <= 0 or self.noise < 0:
            raise ValueError(
                "size は 16 以上，most と noise は 0 以上，radius は正の数にしてください"
                f"（受け取った値: {self}）。"
            )


@dataclass(frozen=True)
class Cells:
    """細胞の絵一枚と，その正解。"""

    image: np.ndarray  # (H, W) float32，0〜1
    instances: np.ndarray  # (H, W) int64：0 背景と膜，1 以降は細胞の番号


def make_cells(seed: int, config: CellConfig | None = None) -> Cells:
    """種 ``seed`` から，細胞の絵を一枚作る。"""
    config = config or CellConfig()
    rng = np.random.default_rng(seed)
    size = config.size
    centres = _centres(rng, config)
    y, x = np.mgrid[:size, :size]
    # 細胞の縁をなめらかにゆがめる
    bend = ndimage.gaussian_filter(rng.normal(size=(2, size, size)), (0, 5, 5))
    bend = 1.5 * bend / bend.std()
    far = np.full((size, size), np.inf)
    owner = np.zeros((size, size), np.int64)
    for number, (row, column) in enumerate(centres, start=1):
        radius = config.radius * rng.uniform(0.8, 1.15)
        away = np.hypot(y - row + bend[0], x - column + bend[1]) / radius
        mine = away < np.minimum(far, 1)
        owner[mine] = number
        far = np.minimum(far, away)
    touching = _edges(owner)  # 違う細胞と接する画素
    instances = np.where(touching, 0, owner)
    bright = rng.uniform(0.6, 0.75, len(centres) + 1)
    bright[0] = 0.25
    image = bright[owner]
    image[touching] -= config.contrast * (image[touching] - bright[0])
    image = ndimage.gaussian_filter(image, 0.6) + rng.normal(
        0, config.noise, image.shape
    )
    return Cells(np.clip(image, 0, 1).astype(np.float32), instances)


def _centres(rng: np.random.Generator, config: CellConfig) -> np.ndarray:
    """互いに近すぎない中心 ``(n, 2)`` を選ぶ。二つめからは，前の細胞の隣を試す。"""
    chosen: list[np.ndarray] = []
    for _ in range(40 * config.most):
        if len(chosen) == config.most:
            break
        if chosen and rng.random() < 0.8:
            angle = rng.uniform(0, 2 * np.pi)
            step = config.radius * rng.uniform(1.4, 1.8)
            start = chosen[rng.integers(len(chosen))]
            point = start + step * np.array([np.sin(angle), np.cos(angle)])
        else:
            point = rng.uniform(0, config.size, 2)
        inside = bool(((point > 3) & (point < config.size - 3)).all())
        apart = all(np.hypot(*(point - c)) > 1.35 * config.radius for c in chosen)
        if inside and apart:
            chosen.append(point)
    return np.array(chosen).reshape(-1, 2)


def _edges(owner: np.ndarray) -> np.ndarray:
    """まわり 3 × 3 に，違う細胞がある細胞の画素 ``(H, W)``。"""
    highest = ndimage.maximum_filter(owner, 3)
    lowest = ndimage.minimum_filter(np.where(owner > 0, owner, owner.max() + 1), 3)
    return (owner > 0) & (highest != lowest) & (lowest <= owner.max())


def neighbours(instances: np.ndarray, reach: int = 3) -> list[tuple[int, int]]:
    """膜を挟んで隣り合う細胞の組。``reach`` 画素以内に近づいた細胞を隣とみなす。"""
    pairs = set()
    for number in np.unique(instances[instances > 0]):
        near = ndimage.binary_dilation(
            instances == number, np.ones((3, 3)), iterations=reach
        )
        for other in np.unique(instances[near]):
            if other > number:
                pairs.add((int(number), int(other)))
    return sorted(pairs)


def separated(mask: np.ndarray, instances: np.ndarray) -> tuple[int, int]:
    """隣り合う細胞を，別々の塊として答えられた組の数と，組の総数。

    細胞の画素の半分以上を塗れた二つの細胞について，それぞれをいちばん多く含む塊が
    違えば，分けられたとみなす。

    Args:
        mask: 細胞と答えた画素 ``(H, W)``。
        instances: 正解 ``(H, W)``。
    """
    if mask.shape != instances.shape:
        raise ValueError(
            f"地図の大きさが違います（{mask.shape} と {instances.shape}）。"
        )
    blobs, _ = ndimage.label(mask)
    home = {}
    for number in np.unique(instances[instances > 0]):
        inside = blobs[instances == number]
        if (inside > 0).mean() >= 0.5:
            home[int(number)] = int(np.bincount(inside[inside > 0]).argmax())
    pairs = neighbours(instances)
    good = sum(a in home and b in home and home[a] != home[b] for a, b in pairs)
    return good, len(pairs)
