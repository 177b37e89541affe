"""章 segmentation/fpn の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.segmentation.fpn.forest import large_first
from lessons.segmentation.fpn.one_shot import matched

MEASURES: dict[str, Callable[..., Any]] = {
    "one_shot_size": matched,
    "one_shot_size_window": matched,
    "forest_before_trees": large_first,
}
"""約束の名前から，測る関数を引く表。"""
