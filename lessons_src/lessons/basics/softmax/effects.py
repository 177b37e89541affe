"""章 basics/softmax の効果。"""

from __future__ import annotations

import numpy as np

from lessons.basics.softmax import model as sm
from lessons.basics.softmax.winners import choice_payoff, noisy_winners, winner_share
from lessons.effects.live import Effect

_CHAPTER = "basics/softmax"
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


EFFECTS = [
    Effect(
        name="温度を 0 に近づけると，勝者占有になる",
        chapter=_CHAPTER,
        paper="Bridle（1990）",
        reported="ソフトマックス関数は，最大を選ぶ勝者占有を，微分できるように広げたもの",
        quantity=(
            "温度 0.01 で，10 個の乱数の値のうち最大のものがもらう確率。"
            "式からそのまま出る"
        ),
        measure=lambda seed: winner_share(0.01, seed),
        low=0.99,
    ),
    Effect(
        name="二重指数分布の雑音を足した勝者は，ソフトマックス関数に従う",
        chapter=_CHAPTER,
        paper="Yellott（1977）",
        reported="雑音が二重指数分布のとき，Thurstone の考え方は Luce の公理と一致する",
        quantity="2 万回の勝者の割合と，式の確率との，最大の差。数学の定理の確かめ",
        measure=_gap_of_noisy_winners,
        high=0.015,
    ),
    Effect(
        name="確率マッチングは，最大化より当たりが少ない",
        chapter=_CHAPTER,
        paper="Vulkan（2000）",
        reported="確率マッチングは，当たりやすい方をいつも選ぶより当たりが少ない",
        quantity="当たりの割合の差（最大化 − マッチング）。式からそのまま出て，0.12",
        measure=_loss_by_matching,
        low=0.05,
        high=0.2,
    ),
]
