"""遅れて写す課題：絵を見て，隠し，少したってから描く。"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from lessons.neuropsychology.semantic_dementia.knowledge import KINDS, Knowledge
from lessons.neuropsychology.semantic_dementia.model import (
    STEPS,
    Networks,
    inputs,
    settle,
)

Array = NDArray[np.float64]


class Features(NamedTuple):
    """物 × 見た目の属性の分け方 ``(48, 見た目の数)``。"""

    shared: NDArray[np.bool_]  # 持っていて，同じ種類の半分より多くが持つ
    distinctive: NDArray[np.bool_]  # 持っていて，二つより多くの物は持たない
    tempting: NDArray[np.bool_]  # 持たないが，同じ種類の半分より多くが持つ
    elsewhere: NDArray[
        np.bool_
    ]  # 持たず，よその種類の半分より多くが持つ（ありふれた属性）


@cache
def features(knowledge: Knowledge) -> Features:
    """見た目の属性を分ける。"""
    has = knowledge.patterns[:, knowledge.places(KINDS[2])] > 0
    kin = np.equal.outer(knowledge.categories, knowledge.categories).astype(float)
    among = (kin @ has) / kin.sum(1, keepdims=True)  # 同じ種類で持つ割合
    common = np.array(
        [
            has[knowledge.members(name)].mean(0) > 0.5
            for name in knowledge.category_names
        ]
    ).any(0)
    return Features(
        has & (among > 0.5),
        has & (has.sum(0) <= 2),
        ~has & (among > 0.5),
        ~has & (among <= 0.5) & common,
    )


def copy(networks: Networks, knowledge: Knowledge, *, delay: int = 0) -> Array:
    """物の見た目を見せ，放して ``delay`` 刻み余分に待ったときの，見た目の層 ``(S, 48, F)``。"""
    given, held = inputs(knowledge, KINDS[2])
    visible, _ = settle(networks, given, held, steps=STEPS + delay)
    return visible[..., torch.from_numpy(knowledge.places(KINDS[2]))].numpy()


def drawn(
    visual: Array,
    knowledge: Knowledge,
    *,
    threshold: float = 0.5,
    rule: str = "しきい値",
) -> NDArray[np.bool_]:
    """描いた属性 ``(S, 48, F)``。

    規則「しきい値」：活動が ``threshold`` を超えた属性を描く。
    規則「次元ごと」：同じ次元（首の長さなど）では，いちばん強い値だけを描く。
    活動が ``threshold`` の 5 分の 1 もない次元は描かない。次元のない属性はしきい値に従う。
    """
    on = visual > threshold
    if rule == "しきい値":
        return on
    if rule != "次元ごと":
        raise ValueError(
            f"規則 {rule!r} はありません。しきい値か次元ごとにしてください。"
        )
    on = on.copy()
    labels = np.array(knowledge.dimensions)[knowledge.places(KINDS[2])]
    for name in set(labels) - {""}:
        units = np.flatnonzero(labels == name)
        values = visual[..., units]
        best = values == values.max(-1, keepdims=True)
        on[..., units] = best & (values > threshold / 5)
    return on


def copy_shares(picture: NDArray[np.bool_], knowledge: Knowledge) -> Array:
    """``Features`` の四つの組ごとの，描いた割合 ``(S, 4)``。物ごとに平均してから平均する。"""
    shares = []
    for which in features(knowledge):
        some = which.any(1)
        by_item = (picture & which)[:, some].sum(-1) / which[some].sum(-1)
        shares.append(by_item.mean(-1))
    return np.stack(shares, axis=-1)
