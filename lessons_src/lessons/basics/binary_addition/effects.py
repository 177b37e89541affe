"""章 basics/binary_addition の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable

from lessons.basics.binary_addition import memory, mistakes

MEASURES: dict[str, Callable[..., float]] = {
    "carry_errors": mistakes.carry_errors,
    "carry_errors_matched": mistakes.carry_errors_matched,
    "carry_readout": memory.carry_readout,
    "carry_push": memory.carry_push,
}
"""約束の名前から，測る関数を引く表。"""
