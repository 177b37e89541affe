"""読者が一つずつ学ぶ三つの型：物の絵と，初めの 16 回の，人間とモデルの正答。"""

from __future__ import annotations

import numpy as np

from lessons.basics.mlp_sgd import alcove
from lessons.basics.mlp_sgd.six_types import ITEMS, TYPES, errors
from lessons.human import numbers

FEATURES = {"I": (2, 0, 1), "II": (0, 1, 2), "IV": (1, 2, 0)}
"""読者に見せる型と，式の特徴を，形（0），大きさ（1），塗り（2）のどれに割り当てるか。"""
SEEDS = range(20)


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


def correct_at_first() -> dict[str, dict[str, float]]:
    """初めの 16 回の正答（%）：人間と，同じ 8 個の物を学ぶ二つのモデル。"""
    people = {
        name: numbers("basics/mlp_sgd", "six_types_start", name)[0].value
        for name in FEATURES
    }
    wrong = {"人間": people}
    for title, learn in (("誤差逆伝播", errors), ("ALCOVE", alcove.errors)):
        first = np.mean([learn(seed)[:, 0] for seed in SEEDS], axis=0)
        wrong[title] = dict(zip(TYPES, first.tolist(), strict=True))
    return {
        title: {f"型 {name}": 100 * (1 - own[name]) for name in FEATURES}
        for title, own in wrong.items()
    }
