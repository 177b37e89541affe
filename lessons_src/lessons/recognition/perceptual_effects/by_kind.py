"""偶然でない変化の効果を，変化の種類ごとに測る：どの種類でも同じように出るのか。

``lines.curve_and_parallel`` は，曲がり，二本の線の向き，先細りの三つから，一組ごとに一つを選ぶ。
約束の記録は三つを混ぜた平均なので，ここでは一つずつに分ける。
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.recognition.perceptual_effects.model import (
    COMPARISONS,
    distance,
    index,
    representations,
)

KINDS = ("曲がり", "二本の線の向き", "先細り")
"""変化の種類。``lines.curve_and_parallel`` の番号の順。"""


class _OneKind(np.random.Generator):
    """種類のくじだけ，いつも同じ番号を返す乱数。"""

    def __init__(self, seed: int, kind: int) -> None:
        super().__init__(np.random.PCG64(seed))
        self.kind = kind

    def integers(self, *args: Any, **kwargs: Any) -> Any:
        found = super().integers(*args, **kwargs)
        return self.kind if args == (len(KINDS),) else found


def non_accidental_by_kind(
    seed: int, control: str = "", *, items: int = 8
) -> dict[str, float]:
    """種類の名前から，偶然でない変化の指数（GAP で読む，``items`` 組の平均）を引く表。

    Args:
        seed: 図形の種。対照のネットワークの種も兼ねる。
        control: ``model.effect_index`` と同じ。
        items: 種類ごとの図形の組の数。
    """
    pair = COMPARISONS["non_accidental"]
    found = {}
    for kind, name in enumerate(KINDS):
        g = _OneKind(seed, kind)
        sets = np.stack([pair.draw(g, 1.0) for _ in range(items)])
        v = representations(sets.reshape(-1, *sets.shape[2:]), control, seed)["gap"]
        v = v.unflatten(0, sets.shape[:2])
        far, near = (distance(v[:, i], v[:, j]) for i, j in (pair.farther, pair.nearer))
        found[name] = float(index(far, near).mean())
    return found
