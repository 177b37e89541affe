"""章 attention/deepgaze の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import Choice, Fields, choice
from lessons.attention.deepgaze.fixation_metrics import auc, nss
from lessons.exercises import Exercise

_M, _SEEN = np.array([[1, 2], [3, 4]]), [[1, 1], [0, 1]]
_CHANGES = {"変わる": "変わる", "変わらない": "変わらない"}
_SQUARED = tuple(
    "変わらない" if np.isclose(score(_M, _SEEN), score(_M**2, _SEEN)) else "変わる"
    for score in (auc, nss)
)
"""章の例の地図を 2 乗したときの，AUC と NSS。"""


def _nss(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def nss(M, rows, columns): の形で書きます。"
    M = np.array([[0.0, 1.0, 2.0], [3.0, 7.0, 5.0]])
    rows, columns = np.array([1, 0]), np.array([1, 2])
    value = float(answer(M.copy(), rows, columns))
    expected = float(((M[rows, columns] - M.mean()) / M.std()).mean())
    if abs(value - expected) < 1e-6:
        return None
    if abs(value - M[rows, columns].mean()) < 1e-6:
        return "地図をそろえていません。平均を引き，標準偏差で割ってください。"
    return "地図の平均を引き，標準偏差で割り，固視の場所の値を平均してください。"


def _solution(M: Any, rows: Any, columns: Any) -> Any:
    return ((M - M.mean()) / M.std())[rows, columns].mean()


def _not_standardized(M: Any, rows: Any, columns: Any) -> Any:
    return M[rows, columns].mean()


EXERCISES = [
    Exercise(
        name="deepgaze/squared",
        answer=Fields(
            (Choice(_CHANGES, "AUC"), Choice(_CHANGES, "NSS")),
            (
                (_SQUARED, None),
                (
                    ("変わる", None),
                    "AUC は，どちらの値が大きいかだけを数えます。2 乗で順は変わりますか。",
                ),
            ),
            "NSS は，平均と標準偏差でそろえた値を使います。順が同じでも，値の開き方は変わります。",
        ),
        solution=("変わらない", "変わる"),
        praise="順だけを見る採点と，値の大きさも見る採点があります。",
        known_wrong=(
            (("変わる", "変わる"), "順は変わりますか"),
            (("変わらない", "変わらない"), "開き方"),
            ("変わる", "二つの言葉"),
        ),
    ),
    Exercise(
        name="deepgaze/overtrain",
        answer=choice(
            {
                "さらに高くなる": "上がり続けるのは，学習に使った絵だけです。試験の棒を見てください。",
                "下がるが 0 より高い": "もっと下がります。棒が 0 の線のどちら側にあるかを見てください。",
                "0 より低くなる": None,
            }
        ),
        solution="0 より低くなる",
        praise="学習の絵に合わせすぎた地図は，まんなかの癖だけの予測にも負けました。",
        known_wrong=(
            ("さらに高くなる", "上がり続けるのは"),
            ("下がるが 0 より高い", "もっと下がります"),
        ),
    ),
    Exercise(
        name="deepgaze/nss",
        judge=_nss,
        solution=_solution,
        praise="地図の尺度が違っても比べられる採点ができました。",
        known_wrong=((_not_standardized, "そろえて"), (3.5, "関数")),
    ),
]
