"""章 neuropsychology/picture_naming の練習。"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lessons.answers import Choice, Fields, choice, near, number
from lessons.exercises import Exercise
from lessons.neuropsychology import error_types
from lessons.neuropsychology.picture_naming import lesions, model
from lessons.stimuli import naming_pictures


@lru_cache(maxsize=2)
def cautious_share(caution: float) -> float:
    """ユニットを 5 割除いたときの，誤りのうち同じ分類の割合。"""
    activity = {style: model.features(style) for style in naming_pictures.STYLES}
    keep = lesions.surviving(1280, 0.5, np.random.default_rng(0))
    exam = model.examine(activity, keep=keep, caution=caution)
    table = error_types.relations(naming_pictures.words())
    share = error_types.proportions(exam.target, exam.answer, table)
    return float((share[1] + share[3]) / share[1:5].sum())


_TURNS = {word: word for word in ("増える", "ほとんど変わらない", "減る")}
_SORT = "分類を確かめてください。虎は動物，トラックは乗り物です。"
_SOUND = "読みを比べてください。「とら」と「とらっく」は，最初のモーラが同じです。"


EXERCISES = [
    Exercise(
        name="picture_naming/type",
        answer=choice(
            {
                "意味": _SORT,
                "音": None,
                "混合": _SORT,
                "無関係": _SOUND,
                "無反応": _SOUND,
            }
        ),
        solution="音",
        praise="分類は違いますが，最初のモーラが同じです。",
        known_wrong=(("混合", "分類"), ("無関係", "読み"), ("semantic", "中から")),
    ),
    Exercise(
        name="picture_naming/damage",
        answer=Fields(
            (Choice(_TURNS, "意味"), Choice(_TURNS, "無関係")),
            (
                (("ほとんど変わらない", "増える"), None),
                (
                    ("増える", None),
                    "正答は減りますが，意味の間違いになるのではありません。意味の数を，両端で読み比べてください。",
                ),
                (
                    ("減る", None),
                    "意味の間違いは，正答といっしょには減りません。両端で読み比べてください。",
                ),
            ),
            "正答が減った分は，何かに変わります。無関係の数を，両端で読み比べてください。",
        ),
        solution=("ほとんど変わらない", "増える"),
        praise="無作為に壊したこの目では，意味の近い名前への間違いはあまり増えず，無関係の名前への間違いが増えました。",
        known_wrong=(
            (("増える", "増える"), "意味の間違いになる"),
            (("減る", "増える"), "いっしょには"),
            (("ほとんど変わらない", "減る"), "何かに"),
            ("増える", "二つの言葉"),
        ),
    ),
    Exercise(
        name="picture_naming/caution",
        answer=number(
            near(cautious_share(0.02), 0.005),
            (
                near(cautious_share(0.0), 0.005),
                "それは caution=0.0 のときの値です。0.02 に変えて動かしてください。",
            ),
            otherwise="セルの caution=0.0 を caution=0.02 に変えて，出てきた数をそのまま書いてください。",
        ),
        solution=cautious_share(0.02),
        praise="0.02 のこの決まりでは，黙る数は大きく増えても，間違いの内訳はあまり変わりませんでした。",
        known_wrong=((cautious_share(0.0), "0.0 のとき"), (0.9, "そのまま")),
    ),
    Exercise(
        name="picture_naming/line",
        answer=choice(
            {
                "色つき": "色つきの絵は，学んだ線画とは違う活動を起こします。図の右の棒を見てください。",
                "線画": None,
            }
        ),
        solution="線画",
        praise="色の利益の向きは，何で学んだかで変わりました。",
        known_wrong=(("色つき", "違う活動"), ("両方", "中から")),
    ),
]
