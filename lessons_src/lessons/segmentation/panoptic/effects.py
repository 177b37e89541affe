"""章 segmentation/panoptic の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.segmentation.panoptic.consistency import consistency

MEASURES: dict[str, Callable[..., Any]] = {"scene_consistency": consistency}
"""約束の名前から，測る関数を引く表。"""
