"""章 attention/saliency の効果。"""

from __future__ import annotations

from collections.abc import Callable

from lessons.attention.saliency import search as lab
from lessons.attention.saliency.without_rule import tilt_asymmetry, without_rule


def conjunction_cost(seed: int, control: str = "", *, few: int, many: int) -> float:
    """項目が ``few`` 個から ``many`` 個に増えたときの，視線の移動の増え方（回）。

    Args:
        seed: 画面の種。
        control: ``"random"`` なら，絵を見ずに項目を訪ねる。
        few, many: 項目の数。
    """
    model, random = lab.conjunction_cost(seed, displays=8, few=few, many=many)
    return random if control == "random" else model


MEASURES: dict[str, Callable[..., float]] = {
    "conjunction_cost": conjunction_cost,
    "pop_out_without_rule": without_rule,
    "saliency_tilt": tilt_asymmetry,
    "pop_out": lambda seed, control="": lab.pop_out_accuracy(seed, displays=4) - 1 / 25,
    "return_inhibition": lambda seed, control="": lab.returns_on_displays(
        seed, displays=2
    ),
}
"""約束の名前から，測る関数を引く表。"""
