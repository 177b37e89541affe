"""章 attention/visual_search の効果：二つのモデルに，同じ設定で，すべての効果を受けさせる。"""

from __future__ import annotations

from lessons.attention.visual_search import model as lab
from lessons.attention.visual_search.feature_integration import REGISTERED, reports
from lessons.effects.live import Effect

_CHAPTER = "attention/visual_search"
_TREISMAN = "Treisman & Gelade（1980）"
_SCHMIDT = "Treisman & Schmidt（1982）"
_REPORTED = {
    "特徴探索の傾きは平らになる": (
        _TREISMAN,
        "一つの特徴で決まる標的では，項目が増えても反応時間がほとんど延びない",
        "標的ありの傾き（ms／項目）",
    ),
    "結合探索の傾きは急になる": (
        _TREISMAN,
        "特徴の組み合わせで決まる標的では，項目とともに反応時間が直線的に延びる",
        "標的ありの傾き（ms／項目）",
    ),
    "結合探索では，「ない」の傾きが「ある」の約 2 倍になる": (
        _TREISMAN,
        "標的なしの傾きは，標的ありの傾きのおよそ 2 倍だった",
        "標的なしの傾き ÷ 標的ありの傾き",
    ),
    "結合探索の傾きは，一つずつ調べるより小さい": (
        "Wolfe, Cave & Franzel（1989）",
        "結合探索の傾きは，一つずつ調べるにしては小さすぎる人が多かった",
        "標的ありの傾き（ms／項目）",
    ),
}
_SHOWN = {
    "特徴統合理論": (True, True, True, False),
    "ガイド付き探索": (True, False, False, True),
}


def _rows() -> list[Effect]:
    """モデル × 効果の行。"""
    rows = []
    for model, verdicts in _SHOWN.items():
        for criterion, shown in zip(lab.CRITERIA, verdicts, strict=True):
            paper, reported, quantity = _REPORTED[criterion.name]
            built_in = model in criterion.built_in
            rows.append(
                Effect(
                    name=f"{criterion.name}（{model}）",
                    chapter=_CHAPTER,
                    paper=paper,
                    reported=reported,
                    quantity=f"{quantity}。モデルの式からそのまま出る"
                    if built_in
                    else quantity,
                    measure=lambda seed, c=criterion, m=model: c.value(m, seed),  # type: ignore[misc]
                    low=criterion.low,
                    high=criterion.high,
                    shown=shown,
                )
            )
    return rows


def _excess(seed: int, registered: float) -> float:
    """短い画面（80 ms）で，結合錯誤が，ない特徴の報告をどれだけ上回るか。"""
    brief = reports(seed, 80, registered=registered)
    return brief.conjunction_error - brief.feature_error


def _illusory(registered: float, *, shown: bool) -> Effect:
    return Effect(
        name=(
            "短い画面では，結合錯誤が，ない特徴の報告より多い"
            f"（特徴の登録される確率 {registered:g}）"
        ),
        chapter=_CHAPTER,
        paper=_SCHMIDT,
        reported="画面にある色と文字の取り違えが，画面にない色や文字の報告より多かった",
        quantity=(
            "80 ms の画面での，結合錯誤の割合とない特徴の割合の差。"
            "符号は，登録される確率という組み込みの数で決まる"
        ),
        measure=lambda seed: _excess(seed, registered),
        low=0.1,
        shown=shown,
    )


EFFECTS = [
    *_rows(),
    _illusory(REGISTERED, shown=True),
    _illusory(0.3, shown=False),
    Effect(
        name="見せる時間を変えても，結合錯誤はほとんど変わらない",
        chapter=_CHAPTER,
        paper="Prinzmetal ほか（1995）",
        reported="0.15 秒と 1.5 秒で，結合錯誤に目立った差がなかった",
        quantity=(
            "80 ms と 180 ms での，結合錯誤の割合の差。"
            "特徴統合理論のモデルは，人と違い，短いほど増える"
        ),
        measure=lab.illusory_growth,
        low=-0.1,
        high=0.1,
        shown=False,
    ),
]
