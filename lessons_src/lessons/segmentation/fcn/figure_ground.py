"""図と地：二色に塗り分けただけの図で，人の切り出しは，どちらの側を「人」とみなすか。

一つの図につき，色を入れ替えた二枚を見せる。色の好みが，結果に混ざらないようにするため。
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch

from lessons.segmentation.nulls import altered
from lessons.weights import selfie
from lessons.weights.selfie import SIDE, PersonSegmenter

Y, X = np.mgrid[:SIDE, :SIDE].astype(float)
READINGS = ("probability", "logit")
"""領域の値の読み方：人の確率の平均か，確率をロジットに直した平均。"""


@lru_cache(maxsize=2)
def segmenter(control: str = "", seed: int = 0) -> PersonSegmenter:
    """人の切り出しか，その対照（``nulls.CONTROLS`` のどれか）。"""
    trained = selfie.pretrained()
    if not control:
        return trained
    # バッチ正規化のないネットワークなので，測り直すものはない
    return PersonSegmenter(altered(trained.model, control, seed, lambda net: None))


def wavy(g: np.random.Generator, t: np.ndarray) -> np.ndarray:
    """中央のあたりを行き来する，なめらかな境目 ``t`` → 位置（画素）。"""
    total = np.full_like(t, SIDE / 2)
    for k in range(1, 5):
        total += g.uniform(5, 14) * np.sin(
            2 * np.pi * k * t / SIDE + g.uniform(0, 2 * np.pi)
        )
    return total


def lower(g: np.random.Generator) -> np.ndarray:
    """波打つ境目の下側 ``(256, 256)``，bool。"""
    return wavy(g, X) < Y


def left(g: np.random.Generator) -> np.ndarray:
    """波打つ境目の左側。``lower`` を横に倒した図。"""
    return wavy(g, Y) > X


def surrounded(
    g: np.random.Generator, *, radius: float = 50, offset: float = 30
) -> np.ndarray:
    """まわりを囲まれた丸い領域。

    Args:
        radius: 半径（画素）。一枚ごとに 2 割まで変える。
        offset: 中心を，図の中心からずらす距離（画素）。向きは無作為。
    """
    turn = g.uniform(0, 2 * np.pi)
    x, y = SIDE / 2 + offset * np.array([np.cos(turn), np.sin(turn)])
    found: np.ndarray = np.hypot(X - x, Y - y) < radius * g.uniform(0.8, 1.2)
    return found


def convex(
    g: np.random.Generator, *, regions: int = 8, bulge: float = 0.22
) -> np.ndarray:
    """縦に並ぶ ``regions`` 個の領域のうち，外へふくらむ（凸の）領域。残りは凹の領域。

    Args:
        regions: 領域の数。偶数。
        bulge: ふくらみの高さ。領域の幅に対する比。
    """
    width = SIDE / regions
    height = bulge * width
    humps = g.integers(3, 6)
    wave = np.abs(np.sin(np.pi * (humps * Y / SIDE + g.uniform())))
    move = height * (wave - 2 / np.pi)  # 平均すると，凸と凹は同じ広さ
    first = int(g.integers(2))
    found = np.zeros((SIDE, SIDE), bool)
    for j in range(first, regions, 2):
        start = -np.inf if j == 0 else j * width - move
        end = np.inf if j == regions - 1 else (j + 1) * width + move
        found |= (start <= X) & (end > X)
    return found


def painted(region: np.ndarray, g: np.random.Generator) -> np.ndarray:
    """領域とその外を，無作為な二色で塗った図と，色を入れ替えた図 ``(2, 256, 256, 3)``。"""
    a, b = g.integers(20, 236, (2, 3))
    return np.stack(
        [np.where(region[..., None], *pair) for pair in ((a, b), (b, a))]
    ).astype(np.uint8)


def chosen(
    draw: Callable[[np.random.Generator], np.ndarray],
    seed: int,
    control: str = "",
    *,
    items: int = 24,
    reading: str = "probability",
    blank: bool = True,
) -> np.ndarray:
    """図ごとの，領域が「人」らしいとされた割合 ``(items,)``。色を入れ替えた二枚の平均。

    ``blank`` なら，一色で塗っただけの画面での答えを引いてから，内と外を比べる。
    図形に関わらない場所の偏りを除くため。

    Args:
        draw: 乱数から領域を描く関数。
        seed: 図の種。対照では，重みの種にも使う。
        control: 空なら学習ずみ，ほかは ``nulls.CONTROLS`` のどれか。
        items: 図の数。
        reading: ``READINGS`` のどれか。
        blank: 一色の画面での答えを引くか。

    Raises:
        ValueError: 知らない読み方のとき。
    """
    if reading not in READINGS:
        raise ValueError(
            f"読み方 {reading!r} はありません。使える名前: {'，'.join(READINGS)}"
        )
    own = seed if control else 0
    g = np.random.default_rng(seed)
    regions = [draw(g) for _ in range(items)]
    images = np.concatenate([painted(region, g) for region in regions])
    values = person(segmenter(control, own), images, reading)
    if blank:
        values = values - _empty(control, own, reading)
    pairs = values.reshape(items, 2, SIDE, SIDE)
    return np.array(
        [
            np.mean([_wins(value, region) for value in pair])
            for pair, region in zip(pairs, regions, strict=True)
        ]
    )


@torch.no_grad()
def person(
    net: PersonSegmenter, images: np.ndarray, reading: str = "probability"
) -> np.ndarray:
    """図 ``(N, 256, 256, 3)`` の，画素ごとの「人」らしさ ``(N, 256, 256)``。"""
    parts = [
        net.model(torch.cat([net.input(image) for image in images[i : i + 16]]))
        for i in range(0, len(images), 16)
    ]
    value: np.ndarray = torch.cat(parts)[:, 0].cpu().numpy()
    if reading == "logit":
        value = np.log((value + 1e-6) / (1 - value + 1e-6))
    return value


@lru_cache(maxsize=4)
def _empty(control: str, seed: int, reading: str) -> np.ndarray:
    """一色で塗った 12 枚の画面での答えの平均 ``(256, 256)``。"""
    colours = np.random.default_rng(0).integers(20, 236, (12, 1, 1, 3))
    plain = np.broadcast_to(colours, (12, SIDE, SIDE, 3)).astype(np.uint8)
    found: np.ndarray = person(segmenter(control, seed), plain, reading).mean(axis=0)
    return found


def _wins(value: np.ndarray, region: np.ndarray) -> bool:
    return bool(value[region].mean() > value[~region].mean())
