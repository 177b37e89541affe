"""章 attention/winner_take_all の効果。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.attention.winner_take_all import attention_shifts
from lessons.attention.winner_take_all import model as wta
from lessons.attention.winner_take_all.crowding import bouma

_NUMBERS = (2, 4, 8, 16, 32)


def _slope(seed: int, contrast: float) -> float:
    """候補の数が 2 倍になるごとに延びる時間。"""
    times = [wta.decision_time(contrast, seed, n, trials=100) for n in _NUMBERS]
    return float(np.polyfit(np.log2(_NUMBERS), times, 1)[0])


def more_items_faster(
    seed: int, control: str = "", *, contrast: float, many: int
) -> float:
    """決まるまでの時間の差（候補 4 個 − ``many`` 個）。多いほど速ければ正。

    Args:
        seed: 乱数の種。
        control: ``"same"`` なら，候補の数を変えず，別の乱数で測る。
        contrast: 標的のコントラスト。
        many: 多い方の候補の数。
    """
    number = 4 if control == "same" else many
    few = wta.decision_time(contrast, seed, 4)
    return few - wta.decision_time(contrast, seed + 500, number)


def _fixed_window(seed: int, control: str = "", **options: Any) -> float:
    """窓の大きさを偏心度で変えないときの，ボーマの係数。"""
    return bouma(seed, control or "fixed", **options)


MEASURES: dict[str, Callable[..., float]] = {
    "salient_is_faster": lambda seed, control="": (
        wta.decision_time(0.1, seed) / wta.decision_time(0.8, seed) - 1
    ),
    "salient_is_surer": lambda seed, control="": (
        wta.decision_accuracy(0.8, seed) - wta.decision_accuracy(0.1, seed)
    ),
    "similar_distractors": lambda seed, control="": (
        _slope(seed, 0.4) / _slope(seed, 0.8) - 1
    ),
    "more_items_faster": more_items_faster,
    "crowding_bouma": bouma,
    "crowding_fixed_window": _fixed_window,
    "inhibited_winner": lambda seed, control="": attention_shifts.revisit_rate(seed),
}
"""約束の名前から，測る関数を引く表。"""
