"""読者が一つずつ学ぶ三つの型：物の絵と，16 回ごとの，人間とモデルの正答。"""

from __future__ import annotations

import numpy as np

from lessons.basics.mlp_sgd import alcove
from lessons.basics.mlp_sgd.six_types import ITEMS, TYPES, errors
from lessons.human import numbers

FEATURES = {"I": (2, 0, 1), "II": (0, 1, 2), "IV": (1, 2, 0)}
"""読者に見せる型と，式の特徴を，形（0），大きさ（1），塗り（2）のどれに割り当てるか。"""
SEEDS = range(20)
BLOCK = 16
"""一まとまりの回数。8 個の物が，平均で二度ずつ出る。"""
SHOWN_BLOCKS = 4
"""並べて見せる，人間とモデルのまとまりの数。"""


def item_svg(shape: float, size: float, fill: float) -> str:
    """物一つの SVG。形（四角，三角），大きさ（小，大），塗り（なし，あり）。"""
    r = 64 if size else 34
    corners = (
        f"0 {-r} {r} {r} {-r} {r}" if shape else f"{-r} {-r} {r} {-r} {r} {r} {-r} {r}"
    )
    return (
        '<svg viewBox="-100 -100 200 200" role="img" aria-label="物">'
        f'<polygon points="{corners}" stroke="#eee" stroke-width="6" '
        f'fill="{"#eee" if fill else "none"}"/></svg>'
    )


def shown(name: str, item: int) -> str:
    """型 ``name`` での，番号 ``item``（0〜7）の物の絵。"""
    look = np.zeros(3)
    look[list(FEATURES[name])] = ITEMS[item]
    return item_svg(*look)


def correct_by_block() -> dict[str, dict[str, dict[float, float]]]:
    """16 回ごとの正答（%）：人間と，同じ 8 個の物を学ぶ二つのモデル。

    Returns:
        ``{"人間": {"型 I": {8.5: 正答, 24.5: 正答, …}, …}, …}``。鍵は，まとまりの真ん中の回。
    """
    middles = [BLOCK * block + (BLOCK + 1) / 2 for block in range(SHOWN_BLOCKS)]
    wrong = {
        "人間": {
            name: [
                numbers("basics/mlp_sgd", "six_types_blocks", f"{name}・{block}")[
                    0
                ].value
                for block in range(1, SHOWN_BLOCKS + 1)
            ]
            for name in FEATURES
        }
    }
    for title, learn in (("誤差逆伝播", errors), ("ALCOVE", alcove.errors)):
        found = np.mean([learn(seed) for seed in SEEDS], axis=0)  # (6, 16)
        wrong[title] = dict(zip(TYPES, found.tolist(), strict=True))
    return {
        title: {
            f"型 {name}": {
                middle: 100 * (1 - miss)
                for middle, miss in zip(middles, own[name], strict=False)
            }
            for name in FEATURES
        }
        for title, own in wrong.items()
    }
