"""章 attention/deepgaze の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import choice, near, number
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
        name="deepgaze/overtrain",
        answer=choice(
            {
                "さらに高くなる": "上がり続けるのは，学習に使った絵だけです。試験の棒を見てください。",
                "下がるが 0 より高い": "もっと下がります。棒が 0 の線のどちら側にあるかを見てください。",
                "0 より低くなる": None,
            }
        ),
        solution="0 より低くなる",
        praise="学習の絵にだけ合わせると，まんなかの癖だけの予測にも負けます。",
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
