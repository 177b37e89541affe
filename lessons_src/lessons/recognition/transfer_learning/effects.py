"""章 recognition/transfer_learning の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.recognition.transfer_learning.characters import one_shot
from lessons.recognition.transfer_learning.typicality import gradient

MEASURES: dict[str, Callable[..., Any]] = {
    "transfer_one_shot": one_shot,
    "transfer_typicality": gradient,
}
"""約束の名前から，測る関数を引く表。"""
