"""重ね描きの下に敷く，色を抜いて暗くした写真。"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def faded(image: ArrayLike, brightness: float = 0.8) -> np.ndarray:
    """色を抜いて暗くする。重ねた熱や形だけが，色を持つように。

    Args:
        image: ``(H, W, 3)``。uint8 か，0〜1 の実数。
        brightness: もとの明るさに掛ける数。

    Returns:
        ``(H, W, 3)``，0〜1。
    """
    pixels = np.asarray(image)
    whole = 255 if pixels.dtype == np.uint8 else 1
    grey = pixels.mean(axis=2, keepdims=True) / whole
    return np.repeat(brightness * grey, 3, axis=2)
