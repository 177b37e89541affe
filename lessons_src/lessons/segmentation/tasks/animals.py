"""動物は，ほかの物より見つけられやすいか（New, Cosmides & Tooby, 2007）。

背景の上に物を一つ，薄く置き，検出器がその物を見つけて名前を当てたかを数える。
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from lessons.segmentation import detectors
from lessons.stimuli.arrangements import ANIMALS, PICTURES, area_side, arranged
from lessons.stimuli.scenes import Scene

MATCHES = ("area", "side")
"""大きさのそろえ方：見える面積か，長い方の辺。"""


def faint(
    name: str,
    seed: int,
    *,
    side: float = 24,
    contrast: float = 0.5,
    match: str = "area",
) -> Scene:
    """物 ``name`` を一つ，無作為な場所に薄く置いた場面。

    Args:
        name: 物の名前。``arrangements.PICTURES`` から選ぶ。
        seed: 背景と場所の種。
        side: 大きさ（画素）。
        contrast: 濃さ。1 ならそのまま，0 なら見えない。
        match: ``MATCHES`` のどれか。

    Raises:
        ValueError: 知らないそろえ方のとき。
    """
    if match not in MATCHES:
        raise ValueError(
            f"大きさのそろえ方 {match!r} はありません。使える名前: {'，'.join(MATCHES)}"
        )
    length = area_side(name, side) if match == "area" else side
    g = np.random.default_rng(seed)
    centre = g.uniform(length / 2 + 1, 95 - length / 2, (1, 2))
    return arranged(seed, [name], centre, length, contrast=contrast)


@lru_cache(maxsize=1)
def hit_rates(
    seed: int,
    control: str = "",
    *,
    items: int = 8,
    side: float = 24,
    contrast: float = 0.5,
    match: str = "area",
) -> np.ndarray:
    """物ごとの，見つけた割合 ``(14,)``。並びは ``PICTURES`` のとおり。書き換えてはいけない。

    Args:
        seed: 場面の種。
        control: 空なら学習ずみの Faster R-CNN，ほかは ``nulls.CONTROLS`` のどれか。
        items: 物ごとの場面の数。
        side, contrast, match: ``faint`` に同じ。
    """
    scenes = [
        faint(
            name,
            10_000 * seed + 100 * k + i,
            side=side,
            contrast=contrast,
            match=match,
        )
        for k, name in enumerate(PICTURES)
        for i in range(items)
    ]
    answers = detectors.found("two_stage", scenes, control, seed)
    hits = [detectors.hit(*pair) for pair in zip(answers, scenes, strict=True)]
    return np.reshape(hits, (len(PICTURES), items)).mean(axis=1)


def difference(rates: np.ndarray, group: Sequence[str] = ANIMALS) -> float:
    """見つけた割合 ``(14,)`` の平均の差：``group`` の物 − ほかの物。"""
    inside = np.array([name in group for name in PICTURES])
    return float(rates[inside].mean() - rates[~inside].mean())


def animal_advantage(
    seed: int,
    control: str = "",
    *,
    items: int = 8,
    side: float = 24,
    contrast: float = 0.5,
    match: str = "area",
) -> float:
    """見つけた割合：動物 − ほかの物。

    対照 ``random_groups`` では，動物の代わりに，六つの物を無作為に選ぶ。
    引数は ``hit_rates`` に同じ。
    """
    own = control == "random_groups"
    rates = hit_rates(
        seed,
        "" if own else control,
        items=items,
        side=side,
        contrast=contrast,
        match=match,
    )
    if not own:
        return difference(rates)
    order = np.random.default_rng(seed).permutation(len(PICTURES))
    return difference(rates, [PICTURES[k] for k in order[: len(ANIMALS)]])
