"""探索のために作られていないネットワークで，標的と妨害の距離を測る。

写真に名前をつけるように学習した EfficientNet-Lite0 に，項目を見せ，表現の間の距離を求める。
人間が速く探せる対（注意を導く属性が違う）は，遅い対（線の交わり方や文字だけが違う）より
遠いはずだ，と考える。
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch

from lessons.recognition.perceptual_effects.model import (
    distance,
    index,
    representations,
)
from lessons.stimuli.perception.canvas import SIDE, Canvas, arc
from lessons.stimuli.search_displays import PALETTE

Strokes = Sequence[Sequence[tuple[float, float]]]

_RING = [(float(x), float(y)) for x, y in arc(0, 0, 50, 50, 0, 360)]
SHAPES: dict[str, Strokes] = {
    "縦棒": (((0, -50), (0, 50)),),
    "斜め棒": (((-35, -35), (35, 35)),),
    "T": (((-40, -45), (40, -45)), ((0, -45), (0, 45))),
    "L": (((-35, -45), (-35, 45), (45, 45)),),
    "十字": (((-40, 0), (40, 0)), ((0, -45), (0, 45))),
    "2": (((-30, -50), (30, -50), (30, 0), (-30, 0), (-30, 50), (30, 50)),),
    "5": (((30, -50), (-30, -50), (-30, 0), (30, 0), (30, 50), (-30, 50)),),
    "O": (_RING,),
    "Q": (_RING, ((20, 20), (60, 60))),
    "弧": ([(float(x), float(y)) for x, y in arc(-70, 0, 85, 55, -65, 65)],),
}
"""項目の形：折れ線の頂点（中央が (0, 0)，右と下が正，画素）。"""

Item = tuple[str, str, float]  # 形，色，倍率
FAST: dict[str, tuple[Item, Item]] = {
    "色": (("縦棒", "red", 1.0), ("縦棒", "green", 1.0)),
    "傾き": (("縦棒", "red", 1.0), ("斜め棒", "red", 1.0)),
    "大きさ": (("O", "red", 1.0), ("O", "red", 0.6)),
}
"""人間が速く探せる対：色，傾き，大きさが違う。"""
SLOW: dict[str, tuple[Item, Item]] = {
    "T と L": (("T", "red", 1.0), ("L", "red", 1.0)),
    "十字と T": (("十字", "red", 1.0), ("T", "red", 1.0)),
    "2 と 5": (("2", "red", 1.0), ("5", "red", 1.0)),
}
"""人間が速くは探せない対：線の交わり方か，文字だけが違う。"""
ASYMMETRIES: dict[str, tuple[str, str]] = {
    "Q と O": ("Q", "O"),
    "斜めと縦": ("斜め棒", "縦棒"),
    "弧と縦棒": ("弧", "縦棒"),
}
"""一方を標的にすると速い対：速い標的，遅い標的。"""


def picture(
    items: Sequence[Item],
    places: np.ndarray,
    size: float,
    turn: float,
    width: float,
) -> np.ndarray:
    """項目を並べた絵 ``(224, 224, 3)``，uint8。

    Args:
        items: 項目。
        places: 中心の位置 ``(n, 2)``（中央が 0，画素）。
        size, turn, width: 全体に共通の倍率，回す角度（度），線の太さ（画素）。
    """
    found = np.full((SIDE, SIDE, 3), 20.0)
    for (shape, color, scale), place in zip(items, places, strict=True):
        canvas = Canvas(shift=place, size=size * scale, turn=turn, width=width)
        for stroke in SHAPES[shape]:
            canvas.line(stroke)
        cover = canvas.pixels()[..., None] / 255
        found += cover * (np.array(PALETTE[color]) - found)
    return np.rint(found).astype(np.uint8)


@lru_cache(maxsize=4)
def _pairs(seed: int, items: int, size: float, control: str) -> dict[str, torch.Tensor]:
    """一つずつ見せた項目の表現 ``(items, 対の数, 2, 次元)``。"""
    g = np.random.default_rng(seed)
    drawn = []
    for _ in range(items):
        for pair in (*FAST.values(), *SLOW.values()):
            place, common = g.uniform(-14, 14, (1, 2)), g.uniform(0.85, 1.15)
            turn, width = g.uniform(0, 360), g.uniform(8, 12)
            drawn += [picture([one], place, size * common, turn, width) for one in pair]
    flat = representations(np.stack(drawn), control, seed)
    kinds = len(FAST) + len(SLOW)
    return {layer: v.reshape(items, kinds, 2, -1) for layer, v in flat.items()}


def pair_distances(
    seed: int,
    control: str = "",
    *,
    items: int = 16,
    size: float = 1.0,
    layer: str = "gap",
    metric: str = "euclidean",
) -> dict[str, np.ndarray]:
    """対の名前から，標的と妨害の距離 ``(items,)`` を引く表。

    Args:
        seed: 図形の種。対照のネットワークの種も兼ねる。
        control: 空なら学習ずみ。``pixels``，``untrained``，``shuffled``。
        items: 図形の組の数。
        size: 図形の倍率。
        layer, metric: 読み出す層と，距離。
    """
    v = _pairs(seed, items, size, control)[layer]
    names = (*FAST, *SLOW)
    return {
        name: distance(v[:, k, 0], v[:, k, 1], metric).numpy()
        for k, name in enumerate(names)
    }


def guiding(seed: int, control: str = "", **parameters: object) -> np.ndarray:
    """速く探せる対が，遅い対よりどれだけ遠いか（指数 ``(items,)``）。

    引数は ``pair_distances`` と同じ。
    """
    found = pair_distances(seed, control, **parameters)  # type: ignore[arg-type]
    fast, slow = (
        torch.tensor(np.mean([found[name] for name in names], axis=0))
        for names in (FAST, SLOW)
    )
    return index(fast, slow)


@lru_cache(maxsize=4)
def _displays(
    seed: int, items: int, size: float, control: str
) -> dict[str, torch.Tensor]:
    """3 × 3 の画面の表現 ``(items, 対の数, 4, 次元)``。

    四枚は，遅い標的だけ，その一つを速い標的に替えたもの，その逆の二枚。
    """
    g = np.random.default_rng(seed)
    grid = np.array([(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)]) * 66.0
    drawn = []
    for _ in range(items):
        for fast, slow in ASYMMETRIES.values():
            places = grid + g.uniform(-6, 6, grid.shape)
            target, width = int(g.integers(9)), g.uniform(3, 5)
            common = 0.42 * size * g.uniform(0.9, 1.1)
            for odd, even in ((fast, slow), (slow, fast)):
                plain: list[Item] = [(even, "red", 1.0)] * 9
                with_target = list(plain)
                with_target[target] = (odd, "red", 1.0)
                drawn += [
                    picture(one, places, common, 0.0, width)
                    for one in (plain, with_target)
                ]
    flat = representations(np.stack(drawn), control, seed)
    return {
        layer: v.reshape(items, len(ASYMMETRIES), 4, -1) for layer, v in flat.items()
    }


def asymmetry(
    seed: int,
    control: str = "",
    *,
    items: int = 16,
    size: float = 1.0,
    layer: str = "gap",
    metric: str = "euclidean",
) -> np.ndarray:
    """速い標的を一つ置いた変化が，遅い標的を一つ置いた変化よりどれだけ大きいか。

    画面の表現が，標的を置く前と後でどれだけ動いたかの指数 ``(items,)``。三つの対の平均。
    引数は ``pair_distances`` と同じ。
    """
    v = _displays(seed, items, size, control)[layer]
    found = []
    for k in range(len(ASYMMETRIES)):
        fast, slow = (
            distance(v[:, k, a], v[:, k, b], metric) for a, b in ((0, 1), (2, 3))
        )
        found.append(index(fast, slow))
    return np.mean(found, axis=0)
