"""章 basics/cross_entropy の効果。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.basics.cross_entropy import dot_patterns
from lessons.basics.cross_entropy import model as ce


def _ratio(steps: Callable[..., int], seed: int, **options: Any) -> float:
    """更新の回数の比（二乗誤差 ÷ 交差エントロピー）。"""
    fast, slow = (steps(loss, seed, **options) for loss in ce.LOSSES)
    return slow / fast


def _fewest(loss: str, seed: int, hidden: int, scale: float) -> int:
    """候補の学習率を ``scale`` 倍して，いちばん速いものでの更新の回数。"""
    X, t = ce.contiguity()
    net, best = ce.fresh(seed, hidden=hidden), ce.LIMIT
    for rate in reversed(ce.RATES):
        learned = ce.learn(
            net, X, t, loss, scale * rate, best, lambda good: good >= ce.CRITERION
        )
        best = min(best, learned[1])
    return best


def best_rate_speed(
    seed: int, control: str = "", *, hidden: int, scale: float
) -> float:
    """最もよい学習率どうしの，更新の回数の比の対数（底は 2）。

    Args:
        seed: 始めの重みの種。
        control: ``"doubled"`` なら，2 倍にした二乗誤差を，交差エントロピーの代わりにする。
        hidden: 隠れ層の単位の数。
        scale: 学習率の候補に掛ける数。
    """
    slow = _fewest("squared_error", seed, hidden, scale)
    if control == "doubled":  # 誤差を 2 倍にすることは，学習率を 2 倍にすることに等しい
        fast = _fewest("squared_error", seed, hidden, 2 * scale)
    else:
        fast = _fewest("cross_entropy", seed, hidden, scale)
    return float(np.log2(slow / fast))


def _hypercorrection(seed: int) -> float:
    """自信のある誤りが，ない誤りより少ない回数で直れば，正の数。"""
    rng = np.random.default_rng(seed)
    unsure, sure = -rng.uniform(0.2, 1.0), -rng.uniform(3.0, 6.0)
    first, second = (ce.updates_to_flip("cross_entropy", a) for a in (unsure, sure))
    return float(first - second)


MEASURES: dict[str, Callable[..., Any]] = {
    "prototype_advantage": dot_patterns.prototype_advantage,
    "prototype_advantage_stored": dot_patterns.prototype_advantage,
    "category_size": dot_patterns.category_size_effect,
    "same_rate_speed": lambda seed, control="": _ratio(ce.steps_to_criterion, seed),
    "best_rate_speed": best_rate_speed,
    "misled_speed": lambda seed, control="": _ratio(
        ce.fewest_steps, seed, start="misled"
    ),
    "hypercorrection": lambda seed, control="": _hypercorrection(seed),
}
"""約束の名前から，測る関数を引く表。"""
