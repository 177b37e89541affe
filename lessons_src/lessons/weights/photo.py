"""ネットワークに渡す写真の形を確かめ，正方形に収める。"""

from __future__ import annotations

import numpy as np
from PIL import Image


def checked(photo: np.ndarray) -> np.ndarray:
    """写真が ``(H, W, 3)`` uint8 で，空でないことを確かめて返す。

    Raises:
        ValueError: 形か型が違うとき。
    """
    pixels = np.asarray(photo)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(
            "写真は (高さ, 幅, 3) の uint8 にしてください"
            f"（受け取った形: {pixels.shape}，型: {pixels.dtype}）。"
            "自分の写真は lessons.stimuli.own_photo.load で読めます。"
        )
    if not pixels.size:
        raise ValueError(f"写真が空です（形: {pixels.shape}）。")
    return np.ascontiguousarray(pixels)


def letterbox(
    photo: np.ndarray, side: int
) -> tuple[np.ndarray, slice, slice, float, tuple[int, int]]:
    """写真を，縦横の比を保って ``side`` × ``side`` の中央に収める。

    Returns:
        縮めた写真 ``(h, w, 3)`` float32，置く行と列の範囲，縮めた倍率，
        左と上の余白。
    """
    photo = checked(photo)
    height, width = photo.shape[:2]
    scale = side / max(height, width)
    w, h = max(round(width * scale), 1), max(round(height * scale), 1)
    picture = Image.fromarray(photo).resize((w, h), Image.Resampling.BILINEAR)
    left, top = (side - w) // 2, (side - h) // 2
    small = np.asarray(picture, np.float32)
    rows, columns = slice(top, top + h), slice(left, left + w)
    return small, rows, columns, scale, (left, top)
