"""章 attention/winner_take_all の効果。"""

from __future__ import annotations

import numpy as np

from lessons.attention.winner_take_all import attention_shifts
from lessons.attention.winner_take_all import model as wta
from lessons.effects.live import Effect

_CHAPTER = "attention/winner_take_all"
_PALMER = "Palmer, Huk & Shadlen（2005）"
_BUETTI = "Buetti ら（2016）"
_NUMBERS = (2, 4, 8, 16, 32)


def _slope(seed: int, contrast: float) -> float:
    """候補の数が 2 倍になるごとに延びる時間。"""
    times = [wta.decision_time(contrast, seed, n, trials=100) for n in _NUMBERS]
    return float(np.polyfit(np.log2(_NUMBERS), times, 1)[0])


EFFECTS = [
    Effect(
        name="目立つものほど，速く決まる",
        chapter=_CHAPTER,
        paper=_PALMER,
        reported="刺激が強いほど，知覚の判断は速くなった",
        quantity=(
            "決まるまでの時間の比（コントラスト 0.1 ÷ 0.8）。雑音がなければ 8 で，"
            "競争の式からそのまま出る"
        ),
        measure=lambda seed: (
            wta.decision_time(0.1, seed) / wta.decision_time(0.8, seed)
        ),
        low=3,
    ),
    Effect(
        name="目立つものほど，正確に選ばれる",
        chapter=_CHAPTER,
        paper=_PALMER,
        reported="刺激が強いほど，知覚の判断は正確になった",
        quantity="標的が勝つ割合の差（コントラスト 0.8 − 0.1）",
        measure=lambda seed: (
            wta.decision_accuracy(0.8, seed) - wta.decision_accuracy(0.1, seed)
        ),
        low=0.3,
    ),
    Effect(
        name="妨害が標的に似ているほど，候補の数で時間が延びる",
        chapter=_CHAPTER,
        paper=_BUETTI,
        reported="探しやすい探索の反応時間は項目の数の対数に応じて延び，似た妨害ほど急だった",
        quantity=(
            "候補が 2 倍になるごとに延びる時間の比（コントラスト 0.4 ÷ 0.8）。"
            "雑音がなければ 2 で，競争の式からそのまま出る"
        ),
        measure=lambda seed: _slope(seed, 0.4) / _slope(seed, 0.8),
        low=1.5,
    ),
    Effect(
        name="一つだけ違うものを探すときは，項目が多いほど速い",
        chapter=_CHAPTER,
        paper=_BUETTI,
        reported="違うものを探すように言われると，項目が増えるほど反応時間が短くなった",
        quantity="決まるまでの時間の差（候補 32 個 − 4 個）",
        measure=lambda seed: (
            wta.decision_time(0.4, seed, 32) - wta.decision_time(0.4, seed, 4)
        ),
        high=0,
        shown=False,
    ),
    Effect(
        name="勝った場所を抑えると，注意は次へ移り，戻らない",
        chapter=_CHAPTER,
        paper="Koch & Ullman（1985）",
        reported="選んだ場所を抑えると，次に目立つ場所へ注意がひとりでに移る",
        quantity=(
            "6 か所を見る間に前の場所へ戻った割合（抑制を切ると 1）。"
            "抑制を組み込んだので，式からそのまま出る"
        ),
        measure=attention_shifts.revisit_rate,
        high=0.1,
    ),
]
