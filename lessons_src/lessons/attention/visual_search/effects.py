"""章 attention/visual_search の効果：二つのモデルに，同じ設定で，すべての効果を受けさせる。"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from lessons.attention.visual_search import model as lab
from lessons.attention.visual_search.feature_integration import REGISTERED, reports
from lessons.attention.visual_search.net_search import asymmetry, guiding
from lessons.attention.visual_search.similarity import CONTRASTS

MODELS = {"integration": "特徴統合理論", "guided": "ガイド付き探索"}
"""約束の名前の終わりから，モデルの名前を引く表。"""
CRITERIA = dict(
    zip(
        ("flat_feature", "steep_conjunction", "absent_ratio", "shallow_conjunction"),
        lab.CRITERIA,
        strict=True,
    )
)
"""約束の名前の始めから，人で報告された効果を引く表。"""


def _value(
    seed: int, control: str = "", *, criterion: lab.Criterion, model: str
) -> float:
    """モデルを一度動かして，量を測る。"""
    return criterion.value(model, seed)


def _excess(seed: int, control: str = "", *, registered: float) -> float:
    """短い画面（80 ms）で，結合錯誤の割合が，ない特徴の割合をどれだけ上回るか。"""
    brief = reports(seed, 80, registered=registered)
    return brief.conjunction_error - brief.feature_error


def _cost(seed: int, control: str = "", *, contrast: str, model: str) -> float:
    """人間で遅い探索と速い探索の，傾きの差（ms／項目）。"""
    return CONTRASTS[contrast].cost(model, seed)


MEASURES: dict[str, Callable[..., Any]] = {
    **{
        f"{start}_{end}": partial(_value, criterion=criterion, model=model)
        for start, criterion in CRITERIA.items()
        for end, model in MODELS.items()
    },
    **{
        f"{contrast}_{end}": partial(_cost, contrast=contrast, model=model)
        for contrast in CONTRASTS
        for end, model in MODELS.items()
    },
    "net_guiding": guiding,
    "net_asymmetry": asymmetry,
    "illusory_registered": partial(_excess, registered=REGISTERED),
    "illusory_unregistered": partial(_excess, registered=0.3),
    "exposure_time": lambda seed, control="": lab.illusory_growth(seed),
}
"""約束の名前から，測る関数を引く表。``net_`` のほかは，式か選んだ値から出るので，対照はない。"""
