"""名前の課題：物を見て名前を言う，「これは〇〇か」に答える。"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from lessons.neuropsychology.semantic_dementia.knowledge import Knowledge

Array = NDArray[np.float64]

LEVELS = ("大分け", "種類", "個別")
"""名前の細かさ。生き物 → 鳥 → ペンギン。"""
SILENT = -1
"""答えなし。"""
ANSWERS = (
    "正答",
    "同じ種類の別の物",
    "種類の名前",
    "大分けの名前",
    "よその名前",
    "無答",
)
"""名前の答えの分類。"""


def names(
    activity: Array, knowledge: Knowledge, *, threshold: float = 0.5
) -> NDArray[np.intp]:
    """言った名前のユニットの番号 ``(S, 48)``。言えないときは ``SILENT``。

    細かい名前から順に試す。個別の名前の中でいちばん強いものが ``threshold`` を超えれば，
    それを言う。超えなければ種類の名前，それもだめなら大分けの名前を試す。

    Args:
        activity: ``respond`` の返す活動 ``(S, 48, V)``。
        knowledge: 教えた知識。
        threshold: 言うのに要る活動。0 なら必ず個別の名前を言う。

    Raises:
        ValueError: ``threshold`` が 0 以上 1 未満でないとき。
    """
    if not 0 <= threshold < 1:
        raise ValueError(f"threshold は 0 以上 1 未満にしてください（{threshold}）。")
    said = np.full(activity.shape[:2], SILENT)
    for level in reversed(LEVELS):
        units = _level(knowledge, level)
        best = activity[..., units]
        ready = (said == SILENT) & (best.max(-1) > threshold)
        said = np.where(ready, units[best.argmax(-1)], said)
    return said


def classify(said: NDArray[np.intp], knowledge: Knowledge) -> NDArray[np.intp]:
    """名前の答えを ``ANSWERS`` の番号にする ``(S, 48)``。"""
    n = len(knowledge.items)
    own = np.arange(n)
    category = np.array([knowledge.unit(name) for name in knowledge.categories])
    domain = np.array([knowledge.unit(name) for name in knowledge.domains])
    kin = np.equal.outer(knowledge.categories, knowledge.categories)
    sibling = (said >= 0) & (said < n) & kin[own, np.where(said < n, said, 0)]
    kinds = [said == own, sibling, said == category, said == domain, said != SILENT]
    return np.select(kinds, range(len(kinds)), len(kinds))


def answer_shares(said: NDArray[np.intp], knowledge: Knowledge) -> Array:
    """``ANSWERS`` の割合 ``(S, 6)``。"""
    which = classify(said, knowledge)
    return (which[..., None] == np.arange(len(ANSWERS))).mean(axis=1)


def discrimination(
    activity: Array, knowledge: Knowledge, *, criterion: float = 0.5
) -> Array:
    """細かさごとの d′ ``(S, 3)``（``LEVELS`` の順）。

    物を見せて「これは〇〇か」と問う。その名前の活動が ``criterion`` を超えれば「はい」。
    偽の名前は，個別なら同じ種類の別の物，種類なら同じ大分けの別の種類，大分けなら反対の大分け。
    0 と 1 を避けるため，48 回のうちの回数に 0.5 を足す（天井は 4.6）。
    """
    found = []
    for level in LEVELS:
        units = _level(knowledge, level)
        yes = activity[..., units] > criterion
        true = knowledge.patterns[:, units] > 0
        false = ~true & _near(knowledge, level)
        rates = [
            ((yes & which).sum(-1) / which.sum(-1)).mean(-1) for which in (true, false)
        ]
        n = len(knowledge.items)
        hit, alarm = (ndtri((n * rate + 0.5) / (n + 1)) for rate in rates)
        found.append(hit - alarm)
    return np.stack(found, axis=-1)


def _level(knowledge: Knowledge, level: str) -> NDArray[np.intp]:
    return np.flatnonzero(np.array(knowledge.dimensions) == level)


def _near(knowledge: Knowledge, level: str) -> NDArray[np.bool_]:
    """物 × 名前：偽の名前に使ってよいか（一つ大きな分け方で同じ）。"""
    domain_of = dict(zip(knowledge.categories, knowledge.domains, strict=True))
    if level == LEVELS[2]:
        return np.equal.outer(knowledge.categories, knowledge.categories)
    if level == LEVELS[1]:
        groups = [domain_of[name] for name in knowledge.category_names]
        return np.equal.outer(knowledge.domains, groups)
    return np.ones((len(knowledge.items), len(knowledge.domain_names)), bool)
