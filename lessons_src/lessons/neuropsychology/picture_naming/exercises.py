"""章 neuropsychology/picture_naming の練習。"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from lessons.exercises import Exercise
from lessons.neuropsychology import error_types
from lessons.neuropsychology.picture_naming import lesions, model
from lessons.stimuli import naming_pictures


def _type(answer: Any) -> str | None:
    said = str(answer).strip()
    if said == "音":
        return None
    if said not in error_types.TYPES.values():
        return "意味・音・混合・無関係・無反応の中から，一つを書いてください。"
    if said in ("意味", "混合"):
        return "分類を確かめてください。虎は動物，トラックは乗り物です。"
    return "読みを比べてください。「とら」と「とらっく」は，最初のモーラが同じです。"


def _chance(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 26 / 155) < 1e-3:
        return None
    if abs(value - 27 / 156) < 1e-3 or abs(value - 27 / 155) < 1e-3:
        return "犬そのものは数えません。分子も分母も，犬を除いてください。"
    if abs(value - 1 / 15) < 2e-3:
        return "分類の大きさは同じではありません。動物は 27 もあります。"
    return "犬のほかの動物の数を，犬のほかの名前の数で割ってください。"


@lru_cache(maxsize=2)
def cautious_share(caution: float) -> float:
    """ユニットを 5 割除いたときの，誤りのうち同じ分類の割合。"""
    activity = {style: model.features(style) for style in naming_pictures.STYLES}
    keep = lesions.surviving(1280, 0.5, np.random.default_rng(0))
    exam = model.examine(activity, keep=keep, caution=caution)
    table = error_types.relations(naming_pictures.words())
    share = error_types.proportions(exam.target, exam.answer, table)
    return float((share[1] + share[3]) / share[1:5].sum())


def _caution(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - cautious_share(0.02)) < 0.005:
        return None
    if abs(value - cautious_share(0.0)) < 0.005:
        return "それは caution=0.0 のときの値です。0.02 に変えて動かしてください。"
    return "セルの caution=0.0 を caution=0.02 に変えて，出てきた数をそのまま書いてください。"


def _line(answer: Any) -> str | None:
    said = str(answer).strip()
    if said == "線画":
        return None
    if said == "色つき":
        return "色つきの絵は，学んだ線画とは違う活動を起こします。図の右の棒を見てください。"
    return '"色つき" か "線画" のどちらかを書いてください。'


EXERCISES = [
    Exercise(
        name="picture_naming/type",
        judge=_type,
        solution="音",
        praise="分類は違いますが，最初のモーラが同じです。",
        known_wrong=(("混合", "分類"), ("無関係", "読み"), ("semantic", "中から")),
    ),
    Exercise(
        name="picture_naming/chance",
        judge=_chance,
        solution=26 / 155,
        praise="大きな分類ほど，偶然に当たりやすくなります。",
        known_wrong=((1 / 15, "27"), (27 / 156, "除いて"), (0.5, "割って")),
    ),
    Exercise(
        name="picture_naming/caution",
        judge=_caution,
        solution=cautious_share(0.02),
        praise="答え方の決まりだけで，間違いの型の割合は変わります。",
        known_wrong=((cautious_share(0.0), "0.0 のとき"), (0.9, "そのまま")),
    ),
    Exercise(
        name="picture_naming/line",
        judge=_line,
        solution="線画",
        praise="色の利益は，何で学んだかで決まります。",
        known_wrong=(("色つき", "違う活動"), ("両方", "どちらか")),
    ),
]
