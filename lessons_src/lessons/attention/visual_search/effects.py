"""章 attention/visual_search の効果。"""

from __future__ import annotations

from lessons.attention.visual_search import model as lab
from lessons.attention.visual_search.feature_integration import reports
from lessons.effects import Effect

_CHAPTER = "attention/visual_search"
_TREISMAN = "Treisman & Gelade（1980）"


def _excess(seed: int) -> float:
    """短い画面（80 ms）で，結合錯誤が，ない特徴の報告をどれだけ上回るか。"""
    brief = reports(seed, 80)
    return brief.conjunction_error - brief.feature_error


EFFECTS = [
    Effect(
        name="特徴探索の傾きは平らになる",
        chapter=_CHAPTER,
        paper=_TREISMAN,
        reported="一つの特徴で決まる標的では，項目が増えても反応時間がほとんど延びない",
        quantity="ガイド付き探索の，標的ありの傾き（ms／項目）",
        measure=lab.feature_slope,
        low=-5,
        high=5,
    ),
    Effect(
        name="結合探索の傾きは急になる",
        chapter=_CHAPTER,
        paper=_TREISMAN,
        reported="特徴の組み合わせで決まる標的では，項目とともに反応時間が直線的に延びる",
        quantity="特徴統合理論の，標的ありの傾き（ms／項目）",
        measure=lab.conjunction_slope,
        low=15,
    ),
    Effect(
        name="結合探索では，「ない」の傾きが「ある」の約 2 倍になる",
        chapter=_CHAPTER,
        paper=_TREISMAN,
        reported="標的なしの傾きは，標的ありの傾きのおよそ 2 倍だった",
        quantity="特徴統合理論の，傾きの比",
        measure=lab.slope_ratio,
        low=1.5,
        high=2.5,
    ),
    Effect(
        name="目的による誘導が，結合探索の傾きを下げる",
        chapter=_CHAPTER,
        paper="Wolfe, Cave & Franzel（1989）",
        reported="結合探索の傾きは，一つずつ調べるにしては小さすぎる人が多かった",
        quantity="誘導を切ったときの傾きから，誘導のあるときの傾きを引いた値（ms／項目）",
        measure=lab.guidance_gain,
        low=8,
    ),
    Effect(
        name="短い画面では，結合錯誤が，ない特徴の報告より多い",
        chapter=_CHAPTER,
        paper="Treisman & Schmidt（1982）",
        reported="画面にある色と文字の取り違えが，画面にない色や文字の報告より多かった",
        quantity="80 ms の画面での，結合錯誤の割合とない特徴の割合の差",
        measure=_excess,
        low=0.1,
    ),
    Effect(
        name="見せる時間が短いほど，結合錯誤が増える",
        chapter=_CHAPTER,
        paper="特徴統合理論の予測",
        reported=(
            "人では確かめられていない。Prinzmetal ほか（1995）は，"
            "0.15 秒と 1.5 秒で，目立った差を見いださなかった"
        ),
        quantity="80 ms と 180 ms での，結合錯誤の割合の差",
        measure=lab.illusory_growth,
        low=0.1,
    ),
]
