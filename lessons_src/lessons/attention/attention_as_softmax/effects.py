"""章 attention/attention_as_softmax の効果。"""

from __future__ import annotations

import numpy as np

from lessons.attention.attention_as_softmax.two_objects import trials
from lessons.effects.live import Effect

_CHAPTER = "attention/attention_as_softmax"
_PAPER = "Lindsay と Miller（2018）"
_REPORTED = (
    "神経の好みに応じて活動を変える注意を，画像を見分けるネットワークに加えると，"
    "実験で見られるのと同じくらい課題の成績が変わった"
)


def _gain(seed: int, condition: str) -> float:
    """注意を向けた物の名前の確率が，注意なしより増えた分。"""
    with_attention, without = (
        np.mean([trial.attended for trial in trials(seed, kind)])
        for kind in (condition, "なし")
    )
    return float(with_attention - without)


EFFECTS = [
    Effect(
        name="場所の手がかりは，その場所の物の名前を答えやすくする",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported=_REPORTED,
        quantity="二枚を並べた絵で，注意を向けた物の名前の確率が増えた分",
        measure=lambda seed: _gain(seed, "場所"),
        low=0.2,
    ),
    Effect(
        name="名前の手がかりは，その物の名前を答えやすくする",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported=_REPORTED,
        quantity=(
            "二枚を並べた絵で，注意を向けた物の名前の確率が増えた分。"
            "絵にない物の名前でも，増えることがある"
        ),
        measure=lambda seed: _gain(seed, "名前"),
        low=0.2,
    ),
]
