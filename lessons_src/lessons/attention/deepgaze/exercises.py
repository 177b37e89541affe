"""章 attention/deepgaze の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import near, number
from lessons.exercises import Exercise


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
        name="deepgaze/auc",
        answer=number(
            near(0.875, 1e-3),
            (
                near(0.75, 1e-3),
                "引き分けを 0 と数えています。同じ値のときは，半分の勝ちと数えます。",
            ),
            (
                near(1, 1e-3),
                "引き分けを 1 と数えています。同じ値のときは，半分の勝ちと数えます。",
            ),
            otherwise="固視の値 2 個と，ほかの値 2 個の組は 4 通りです。勝った割合を数えてください。",
        ),
        solution=0.875,
        praise="AUC は，固視した場所が勝つ割合です。",
        known_wrong=((0.75, "引き分け"), (1.0, "引き分け"), (0.5, "4 通り")),
    ),
    Exercise(
        name="deepgaze/bits",
        answer=number(
            2,
            (4, "それは確率の比です。ビットにするには，2 を底とする対数をとります。"),
            (-2, "符号が逆です。モデルの確率の対数から，基準の確率の対数を引きます。"),
            otherwise="0.08 は 0.02 の何倍でしょうか。その倍率は，2 の何乗ですか。",
            unit="ビット",
        ),
        solution=2,
        praise="確率が 2 倍になるごとに，1 ビット増えます。",
        known_wrong=((4, "対数"), (-2, "符号"), (0.06, "何倍")),
    ),
    Exercise(
        name="deepgaze/nss",
        judge=_nss,
        solution=_solution,
        praise="地図の尺度が違っても比べられる採点ができました。",
        known_wrong=((_not_standardized, "そろえて"), (3.5, "関数")),
    ),
]
