"""混み合いの間隔を，どこまで読めれば「邪魔されない」とみなすか。基準を変えて測る。"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lessons.attention.winner_take_all.crowding import (
    ECCENTRICITIES,
    RATIOS,
    accuracy,
)


def spacing_slopes(seed: int, levels: Sequence[float]) -> list[float]:
    """基準ごとの，偏心度が 1 度増えるごとに広がる間隔（度）。

    ``crowding.bouma`` は，基準が 0.5 のときの値を測る。

    Args:
        seed: 文字と乱数の種。
        levels: 基準。いちばん狭いときの成績を 0，隣がないときの成績を 1 とする。0 より大きく
            1 より小さい数。

    Raises:
        ValueError: 基準が範囲の外のとき。
    """
    if not all(0 < level < 1 for level in levels):
        raise ValueError(
            f"levels は 0 と 1 の間の数にしてください（受け取った値: {list(levels)}）。"
        )
    rng = np.random.default_rng(seed)
    needed = []  # (偏心度, 基準)
    for e in ECCENTRICITIES:
        alone = accuracy(np.inf, e, rng)
        found = np.array([accuracy(r * e, e, rng) for r in RATIOS])
        goals = [found[0] + level * (alone - found[0]) for level in levels]
        last = [np.flatnonzero(found < goal)[-1] for goal in goals]
        needed.append([e * RATIOS[min(k + 1, len(RATIOS) - 1)] for k in last])
    return [
        float(np.polyfit(ECCENTRICITIES, one, 1)[0])
        for one in zip(*needed, strict=True)
    ]
