"""単純細胞と複雑細胞：位置を決めて応じる細胞と，位置をまとめて応じる細胞。

Hubel & Wiesel (1962) は，複雑細胞が，同じ傾きを好む単純細胞を集めてできると考えた。
"""

from __future__ import annotations

import numpy as np


def grating(
    side: int, angle: float, frequency: float, phase: float = 0.0
) -> np.ndarray:
    """正弦波の縞 ``(side, side)``，−1〜1。

    Args:
        side: 一辺（画素）。
        angle: 傾き（度）。0 は縦の縞，90 は横の縞。
        frequency: 細かさ（画素あたりの周期の数）。
        phase: 位相（ラジアン）。
    """
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    turn = np.deg2rad(angle)
    across = x * np.cos(turn) + y * np.sin(turn)
    return np.cos(2 * np.pi * frequency * across + phase)


def gabor(side: int, angle: float, frequency: float, phase: float = 0.0) -> np.ndarray:
    """ガボールフィルター ``(side, side)``。縞に，まるい窓を掛けて，平均を 0 にする。

    引数は ``grating`` と同じ。
    """
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    window = np.exp(-(x**2 + y**2) / (2 * (side / 5) ** 2))
    found = window * grating(side, angle, frequency, phase)
    return found - window * found.sum() / window.sum()


def modulation(r: np.ndarray) -> float:
    """応答の揺れ：縞が流れるときの，応答の揺れの大きさ ÷ 平均（F1/F0）。

    Skottun ら (1991) は，1 より大きければ単純細胞，小さければ複雑細胞とした。

    Args:
        r: 位相を一まわり変えたときの応答 ``(N,)``。

    Raises:
        ValueError: 応答の平均が 0 以下のとき。
    """
    r = np.asarray(r, float)
    if r.mean() <= 0:
        raise ValueError(
            "応答の平均が 0 以下です。縞の傾きと細かさを，細胞に合わせてください。"
        )
    phase = 2 * np.pi * np.arange(len(r)) / len(r)
    return float(2 * np.abs(np.mean(r * np.exp(-1j * phase))) / r.mean())
