"""48 のすべての物で，正しい名前の活動が 0.5 に届くまでの刻みを数える。"""

from __future__ import annotations

import numpy as np

from lessons.neuropsychology.semantic_dementia import model as hub
from lessons.neuropsychology.semantic_dementia.knowledge import Knowledge
from lessons.neuropsychology.semantic_dementia.naming import LEVELS


def steps_of_all(networks: hub.Networks, knowledge: Knowledge) -> np.ndarray:
    """見た目を見せてから，正しい名前が 0.5 に届くまでの刻みの平均 ``(S, 3)``。

    名前を入れ替えた知識でも使える。刻みの間は直線でつなぎ，届かなければ終わりの刻みとする。
    ``LEVELS`` の順。
    """
    seen = np.stack(
        [
            hub.settle(networks, *hub.inputs(knowledge, "見た目"), steps=t)[0].numpy()
            for t in range(1, hub.STEPS + 1)
        ]
    )  # 刻み，網，物，ユニット
    rising = np.maximum.accumulate(seen, axis=0)
    time = np.arange(1, hub.STEPS + 1)
    labels = np.array(knowledge.dimensions)
    found = np.zeros((len(networks), len(LEVELS)))
    for k, level in enumerate(LEVELS):
        named = (knowledge.patterns > 0) & (labels == level)
        for item, unit in np.argwhere(named):
            own = rising[:, :, item, unit].T  # 網，刻み
            found[:, k] += [np.interp(0.5, one, time) for one in own]
        found[:, k] /= named.sum()
    return found
