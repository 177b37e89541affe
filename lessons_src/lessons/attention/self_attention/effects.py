"""章 attention/self_attention の効果。"""

from __future__ import annotations

from collections.abc import Callable

from lessons.attention.self_attention import feature_query
from lessons.attention.self_attention import model as self_attention
from lessons.effects.live import Effect

_CHAPTER = "attention/self_attention"
_PAPER = "Kaptein ほか（1995）"
_REPORTED = (
    "色と傾きの組み合わせを探す時間は，標的と同じ色の項目の数とともに増え，"
    "違う色の項目の数にはよらなかった"
)

MEASURES: dict[str, Callable[..., float]] = {
    "other_colour_ignored": lambda seed, control="": feature_query.slope(
        "green", ("red",), seed
    ),
    "same_colour_counts": lambda seed, control="": feature_query.slope(
        "red", ("red",), seed
    ),
    "scaled_product": lambda seed, control="": (
        self_attention.softmax_gradient(512, seed)
        / self_attention.softmax_gradient(512, seed, scaled=False)
        - 1
    ),
}
"""約束の名前から，測る関数を引く表。どれも式からそのまま出るので，対照はない。"""

EFFECTS = [
    Effect(
        name="同じ色の項目が増えると，調べる数が増える（問いは「赤と縦」）",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported=_REPORTED,
        quantity="同じ色の項目が一つ増えたときに増える，調べる項目の数",
        measure=lambda seed: feature_query.slope("red", ("red", "vertical"), seed),
        low=0.3,
        shown=False,
    ),
]
