"""顕著性地図の上を動く視線：勝者占有と，復帰の抑制。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

TAU = 30.0
"""勝者占有の神経細胞が，いちばん目立つ場所で発火するまでの時間（ms）。"""
TAU_RETURN = 1000.0
"""復帰の抑制が弱まる時定数（ms）。およそ 700 ms で半分になる。"""


@dataclass(frozen=True)
class Fixation:
    """視線が止まった場所（元の絵の画素）と，そこに移った時刻（ms）。"""

    x: float
    y: float
    time: float


def scanpath(
    S: ArrayLike,
    size: tuple[int, int],
    duration: float = 500,
    *,
    inhibit: bool = True,
    found: Callable[[Fixation], bool] | None = None,
) -> list[Fixation]:
    """勝者占有回路を 1 ms ずつ動かし，視線の道すじを返す。

    Args:
        S: 顕著性地図 ``(h, w)``。
        size: 元の絵の大きさ ``(H, W)``。注意の円の半径は，短い辺の 6 分の 1。
        duration: 動かす時間（ms）。
        inhibit: 偽なら復帰の抑制を切る。
        found: 真を返す視線があれば，そこで止める。省くと ``duration`` まで動かす。

    Returns:
        視線の列。平らな地図では空の列。
    """
    v = np.asarray(S, float)
    v = v / max(v.max(), 1e-12)  # いちばん目立つ場所を 1 にする (h, w)
    rows, columns = np.indices(v.shape) + 0.5
    y = rows * size[0] / v.shape[0]  # 元の絵の画素で表した場所 (h, w)
    x = columns * size[1] / v.shape[1]
    u = np.zeros_like(v)  # 勝者占有の層の膜電位 (h, w)
    h = np.zeros_like(v)  # 復帰の抑制 (h, w)
    path: list[Fixation] = []
    for t in range(1, int(duration) + 1):
        u += v * (1 - h) / TAU  # 目立つ場所ほど速くたまる
        if u.max() >= 1:  # 最初に 1 に届いた場所が勝つ
            k = np.unravel_index(u.argmax(), u.shape)
            path.append(Fixation(float(x[k]), float(y[k]), float(t)))
            if found is not None and found(path[-1]):
                break
            u[:] = 0  # 全体の抑制：競争をやり直す
            if inhibit:  # 局所の抑制：いま見た円の中を弱める
                near = np.hypot(x - x[k], y - y[k]) <= min(size) / 6
                h = np.where(near, 1.0, h)
        h *= np.exp(-1 / TAU_RETURN)
    return path
