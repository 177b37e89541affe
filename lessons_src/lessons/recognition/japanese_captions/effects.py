"""章 recognition/japanese_captions の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.recognition.japanese_captions.model import (
    basic_accuracy,
    confusion_within_basic,
)

MEASURES: dict[str, Callable[..., Any]] = {
    "confusion_within_basic": confusion_within_basic,
    "basic_naming": basic_accuracy,
}
"""約束の名前から，測る関数を引く表。"""
