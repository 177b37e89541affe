"""章 attention/saliency の効果。"""

from __future__ import annotations

from collections.abc import Callable

from lessons.attention.saliency import search as lab
from lessons.effects.live import Effect

_CHAPTER = "attention/saliency"
_PAPER = "Itti, Koch & Niebur（1998）"


def _beyond_random(seed: int) -> float:
    """結合探索での視線の移動の増え方から，無作為に訪ねるときの増え方を引く。"""
    model, random = lab.conjunction_cost(seed, displays=16)
    return model - random


MEASURES: dict[str, Callable[..., float]] = {
    "pop_out": lambda seed, control="": lab.pop_out_accuracy(seed, displays=4) - 1 / 25,
    "return_inhibition": lambda seed, control="": lab.returns_on_displays(
        seed, displays=2
    ),
}
"""約束の名前から，測る関数を引く表。どれも式からそのまま出るので，対照はない。"""

EFFECTS = [
    Effect(
        name="組み合わせだけが違う項目は，項目が増えるほど見つかりにくい",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported="組み合わせの違う標的を見つける時間は，妨害の数とともに延びた",
        quantity=(
            "項目が 4 個から 36 個に増えたときの，視線の移動の増え方（回）。"
            "無作為に項目を訪ねるときの増え方を引いた値"
        ),
        measure=_beyond_random,
        low=1,
        shown=False,  # 増えるだけなら，無作為に訪ねても同じだけ増える
    ),
]
