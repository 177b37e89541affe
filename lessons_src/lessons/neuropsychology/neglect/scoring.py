"""採点：左右の見落とし，消した物の重心（CoC），検査の点数と境の点。"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lessons.stimuli.paper import WIDTH

MOST = {"線": 36, "字": 40, "星": 54, "模写": 4, "二等分": 9, "描画": 3}
"""検査ごとの満点。和は 146。"""
CUT_OFF = {"線": 34, "字": 34, "星": 51, "模写": 3, "二等分": 7, "描画": 2}
"""日本版の境の点。この点以下を異常の疑いとする。和は 131。"""
COC_CUT_OFF = 0.083
"""字の抹消の CoC の境（Rorden & Karnath 2010）。これを超えると無視とみなす。"""


def centre_of_cancellation(x: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    """消した物の重心 CoC（Rorden & Karnath 2010）。

    全部の標的の平均を 0，いちばん左の標的を −1，いちばん右を 1 とする目盛りで，消した標的の
    位置を平均する。

    Args:
        x: 標的の横の位置 ``(n,)``。
        hit: 消したか ``(n,)``。

    Returns:
        −1〜1。すべて消せば 0。左を見落とすほど 1 に近い。一つも消さなければ ``nan``。
    """
    x = np.asarray(x, float)
    if len(x) != len(hit) or len(x) < 2 or np.ptp(x) == 0:
        raise ValueError(
            "CoC には，横の位置が違う二つ以上の標的と，同じ数の hit が要ります"
            f"（位置 {len(x)} 個，hit {len(hit)} 個）。"
        )
    centred = x - x.mean()
    half = np.ptp(x) / 2
    return float((centred / half)[hit].mean()) if np.any(hit) else float("nan")


def omissions(x: NDArray[np.float64], hit: NDArray[np.bool_]) -> tuple[float, float]:
    """紙の左半分と右半分の，見落としの割合。"""
    left = np.asarray(x) < WIDTH / 2
    return float(1 - hit[left].mean()), float(1 - hit[~left].mean())


def bisection_points(error: float, length: float = 205.0) -> int:
    """線の二等分の点（一本 3 点）：真ん中からのずれ（mm）が小さいほど高い。

    ずれが 1/2 インチまで 3 点，3/4 まで 2 点，1 インチまで 1 点。
    """
    limits = np.array([12.7, 19.05, 25.4]) * length / 205.0
    return int((abs(error) <= limits).sum())
