"""章 segmentation/one_stage の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.segmentation.one_stage.crowding import crowding, crowding_at_the_edge
from lessons.segmentation.one_stage.subitizing import subitizing

MEASURES: dict[str, Callable[..., Any]] = {
    "one_stage_crowding": crowding,
    "one_stage_crowding_edge": crowding_at_the_edge,
    "one_stage_subitizing": subitizing,
}
"""約束の名前から，測る関数を引く表。"""
