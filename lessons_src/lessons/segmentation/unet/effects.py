"""章 segmentation/unet の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.segmentation.unet.ownership import ownership

MEASURES: dict[str, Callable[..., Any]] = dict.fromkeys(
    (
        "border_ownership_line",
        "border_ownership_line_no_skip",
        "border_ownership_solid",
    ),
    ownership,
)
"""約束の名前から，測る関数を引く表。"""
