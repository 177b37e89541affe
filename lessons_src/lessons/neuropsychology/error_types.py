"""呼称の誤りの型：意味・音・混合・無関係・無反応（Roach ら 1996 の分け方にならう）。

意味が近い＝同じ分類，音が近い＝``sounds_alike`` の決まりに合うこと，とする。
英語の検査の決まり（最初か最後の音素，または二つの音素が同じ）を，日本語のモーラで書き直した。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.stimuli.naming_pictures import Word, moras

TYPES: dict[str, str] = {
    "correct": "正答",
    "semantic": "意味",
    "formal": "音",
    "mixed": "混合",
    "unrelated": "無関係",
    "omission": "無反応",
}
"""反応の型（識別名 → 頁での名前）。番号は，この並びの順。"""

OMISSION = -1
"""答えなかったときの，答えの番号。"""


def sounds_alike(a: str, b: str) -> bool:
    """二つの読みの音が近いか。

    最初のモーラが同じ，最後のモーラが同じ，またはどこでも二つ以上のモーラが同じなら真。
    「りす」と「いす」は最後が同じなので近く，「いぬ」と「ねこ」は近くない。
    """
    first, second = moras(a), moras(b)
    shared = sum((Counter(first) & Counter(second)).values())
    return first[0] == second[0] or first[-1] == second[-1] or shared >= 2


def relations(words: Sequence[Word]) -> NDArray[np.int64]:
    """目標と答えの組ごとの型 ``(n, n)``。行が目標，列が答えで，値は ``TYPES`` の番号。"""
    kinds = list(TYPES)
    table = np.empty((len(words), len(words)), np.int64)
    for i, target in enumerate(words):
        for j, answer in enumerate(words):
            meaning = target.category == answer.category
            sound = sounds_alike(target.reading, answer.reading)
            kind = {
                (True, True): "mixed",
                (True, False): "semantic",
                (False, True): "formal",
                (False, False): "unrelated",
            }[meaning, sound]
            table[i, j] = kinds.index("correct" if i == j else kind)
    return table


def proportions(
    targets: ArrayLike, answers: ArrayLike, table: NDArray[np.int64]
) -> NDArray[np.float64]:
    """反応の型ごとの割合 ``(6,)``。

    Args:
        targets: 目標の番号 ``(n,)``。
        answers: 答えの番号 ``(n,)``。答えなかった所は ``OMISSION``。
        table: ``relations`` の表。
    """
    asked = np.asarray(targets, int)
    said = np.asarray(answers, int)
    omitted = said == OMISSION
    kinds = np.where(omitted, list(TYPES).index("omission"), table[asked, said])
    return np.bincount(kinds, minlength=len(TYPES)) / asked.size


def chance(
    targets: ArrayLike,
    answers: ArrayLike,
    table: NDArray[np.int64],
    rng: np.random.Generator,
    repeats: int = 100,
) -> NDArray[np.float64]:
    """誤りの答えを目標のあいだで入れ替えたときの，型ごとの割合 ``(6,)``。

    正答と無反応はそのままにし，誤りだけを混ぜる。混ぜて偶然に正答になった組は数えず，
    誤りの型の比を誤りの数に合わせる。目標と答えの関係がなくても出る割合がわかる。
    """
    asked, said = np.asarray(targets, int), np.asarray(answers, int)
    share = proportions(asked, said, table)
    wrong = np.flatnonzero((said != OMISSION) & (said != asked))
    if wrong.size < 2:
        return share
    counts = np.zeros(len(TYPES))
    for _ in range(repeats):
        kinds = table[asked[wrong], rng.permutation(said[wrong])]
        counts += np.bincount(kinds[kinds > 0], minlength=len(TYPES))
    errors = counts / max(counts.sum(), 1) * wrong.size / asked.size
    errors[[0, -1]] = share[[0, -1]]
    return errors
