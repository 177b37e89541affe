"""あなたの答え：二色の図のどちらが「物」に見えるかを答え，人の切り出しと並べる。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.segmentation.fcn import figure_ground as fg

REGIONS = (2, 8, 2, 8, 8, 2)
"""図ごとの，領域の数。"""
DARK, LIGHT = 70, 190
"""二色の明るさ。"""


@dataclass(frozen=True)
class Display:
    """図一つ。``convex_is_dark`` は，凸の領域が濃い色か。"""

    image: np.ndarray  # (256, 256, 3) uint8
    region: np.ndarray  # (256, 256) bool：凸の領域
    convex_is_dark: bool


def sheet() -> list[Display]:
    """見せる図 6 枚。領域が 2 つの図と 8 つの図が 3 枚ずつ。"""
    g = np.random.default_rng(3)
    found = []
    for number, regions in enumerate(REGIONS):
        region = fg.convex(g, regions=regions)
        dark = number in (0, 3, 4)
        grey = np.where(region == dark, DARK, LIGHT)
        image = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
        found.append(Display(image, region, dark))
    return found


def graded(mine: str | EllipsisType) -> Sequence[str]:
    """凸の領域を「物」とした数を，領域の数ごとに，あなたとネットワークで並べる。

    Args:
        mine: 左上から順に，濃い側なら ``d``，薄い側なら ``l`` を並べた 6 字。
            ``...`` なら，まだ答えていない。

    Returns:
        印字する行。

    Raises:
        ValueError: d と l のほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return [
            "まだ答えが入っていません。d か l を，左上から順に 6 字並べてください。"
        ]
    displays = sheet()
    checked(mine, "dl", "d か l", len(displays))
    yours = [
        (letter == "d") == one.convex_is_dark
        for letter, one in zip(mine, displays, strict=True)
    ]
    maps = fg.person(fg.segmenter(), np.stack([one.image for one in displays]))
    its = [
        value[one.region].mean() > value[~one.region].mean()
        for value, one in zip(maps, displays, strict=True)
    ]
    many = np.array(REGIONS) == 8
    return [
        f"{who}：凸の側を選んだ数は，2 つの図で {np.sum(picked[~many])}/3，"
        f"8 つの図で {np.sum(picked[many])}/3"
        for who, picked in (("あなた", np.array(yours)), ("切り出し", np.array(its)))
    ]
