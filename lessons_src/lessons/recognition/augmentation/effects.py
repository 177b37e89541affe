"""章 recognition/augmentation の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.recognition.augmentation.letters import mirror_confusions
from lessons.recognition.augmentation.rotation import tolerance_to_turns

MEASURES: dict[str, Callable[..., Any]] = {
    "augmentation_letters": mirror_confusions,
    "augmentation_letters_unflipped": mirror_confusions,
    "augmentation_letters_up_down": mirror_confusions,
    "augmentation_turns": tolerance_to_turns,
    "augmentation_turns_transfer": tolerance_to_turns,
}
"""約束の名前から，測る関数を引く表。"""
