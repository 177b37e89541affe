"""章 attention/self_attention の効果。"""

from __future__ import annotations

from collections.abc import Callable

from lessons.attention.self_attention import feature_query, learned_query
from lessons.attention.self_attention import model as self_attention


def _equal_noise(
    seed: int, control: str = "", *, noise: float, **options: int
) -> float:
    return learned_query.colour_first(
        seed, control, colour=noise, tilt=noise, **options
    )


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
    "learned_colour_first": learned_query.colour_first,
    "learned_equal_noise": _equal_noise,
    "scaled_product": lambda seed, control="": (
        self_attention.softmax_gradient(512, seed)
        / self_attention.softmax_gradient(512, seed, scaled=False)
        - 1
    ),
}
"""約束の名前から，測る関数を引く表。"""
