"""章 attention/winner_take_all の効果。"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lessons.attention.winner_take_all import attention_shifts
from lessons.attention.winner_take_all import model as wta
from lessons.effects.live import Effect

_CHAPTER = "attention/winner_take_all"
_BUETTI = "Buetti ら（2016）"
_NUMBERS = (2, 4, 8, 16, 32)


def _slope(seed: int, contrast: float) -> float:
    """候補の数が 2 倍になるごとに延びる時間。"""
    times = [wta.decision_time(contrast, seed, n, trials=100) for n in _NUMBERS]
    return float(np.polyfit(np.log2(_NUMBERS), times, 1)[0])


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
    "inhibited_winner": lambda seed, control="": attention_shifts.revisit_rate(seed),
}
"""約束の名前から，測る関数を引く表。どれも式からそのまま出るので，対照はない。"""

EFFECTS = [
    Effect(
        name="一つだけ違うものを探すときは，項目が多いほど速い",
        chapter=_CHAPTER,
        paper=_BUETTI,
        reported="違うものを探すように言われると，項目が増えるほど反応時間が短くなった",
        quantity="決まるまでの時間の差（候補 32 個 − 4 個）",
        measure=lambda seed: (
            wta.decision_time(0.4, seed, 32) - wta.decision_time(0.4, seed, 4)
        ),
        high=0,
        shown=False,
    ),
]
