"""章 recognition/convolution の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from lessons.recognition.convolution.position import recognised

MEASURES: dict[str, Callable[..., Any]] = {
    "new_place": partial(recognised, read_out="gap"),
    "new_place_map": partial(recognised, read_out="map"),
}
"""約束の名前から，測る関数を引く表。"""
