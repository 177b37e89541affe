"""章 attention/saliency の効果。"""

from __future__ import annotations

from lessons.attention.saliency import search as lab
from lessons.effects.live import Effect

_CHAPTER = "attention/saliency"
_PAPER = "Itti, Koch & Niebur（1998）"


def _beyond_random(seed: int) -> float:
    """結合探索での視線の移動の増え方から，無作為に訪ねるときの増え方を引く。"""
    model, random = lab.conjunction_cost(seed, displays=16)
    return model - random


EFFECTS = [
    Effect(
        name="最初の視線は，一つだけ違う項目に落ちる",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported="色や傾きなどが一つだけ違う標的は，妨害の数によらず，最初に選ばれた",
        quantity="項目 25 個の画面で，最初の視線が標的に落ちた割合（偶然なら 0.04）",
        measure=lambda seed: lab.pop_out_accuracy(seed, displays=4),
        low=0.75,
    ),
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
    Effect(
        name="復帰の抑制が，視線を同じ場所に戻らせない",
        chapter=_CHAPTER,
        paper=_PAPER,
        reported="注意が移った場所をしばらく抑えると，次に目立つ場所が選ばれる",
        quantity=(
            "0.5 秒のうちに見た円の中へ視線が戻った割合（抑制を切ると 1）。"
            "抑制を組み込んだので，式からそのまま出る"
        ),
        measure=lambda seed: lab.returns_on_displays(seed, displays=2),
        high=0.25,
    ),
]
