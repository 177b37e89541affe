"""章 recognition/feature_visualization の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.recognition.feature_visualization import tuning
from lessons.recognition.feature_visualization.model import learned


def oriented(seed: int, control: str = "", **parameters: Any) -> float:
    """学んだフィルターの，傾きの選択性の中央値。引数は ``model.learned`` と同じ。"""
    r = tuning.responses(learned(seed, control, **parameters))
    return float(np.median(tuning.selectivity(r)))


def cardinal(seed: int, control: str = "", **parameters: Any) -> float:
    """縦横を好むフィルターの割合 − 斜めを好む割合。引数は ``model.learned`` と同じ。"""
    return tuning.cardinal(tuning.responses(learned(seed, control, **parameters)))


MEASURES: dict[str, Callable[..., Any]] = {
    "oriented_filters": oriented,
    "cardinal_filters": cardinal,
}
"""約束の名前から，測る関数を引く表。"""
