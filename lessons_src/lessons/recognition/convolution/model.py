"""畳み込みとプーリングを，numpy の数行で。

ネットワークの「畳み込み」は，窓の重み（核）を裏返さない。数学の言葉では相互相関に当たる。
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def convolve(
    image: np.ndarray, kernel: np.ndarray, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """核を画像の上でずらしながら，重みと値を掛けて足す。

    Args:
        image: 画像か地図 ``(H, W)``。
        kernel: 核 ``(k, k)``。
        stride: 何画素おきにずらすか。
        padding: まわりに 0 を何画素足すか。

    Returns:
        ``(H', W')``。一辺は ``output_side`` になる。

    Raises:
        ValueError: 画像が二次元でない，核が埋めた画像より大きい，間引きが 1 より小さいとき。
    """
    padded = np.pad(_map(image), padding)
    windows = _windows(padded, kernel.shape[0], stride)  # (H', W', k, k)
    return np.einsum("hwij,ij->hw", windows, kernel)


def convolve_channels(
    image: np.ndarray, kernels: np.ndarray, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """チャンネルごとに畳み込み，足す。

    Args:
        image: 画像 ``(C, H, W)``。
        kernels: ``(K, C, k, k)``。K 組の核から，K 枚の特徴地図ができる。
        stride, padding: ``convolve`` と同じ。

    Returns:
        特徴地図 ``(K, H', W')``。
    """
    maps = [
        sum(
            convolve(channel, kernel, stride, padding)
            for channel, kernel in zip(image, group, strict=True)
        )
        for group in kernels
    ]
    return np.stack(maps)


def max_pool(image: np.ndarray, k: int = 2, stride: int = 2) -> np.ndarray:
    """窓の中の最大の値だけを残す。

    Args:
        image: 地図 ``(H, W)``。
        k: 窓の一辺。
        stride: 何ますおきにずらすか。

    Returns:
        ``(H', W')``。
    """
    return _windows(_map(image), k, stride).max(axis=(2, 3))


def output_side(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    """一辺 n の画像に，一辺 k の窓を置ける場所の数 ⌊(n + 2p − k) / s⌋ + 1。"""
    return (n + 2 * padding - k) // stride + 1


def _map(image: np.ndarray) -> np.ndarray:
    pixels = np.asarray(image, float)
    if pixels.ndim != 2:
        raise ValueError(
            f"画像は (高さ, 幅) の二次元にしてください（受け取った形: {pixels.shape}）。"
            "色のある写真は，一枚のチャンネルを選ぶか，convolve_channels を使います。"
        )
    return pixels


def _windows(image: np.ndarray, k: int, stride: int) -> np.ndarray:
    if min(image.shape) < k or stride < 1:
        raise ValueError(
            f"一辺 {k} の窓を {stride} 画素おきに，{image.shape[0]} × {image.shape[1]} の"
            "画像には置けません。窓を小さくするか，間引きを 1 以上にしてください。"
        )
    return sliding_window_view(image, (k, k))[::stride, ::stride]
