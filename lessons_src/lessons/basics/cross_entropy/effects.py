"""章 basics/cross_entropy の効果。"""

from __future__ import annotations

import numpy as np

from lessons.basics.cross_entropy import dot_patterns
from lessons.basics.cross_entropy import model as ce
from lessons.effects.live import Effect

_CHAPTER = "basics/cross_entropy"
_SOLLA = "Solla, Levin & Fleisher（1988）"


def _same_rate(seed: int) -> float:
    fast, slow = (ce.steps_to_criterion(loss, seed) for loss in ce.LOSSES)
    return slow / fast


def _best_rates(seed: int, start: str) -> float:
    fast, slow = (ce.fewest_steps(loss, seed, start) for loss in ce.LOSSES)
    return slow / fast


def _hypercorrection(seed: int) -> float:
    """自信のある誤りが，ない誤りより少ない回数で直れば，正の数。"""
    rng = np.random.default_rng(seed)
    unsure, sure = -rng.uniform(0.2, 1.0), -rng.uniform(3.0, 6.0)
    first, second = (ce.updates_to_flip("cross_entropy", a) for a in (unsure, sure))
    return float(first - second)


EFFECTS = [
    Effect(
        name="交差エントロピーは，二乗誤差より少ない更新で覚える（同じ学習率）",
        chapter=_CHAPTER,
        paper=_SOLLA,
        reported="隣接問題の学習の時間が，二乗誤差より大きく減った",
        quantity="正答率 95 % までの更新の回数の比（二乗誤差 ÷ 交差エントロピー）",
        measure=_same_rate,
        low=1.25,
    ),
    Effect(
        name="それぞれに最もよい学習率でも，交差エントロピーが速い（まっさらから）",
        chapter=_CHAPTER,
        paper=_SOLLA,
        reported="隣接問題の学習の時間が，二乗誤差より大きく減った",
        quantity="正答率 95 % までの更新の回数の比（二乗誤差 ÷ 交差エントロピー）",
        measure=lambda seed: _best_rates(seed, "fresh"),
        low=1.25,
        shown=False,
    ),
    Effect(
        name="自信のある誤りからの学び直しは，交差エントロピーがずっと速い",
        chapter=_CHAPTER,
        paper=_SOLLA,
        reported="交差エントロピーでは，誤差の地形が急である",
        quantity="最もよい学習率での回数の比（二乗誤差 ÷ 交差エントロピー，上限 500 回）",
        measure=lambda seed: _best_rates(seed, "misled"),
        low=3,
    ),
    Effect(
        name="自信のある誤りほど，よく直る（過剰修正効果）",
        chapter=_CHAPTER,
        paper="Butterfield & Metcalfe（2001）",
        reported="自信をもって間違えた答えほど，正解を教わったあとで直っていた",
        quantity="直るまでの回数の差（自信のない誤り − 自信のある誤り）",
        measure=_hypercorrection,
        low=1,
        shown=False,
    ),
]

MEASURES = {
    "prototype_advantage": dot_patterns.prototype_advantage,
    "category_size": dot_patterns.category_size_effect,
}
"""約束の名前から，測る関数を引く表。"""
