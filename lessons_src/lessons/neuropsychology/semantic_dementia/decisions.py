"""本物を選ぶ課題：一か所だけ変えた二つの絵のうち，どちらが本物か。"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from lessons.neuropsychology.semantic_dementia.knowledge import KINDS, Knowledge
from lessons.neuropsychology.semantic_dementia.model import Networks, inputs, settle

Array = NDArray[np.float64]


class Pair(NamedTuple):
    """本物と，一か所だけ変えた偽物。"""

    item: int
    real: int  # 本物の値のユニット
    fake: int  # 偽物の値のユニット
    typical: bool  # 本物の値の方が，その種類に多い


@cache
def pairs(knowledge: Knowledge, dimension: str) -> tuple[Pair, ...]:
    """本物と偽物の組。``dimension`` が ``色`` なら色，``形`` なら色のほかの次元で作る。

    偽物は，ある次元の値（短い首）を，同じ種類のほかの物の値（長い首）に替えたもの。
    同じ次元の値を二つ以上持つ種類だけを使う。値の数が同じ組は使わない。
    """
    if dimension not in ("色", "形"):
        raise ValueError(f"次元 {dimension!r} はありません。色か形にしてください。")
    found = []
    visual = knowledge.places(KINDS[2])
    for name in dict.fromkeys(knowledge.dimensions[u] for u in visual):
        if not name or (name == "色") != (dimension == "色"):
            continue
        values = [int(u) for u in visual if knowledge.dimensions[u] == name]
        for category in knowledge.category_names:
            these = knowledge.members(category)
            count = Counter(
                {u: int(knowledge.patterns[these, u].sum()) for u in values}
            )
            for item in these:
                for real in values:
                    for fake in values:
                        has = knowledge.patterns[item]
                        if (
                            has[real]
                            and not has[fake]
                            and 0 != count[fake] != count[real]
                        ):
                            typical = count[real] > count[fake]
                            found.append(Pair(int(item), real, fake, typical))
    return tuple(found)


def decide(networks: Networks, knowledge: Knowledge, dimension: str) -> Array:
    """本物を選んだ割合 ``(S, 2)``（典型の組，例外の組）。

    二つの絵を別々に見せ，放したあとに残った絵が，見せた絵に近い方を本物とする。
    組の平均は，物ごとに平均してから取る。
    """
    these = pairs(knowledge, dimension)
    visual = torch.from_numpy(knowledge.places(KINDS[2]))
    given, held = inputs(knowledge, KINDS[2])
    at = torch.tensor([p.item for p in these])
    real = given[at]
    fake = real.clone()
    for row, pair in enumerate(these):
        fake[row, pair.real], fake[row, pair.fake] = 0.0, 1.0
    errors = []
    for shown in (real, fake):
        kept, _ = settle(networks, shown, held[at])
        errors.append((kept - shown)[..., visual].square().sum(-1))
    right = (errors[0] < errors[1]).double().numpy()  # (S, P)
    typical = np.array([p.typical for p in these])
    items = at.numpy()
    shares = []
    for which in (typical, ~typical):
        owners = np.unique(items[which])
        by_item = [right[:, which & (items == i)].mean(-1) for i in owners]
        shares.append(np.mean(by_item, axis=0))
    return np.stack(shares, axis=-1)
