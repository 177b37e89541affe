"""章 basics/softmax の効果。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lessons.basics.softmax import model as sm
from lessons.basics.softmax.choices import (
    celebrity_choices,
    softmax_people,
    temperature_ratio,
    unseen_pairs,
)
from lessons.basics.softmax.typical import entropy_and_goodness
from lessons.basics.softmax.winners import choice_payoff, noisy_winners, winner_share

_BOXES = (0.7, 0.3)
_MATCHING = 0.4 / np.log(0.7 / 0.3)  # 0.7 の箱を 7 割選ぶ温度


def _gap_of_noisy_winners(seed: int) -> float:
    """雑音つきの勝者の割合と，ソフトマックス関数の確率との，最大の差。"""
    rng = np.random.default_rng(seed)
    x, count = rng.normal(size=5), 20_000
    winners = noisy_winners(x, 0.7, count, rng)
    share = np.bincount(winners, minlength=5) / count
    return float(np.abs(share - sm.softmax(x, 0.7)).max())


def _loss_by_matching(seed: int) -> float:
    """最大化と比べて，確率マッチングで減る当たりの割合。"""
    best = choice_payoff(_BOXES, 0.02, seed)
    return best - choice_payoff(_BOXES, _MATCHING, seed)


def _similar_pairs(seed: int) -> float:
    """一つの温度で選ぶ 234 人の答えから読み取った，温度の比の対数（違う分野 ÷ 同じ分野）。"""
    _, share = celebrity_choices()
    return temperature_ratio(softmax_people(share, np.random.default_rng(seed)))


MEASURES: dict[str, Callable[..., Any]] = {
    "zero_temperature": lambda seed, control="": winner_share(0.01, seed),
    "gumbel_winners": lambda seed, control="": _gap_of_noisy_winners(seed),
    "matching_loss": lambda seed, control="": _loss_by_matching(seed),
    "choice_similar_pairs": lambda seed, control="": _similar_pairs(seed),
    "choice_unseen_pairs": unseen_pairs,
    "entropy_typicality": entropy_and_goodness,
}
"""約束の名前から，測る関数を引く表。初めの四つは式からそのまま出るので，対照はない。"""
