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

    勝った場所は，次の競争には加われない（復帰の抑制）。その後の抑制は，目立ちやすさを
    地図の最小の値まで下げ，時間とともに弱まる。だから，地図に同じ数を足しても
    （負の値にしても），道すじは変わらない。``nearness`` が正なら，いまの場所に近い所ほど
    選ばれやすい（Koch と Ullman の近さの規則）。

    Args:
        saliency: 顕著性地図 ``(h, w)``。有限の数で，ますは二つ以上。
        count: 移る回数。
        inhibit: 偽なら復帰の抑制を切る。
        recovery: 抑制が弱まる時定数。
        limit: そっくりな候補で迷い続けるときに，先頭の候補へ移る時間。
        nearness: 近い所への上乗せの大きさ。
        width: 上乗せの広がり（ます）。

    Raises:
        ValueError: 地図の形が違うとき，有限でない数があるとき。
    """
    S = np.asarray(saliency, float)  # (h, w)
    if S.ndim != 2 or S.size < 2 or not np.isfinite(S).all():
        raise ValueError(
            "saliency は，有限の数を並べた (縦, 横) の地図で，ますを二つ以上にしてください"
            f"（受け取った形: {S.shape}）。"
        )
    rows, columns = np.indices(S.shape)
    suppressed, bonus = np.zeros_like(S), np.zeros_like(S)
    just_seen: list[int] = []  # いま見た場所は，次の競争に加われない
    path: list[Shift] = []
    for _ in range(count):
        strength = S + bonus
        lowest = strength.min()
        x = lowest + (strength - lowest) * (1 - suppressed)
        racing = np.delete(np.arange(S.size), just_seen)
        field = x.ravel()[racing]
        time = min(settling_time(field), limit) if field.size > 1 else 0.0
        winner = int(racing[field.argmax()])
        row, column = divmod(winner, S.shape[1])
        path.append(Shift(row, column, time))
        suppressed *= np.exp(-time / recovery)
        if inhibit:
            suppressed[row, column] = 1.0
            just_seen = [winner]
        distance = (rows - row) ** 2 + (columns - column) ** 2
        bonus = nearness * np.exp(-distance / (2 * width**2))
    return path


def revisit_rate(seed: int, *, inhibit: bool = True, count: int = 6) -> float:
    """乱数の地図（6 × 6）で注意を動かしたとき，前に見た場所へ戻った割合。"""
    S = np.random.default_rng(seed).random((6, 6))
    places = [(s.row, s.column) for s in shifts(S, count, inhibit=inhibit)]
    return float(np.mean([p in places[:i] for i, p in enumerate(places) if i]))
