"""章 segmentation/tasks の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.segmentation.tasks.animals import animal_advantage

MEASURES: dict[str, Callable[..., Any]] = {"animal_advantage": animal_advantage}
"""約束の名前から，測る関数を引く表。"""
