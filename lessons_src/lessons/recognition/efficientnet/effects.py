"""章 recognition/efficientnet の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.recognition.efficientnet.consistency import digit_hits, kappa, pixel_hits
from lessons.recognition.efficientnet.profile import (
    answers,
    chosen,
    likeness,
    people,
    right,
)


def human_profile(
    seed: int, control: str = "", *, layer: str = "gap", size: float = 1.0
) -> float:
    """14 の条件の正答率の形が，人間に近いか。"""
    concepts, style = chosen(seed)
    said = answers(concepts, style, control, seed=seed, layer=layer, size=size)
    return likeness(right(said).mean(axis=1), people())


def error_consistency(
    seed: int, control: str = "", *, blocks: int = 3, steps: int = 100
) -> float:
    """別々に学習した，近道のあるネットとないネットの，間違いの一致。

    対照は ``permuted``（片方の絵の順を混ぜる），``untrained``（片方は学習しない），
    ``pixels``（片方は，画素の平均との近さで答える）。
    """
    first = digit_hits("residual", seed, blocks=blocks, steps=steps)
    if control == "pixels":
        return kappa(first, pixel_hits())
    steps = 0 if control == "untrained" else steps
    second = digit_hits("plain", seed + 100_000, blocks=blocks, steps=steps)
    if control == "permuted":
        second = np.random.default_rng(seed).permutation(second)
    return kappa(first, second)


MEASURES: dict[str, Callable[..., Any]] = {
    "human_profile": human_profile,
    "error_consistency": error_consistency,
}
"""約束の名前から，測る関数を引く表。"""
