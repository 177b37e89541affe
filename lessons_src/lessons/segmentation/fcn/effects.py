"""章 segmentation/fcn の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lessons.segmentation.fcn import figure_ground as fg

CHANCE = 0.5
"""どちらの側も同じなら，選ばれる割合。"""


def surroundedness(
    seed: int,
    control: str = "",
    *,
    items: int = 16,
    radius: float = 50,
    offset: float = 30,
    reading: str = "probability",
    blank: bool = True,
) -> np.ndarray:
    """囲まれた領域が「人」とされた割合 − 0.5 ``(items,)``。"""
    draw = partial(fg.surrounded, radius=radius, offset=offset)
    found = fg.chosen(draw, seed, control, items=items, reading=reading, blank=blank)
    return found - CHANCE


def convexity_context(
    seed: int,
    control: str = "",
    *,
    items: int = 16,
    bulge: float = 0.22,
    reading: str = "probability",
) -> np.ndarray:
    """凸の領域が「人」とされた割合：領域が 8 つの図 − 2 つの図 ``(items,)``。"""
    many, few = (
        fg.chosen(
            partial(fg.convex, regions=regions, bulge=bulge),
            seed,
            control,
            items=items,
            reading=reading,
        )
        for regions in (8, 2)
    )
    return many - few


def lower_region(
    seed: int,
    control: str = "",
    *,
    items: int = 16,
    reading: str = "probability",
    blank: bool = True,
) -> np.ndarray:
    """下の領域が「人」とされた割合 − 0.5 ``(items,)``。

    対照 ``left`` は，図を横に倒し，左の領域で測る。
    """
    own = control == "left"
    draw = fg.left if own else fg.lower
    kept = "" if own else control
    found = fg.chosen(draw, seed, kept, items=items, reading=reading, blank=blank)
    return found - CHANCE


MEASURES: dict[str, Callable[..., Any]] = {
    "surroundedness": surroundedness,
    "convexity_context": convexity_context,
    "lower_region": lower_region,
}
"""約束の名前から，測る関数を引く表。"""
