"""写真の上で，見る窓を一画素ずつずらす。"""

from __future__ import annotations

import numpy as np
from PIL import Image

from lessons.weights.photo import checked

WINDOW = 224
"""窓の一辺（画素）。"""


def slid(photo: np.ndarray, steps: int = 33, short: int = 300) -> np.ndarray:
    """窓を右へ一画素ずつずらしながら切り取る。物は，窓の中を左へ動く。

    Args:
        photo: 写真 ``(H, W, 3)``，uint8。
        steps: 窓の数。
        short: 写真の短い辺を，この画素数にそろえてから切り取る。

    Returns:
        ``(steps, 224, 224, 3)``，uint8。まんなかの窓が，写真のまんなか。

    Raises:
        ValueError: 写真の形が違うとき，窓が写真からはみ出すとき。
    """
    photo = checked(photo)
    height, width = photo.shape[:2]
    scale = short / min(height, width)
    size = (round(width * scale), round(height * scale))
    big = np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.BICUBIC))
    top = (big.shape[0] - WINDOW) // 2
    left = (big.shape[1] - WINDOW - steps + 1) // 2
    if steps < 1 or top < 0 or left < 0:
        raise ValueError(
            f"一辺 {WINDOW} の窓を {steps} 回ずらすと，写真（{size[0]} × {size[1]} 画素）から"
            "はみ出します。steps を 1 以上で小さくするか，short を大きくしてください。"
        )
    return np.stack(
        [big[top : top + WINDOW, left + d : left + d + WINDOW] for d in range(steps)]
    )
