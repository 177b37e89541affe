"""四角にならない線：四角の代わりに，離れた一本の線を左か右に置く。

縁の近くの画素は，四角の絵と同じく，どの側でも同じ。二本の線はつながらず，囲まれた図形は
どこにもない。応答が同じように変われば，四角の持ち主を見分けたとは言えない。
"""

from __future__ import annotations

import numpy as np

from lessons.segmentation.composed import finished, grain
from lessons.segmentation.unet.ownership import LINE, SIZE


def displays(rng: np.random.Generator, items: int, size: int = 28) -> np.ndarray:
    """絵の組 ``(items, 2, 2, 96, 96, 3)``：明暗の反転，離れた線の側（左，右）。

    Args:
        rng: 乱数。
        items: 組の数。
        size: 線の長さと，二本の隔たりの，おおよその値（画素）。

    Raises:
        ValueError: 線が絵からはみ出すとき。
    """
    if not 8 <= size <= 40:
        raise ValueError(f"size は 8 から 40 までにしてください（いまは {size}）。")
    found = []
    for _ in range(items):
        side = size + int(rng.integers(-3, 4))
        middle, contrast = rng.uniform(110, 150), rng.uniform(40, 80)
        noise = grain(rng, SIZE)
        found.append(
            [
                [finished(_lines(middle, sign * contrast, side, left), noise)
                 for left in (True, False)]
                for sign in (1, -1)
            ]
        )  # fmt: skip
    return np.array(found)


def _lines(middle: float, contrast: float, side: int, left: bool) -> np.ndarray:
    """まんなかの縦線と，それに触れない，左か右の縦線。"""
    image = np.full((SIZE, SIZE, 3), middle)
    edge, top = SIZE // 2 - LINE // 2, SIZE // 2 - side // 2
    for column in (edge, edge - side if left else edge + side):
        image[top : top + side, column : column + LINE] = middle + contrast
    return image
