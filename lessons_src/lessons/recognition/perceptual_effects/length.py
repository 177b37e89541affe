"""長さの差の見え方：差そのものより，比で決まるか（ウェーバーの法則）。"""

from __future__ import annotations

import numpy as np

from lessons.recognition.perceptual_effects.model import distance, shown
from lessons.stimuli.perception.lines import BASES, RATIOS, bars

RELATIVE = np.tile(RATIOS, len(BASES))
"""棒の対ごとの，長さの差 ÷ 平均の長さ ``(10,)``。"""
ABSOLUTE = RELATIVE * np.repeat(BASES, len(RATIOS))
"""棒の対ごとの，長さの差（画素）``(10,)``。"""


def weber_index(
    seed: int,
    control: str = "",
    *,
    items: int = 8,
    size: float = 1.0,
    layer: str = "gap",
    metric: str = "euclidean",
) -> np.ndarray:
    """距離と比の相関から，距離と差の相関を引いた値 ``(items,)``。

    正なら，対の遠さは，差よりも比で決まる。Pramod & Arun (2014) の人間の探索では 0.10。
    引数は ``model.effect_index`` と同じ。
    """
    v = shown(bars, seed, items, size, control)[layer]
    d = distance(v[:, 0::2].flatten(0, 1), v[:, 1::2].flatten(0, 1), metric)
    rows = d.reshape(items, -1).numpy()  # (組, 10)

    def r(a: np.ndarray) -> np.ndarray:
        return np.array([np.corrcoef(row, a)[0, 1] for row in rows])

    return r(RELATIVE) - r(ABSOLUTE)
