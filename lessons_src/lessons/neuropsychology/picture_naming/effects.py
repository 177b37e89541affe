"""章 neuropsychology/picture_naming の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.neuropsychology.picture_naming import measures

MEASURES: dict[str, Callable[..., Any]] = {
    "naming_semantic_errors": measures.semantic_errors,
    "naming_severity": measures.severity,
    "naming_mixed_errors": measures.mixed_errors,
    "naming_frequency": measures.frequency,
    "naming_colour": measures.colour,
    "naming_colour_line_readout": measures.colour,
    "naming_colour_for_produce": measures.colour_for_produce,
}
"""約束の名前から，測る関数を引く表。"""
