"""章 attention/attention_as_softmax の効果。"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lessons.attention.attention_as_softmax.two_objects import trials


def _gain(seed: int, condition: str) -> float:
    """注意を向けた物の名前の確率が，注意なしより増えた分。"""
    with_attention, without = (
        np.mean([trial.attended for trial in trials(seed, kind)])
        for kind in (condition, "なし")
    )
    return float(with_attention - without)


MEASURES: dict[str, Callable[..., float]] = {
    "place_cue": lambda seed, control="": _gain(seed, "場所"),
    "name_cue": lambda seed, control="": _gain(seed, "名前"),
}
"""約束の名前から，測る関数を引く表。どれも式からそのまま出るので，対照はない。"""
