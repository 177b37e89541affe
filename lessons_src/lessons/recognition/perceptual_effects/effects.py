"""章 recognition/perceptual_effects の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lessons.recognition.perceptual_effects.flips import mirror_after_training
from lessons.recognition.perceptual_effects.length import weber_index
from lessons.recognition.perceptual_effects.model import effect_index
from lessons.recognition.perceptual_effects.normalisation import less_than_sum
from lessons.recognition.perceptual_effects.shape_bias import shape_choices

_OWN_CONTROLS = {
    ("configural_superiority", "far"): "configural_superiority_far",
    ("thatcher", "cheeks"): "thatcher_cheeks",
}
"""同じネットワークに，ほかの図形の対を見せる対照。"""


def _compared(name: str, seed: int, control: str = "", **parameters: Any) -> np.ndarray:
    """距離の指数。効果に固有の対照では，学習ずみのネットワークに対照の図形を見せる。"""
    own = _OWN_CONTROLS.get((name, control))
    if own:
        return effect_index(own, seed, "", **parameters)
    return effect_index(name, seed, control, **parameters)


MEASURES: dict[str, Callable[..., Any]] = {
    name: partial(_compared, name)
    for name in (
        "mirror_confusion",
        "configural_superiority",
        "non_accidental",
        "oblique",
        "solid",
        "solid_against_frame",
        "occlusion",
        "global_advantage",
        "thatcher",
    )
} | {
    "weber": weber_index,
    "averaging": less_than_sum,
    "shape_bias": shape_choices,
    "mirror_flips": mirror_after_training,
}
"""約束の名前から，測る関数を引く表。"""
