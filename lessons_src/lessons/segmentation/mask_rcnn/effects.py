"""章 segmentation/mask_rcnn の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.segmentation.mask_rcnn.behind import completion, painted

MEASURES: dict[str, Callable[..., Any]] = {
    "amodal_paint": painted,
    "amodal_index": completion,
}
"""約束の名前から，測る関数を引く表。"""
