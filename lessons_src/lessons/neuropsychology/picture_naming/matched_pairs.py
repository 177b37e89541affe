"""同じ分類の名前と間違えるのは，分類のためか，見え方のためか：見え方をそろえた対で比べる。"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lessons.neuropsychology.picture_naming.model import Exam

Matrix = NDArray[np.float64]


class Rates(NamedTuple):
    """目標一つあたりの，ある名前と間違える割合。"""

    same: float  # 同じ分類の名前
    matched: float  # 別の分類で，見え方の近さをそろえた名前
    other: float  # 別の分類の名前の全体


def confusions(exam: Exam, n: int) -> Matrix:
    """間違いの割合 ``(n, n)``。行が目標，列が答え。対角は 0。"""
    wrong = ~exam.correct & (exam.answer >= 0)
    table = np.zeros((n, n))
    np.add.at(table, (exam.target[wrong], exam.answer[wrong]), 1)
    return table * n / len(exam.target)


def compare(table: Matrix, gaps: Matrix, categories: NDArray[np.str_]) -> Rates:
    """同じ分類の名前ごとに，隔たりのいちばん近い別の分類の名前を選び，間違いを比べる。

    Args:
        table: ``confusions`` の表 ``(n, n)``。
        gaps: 見え方の隔たり ``(n, n)``。
        categories: 分類 ``(n,)``。
    """
    alike = categories[:, None] == categories[None]
    same, matched = [], []
    for i in range(len(table)):
        others = np.flatnonzero(~alike[i])
        for j in np.flatnonzero(alike[i]):
            if i != j:
                twin = others[np.abs(gaps[i, others] - gaps[i, j]).argmin()]
                same.append(table[i, j])
                matched.append(table[i, twin])
    return Rates(
        float(np.mean(same)), float(np.mean(matched)), float(table[~alike].mean())
    )
