"""章の図：答えの分かれ目，内積，配列の形。"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from lessons.figures.style import COLORS

MARKS = {0: ("s", "orange"), 1: ("o", "blue")}
"""正解ごとの，印と色。"""


def regions(
    ax: Axes,
    value: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    X: ArrayLike,
    t: ArrayLike,
    *,
    margin: float = 0.6,
) -> None:
    """答えの分かれ目を塗り分け，例を置く。

    Args:
        ax: 描く場所。
        value: 入力 ``(n, 2)`` を，0 を超えたら 1 と答える値 ``(n,)`` にする関数。
        X: 例 ``(m, 2)``。
        t: 正解 ``(m,)``。
        margin: 例の外に広げる幅。
    """
    X, t = np.asarray(X, float), np.asarray(t)
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    x, y = np.meshgrid(
        *(np.linspace(a, b, 121) for a, b in zip(low, high, strict=True))
    )
    z = value(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(x.shape)
    shades = [COLORS["orange"], COLORS["blue"]]
    ax.contourf(x, y, z, levels=[-1e9, 0, 1e9], colors=shades, alpha=0.22)
    if z.min() < 0 < z.max():
        ax.contour(x, y, z, levels=[0], colors=[COLORS["ink"]], linewidths=1.6)
    examples(ax, X, t)
    ax.set_xlim(low[0], high[0])
    ax.set_ylim(low[1], high[1])
    ax.set_aspect("equal")


def examples(ax: Axes, X: ArrayLike, t: ArrayLike) -> None:
    """例を，正解ごとの印で置く。"""
    for x, answer in zip(np.asarray(X, float), np.asarray(t), strict=True):
        mark, color = MARKS[int(answer)]
        ax.plot(*x, mark, color=COLORS[color], ms=11, zorder=3)


def grid(ax: Axes, numbers: ArrayLike, title: str) -> None:
    """数の並びを，ます目に書く。"""
    cells = np.atleast_2d(np.asarray(numbers))
    for (row, column), number in np.ndenumerate(cells):
        ax.add_patch(
            Rectangle(
                (column, row),
                1,
                1,
                facecolor=COLORS["panel"],
                edgecolor=COLORS["muted"],
            )
        )
        ax.text(column + 0.5, row + 0.5, f"{number:g}", ha="center", va="center")
    ax.set_xlim(-0.1, 3.1)
    ax.set_ylim(4.1, -0.1)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(title)
