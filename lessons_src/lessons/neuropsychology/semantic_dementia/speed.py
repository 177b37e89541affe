"""見た目を見せてから，名前の活動が 0.5 に届くまでの刻みを数える。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from lessons.neuropsychology.semantic_dementia import model as hub
from lessons.neuropsychology.semantic_dementia.knowledge import Knowledge
from lessons.neuropsychology.semantic_dementia.naming import LEVELS


def mean_steps(
    networks: hub.Networks,
    knowledge: Knowledge,
    groups: Sequence[Iterable[tuple[int, int]]],
) -> np.ndarray:
    """組ごとの，0.5 に届くまでの刻みの平均 ``(S, 組の数)``。

    刻みの間は直線でつなぎ，届かなければ終わりの刻みとする。

    Args:
        networks: S 個の網。
        knowledge: 教えた知識。
        groups: 組ごとの，見せる物と，数えるユニットの番号。
    """
    seen = np.stack(
        [
            hub.settle(networks, *hub.inputs(knowledge, "見た目"), steps=t)[0].numpy()
            for t in range(1, hub.STEPS + 1)
        ]
    )  # 刻み，網，物，ユニット
    rising, time = np.maximum.accumulate(seen, axis=0), np.arange(1, hub.STEPS + 1)
    found = [
        [
            [np.interp(0.5, one, time) for one in rising[:, :, item, unit].T]
            for item, unit in pairs
        ]
        for pairs in groups
    ]  # 組，物，網
    return np.stack([np.mean(times, axis=0) for times in found], axis=1)


def steps_of_all(networks: hub.Networks, knowledge: Knowledge) -> np.ndarray:
    """48 のすべての物を見せたときの，正しい名前までの刻み ``(S, 3)``。``LEVELS`` の順。

    名前を入れ替えた知識でも使える。
    """
    labels = np.array(knowledge.dimensions)
    return mean_steps(
        networks,
        knowledge,
        [np.argwhere((knowledge.patterns > 0) & (labels == level)) for level in LEVELS],
    )
