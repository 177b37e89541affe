"""注意の移動：勝った場所を抑え，次に目立つ場所へ移る。

Koch・Ullman（1985）の，顕著性・復帰の抑制・近さの三つの規則で，注意を動かす。
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lessons.attention.winner_take_all.model import settling_time


class Shift(NamedTuple):
    """注意が移った場所（行，列）と，そこに決まるまでの時間。"""

    row: int
    column: int
    time: float


def shifts(
    saliency: ArrayLike,
    count: int,
    *,
    inhibit: bool = True,
    recovery: float = 400.0,
    limit: float = 100.0,
    nearness: float = 0.0,
    width: float = 1.5,
) -> list[Shift]:
    """顕著性地図の上で，注意を ``count`` 回移す。

    勝った場所は抑えられ（復帰の抑制），抑制は時間とともに弱まる。``nearness`` が正なら，
    いまの場所に近い所ほど選ばれやすい（Koch と Ullman の近さの規則）。

    Args:
        saliency: 顕著性地図 ``(h, w)``。
        count: 移る回数。
        inhibit: 偽なら復帰の抑制を切る。
        recovery: 抑制が弱まる時定数。
        limit: そっくりな候補で迷い続けるときに，先頭の候補へ移る時間。
        nearness: 近い所への上乗せの大きさ。
        width: 上乗せの広がり（ます）。
    """
    S = np.asarray(saliency, float)  # (h, w)
    rows, columns = np.indices(S.shape)
    suppressed, bonus = np.zeros_like(S), np.zeros_like(S)
    path: list[Shift] = []
    for _ in range(count):
        x = ((S + bonus) * (1 - suppressed)).ravel()
        time = min(settling_time(x), limit)
        row, column = divmod(int(x.argmax()), S.shape[1])
        path.append(Shift(row, column, time))
        suppressed *= np.exp(-time / recovery)
        if inhibit:
            suppressed[row, column] = 1.0
        distance = (rows - row) ** 2 + (columns - column) ** 2
        bonus = nearness * np.exp(-distance / (2 * width**2))
    return path


def revisit_rate(seed: int, *, inhibit: bool = True, count: int = 6) -> float:
    """乱数の地図（6 × 6）で注意を動かしたとき，前に見た場所へ戻った割合。"""
    S = np.random.default_rng(seed).random((6, 6))
    places = [(s.row, s.column) for s in shifts(S, count, inhibit=inhibit)]
    return float(np.mean([p in places[:i] for i, p in enumerate(places) if i]))
