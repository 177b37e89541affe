"""章 attention/self_attention の効果。"""

from __future__ import annotations

from collections.abc import Callable

from lessons.attention.self_attention import feature_query
from lessons.attention.self_attention import model as self_attention

MEASURES: dict[str, Callable[..., float]] = {
    "other_colour_ignored": lambda seed, control="": feature_query.slope(
        "green", ("red",), seed
    ),
    "same_colour_counts": lambda seed, control="": feature_query.slope(
        "red", ("red",), seed
    ),
    "same_colour_vertical": lambda seed, control="": feature_query.slope(
        "red", ("red", "vertical"), seed
    ),
    "scaled_product": lambda seed, control="": (
        self_attention.softmax_gradient(512, seed)
        / self_attention.softmax_gradient(512, seed, scaled=False)
        - 1
    ),
}
"""約束の名前から，測る関数を引く表。どれも式からそのまま出るので，対照はない。"""
