"""あなたの学習：二組のカードを覚え，あとで類を答える。

組ごとに，三つの二択の特徴（形，塗り，大きさ）を持つ六枚がある。一組は直線で分けられ，
もう一組は分けられない。作りは ``categories.MEMBERS`` と同じ。
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from lessons.basics.neural_network.categories import MEMBERS
from lessons.figures.style import COLORS

SHAPES = {"linear": "os", "nonlinear": "^D"}
"""組ごとの，二つの形。"""
ROLES = {"linear": (0, 1, 2), "nonlinear": (2, 0, 1)}
"""形，塗り，大きさが，何番めの特徴か。"""
ORDER = (
    "nonlinear 4", "linear 2", "linear 5", "nonlinear 0", "linear 0", "nonlinear 3",
    "linear 3", "nonlinear 5", "nonlinear 1", "linear 4", "nonlinear 2", "linear 1",
)  # fmt: skip
"""試験の順番。組の名前と，その組の何枚めか（0〜2 が A，3〜5 が B）。"""
TEST = tuple((name.split()[0], int(name.split()[1])) for name in ORDER)


def draw(ax: Axes, kind: str, number: int) -> None:
    """カード一枚を描く。

    Args:
        ax: 描く場所。
        kind: 組（``linear`` か ``nonlinear``）。
        number: 何枚めか（0〜5）。
    """
    bits = [int(c) for c in " ".join(MEMBERS[kind]).split()[number]]
    shape, filled, large = (bits[role] for role in ROLES[kind])
    ax.plot(
        [0],
        [0],
        SHAPES[kind][shape],
        ms=30 if large else 15,
        mew=2.5,
        color=COLORS["ink"],
        fillstyle="full" if filled else "none",
    )
    ax.set_xlim(-1, 1)
    ax.set_ylim(-1, 1)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(True)


def score(letters: str) -> dict[str, float]:
    """試験の答えを採点し，組ごとの正答率を返す。

    Args:
        letters: A か B を，試験の順に 12 字。

    Raises:
        ValueError: 12 字でない，または A と B のほかの字があるとき。
    """
    told = letters.strip().upper().translate(str.maketrans("ＡＢａｂ", "ABAB"))
    if len(told) != len(TEST) or set(told) - {"A", "B"}:
        raise ValueError(
            f"答え {letters!r} を，A か B を {len(TEST)} 字並べた形にしてください"
            "（例：ABAB…）。"
        )
    right: dict[str, list[bool]] = {"linear": [], "nonlinear": []}
    for letter, (kind, number) in zip(told, TEST, strict=True):
        right[kind].append((letter == "A") == (number < 3))
    return {kind: float(np.mean(each)) for kind, each in right.items()}
