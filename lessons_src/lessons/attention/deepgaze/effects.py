"""章 attention/deepgaze の効果。"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from lessons.attention.deepgaze.center_bias import Scores, experiment


@lru_cache(maxsize=32)
def _scores(seed: int) -> Scores:
    return experiment(seed)


MEASURES: dict[str, Callable[..., float]] = {
    "center_bias": lambda seed, control="": (
        _scores(seed).centered - _scores(seed).plain
    ),
    "shuffled_auc": lambda seed, control="": (
        _scores(seed).shuffled_centered - _scores(seed).shuffled_plain
    ),
}
"""約束の名前から，測る関数を引く表。どれも式からそのまま出るので，対照はない。"""
