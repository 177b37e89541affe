"""章 readings/bitter_lesson の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.readings.bitter_lesson.practice import (
    averaging_bias,
    exponential_advantage,
)

MEASURES: dict[str, Callable[..., Any]] = {
    "practice_exponential": exponential_advantage,
    "practice_averaging": averaging_bias,
}
"""約束の名前から，測る関数を引く表。"""
