"""章 segmentation/rcnn の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.segmentation.rcnn.counting import compression, scalar_variability

MEASURES: dict[str, Callable[..., Any]] = {
    "count_compression": compression,
    "count_variability": scalar_variability,
}
"""約束の名前から，測る関数を引く表。"""
