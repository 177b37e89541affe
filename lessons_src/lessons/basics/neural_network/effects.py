"""章 basics/neural_network の効果。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessons.basics.neural_network.categories import study


def nonlinear_advantage(seed: int, control: str = "", **parameters: Any) -> float:
    """学んだ後の正答率：直線で分けられない類 − 分けられる類。"""
    linear, nonlinear = (
        study(name, seed, control, **parameters)[1] for name in ("linear", "nonlinear")
    )
    return nonlinear - linear


def type_iv_difficulty(seed: int, control: str = "", **parameters: Any) -> float:
    """学ぶ間の誤りの割合：型 IV（直線で分けられる） − 型 III（分けられない）。"""
    errors = []
    for name in ("type_iii", "type_iv"):
        right, after = study(name, seed, control, **parameters)
        errors.append(1 - (right.mean() if right.size else after))
    return float(errors[1] - errors[0])


MEASURES: dict[str, Callable[..., float]] = {
    "nonlinear_advantage_tanh": nonlinear_advantage,
    "nonlinear_advantage_relu": nonlinear_advantage,
    "nonlinear_advantage_perceptron": nonlinear_advantage,
    "type_iv_difficulty": type_iv_difficulty,
}
"""約束の名前から，測る関数を引く表。"""
