"""模式図を描く小さな道具。箱と矢印を，名前と座標で置きます。"""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lessons.figures.style import COLORS, WIDTH


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float


class Diagram:
    """箱と矢印の模式図。座標は横 0〜10，縦 0〜``rows``（上が 0）。

    例::

        d = Diagram(rows=4)
        d.box("入力", 5, 0.6)
        d.box("特徴地図", 5, 2.2, color="blue")
        d.arrow("入力", "特徴地図")
        figures.show(d.figure)
    """

    def __init__(self, rows: float = 6, *, inches_per_row: float = 0.62) -> None:
        size = (WIDTH, rows * inches_per_row)
        figure, axes = plt.subplots(figsize=size)
        axes.set_xlim(0, 10)
        axes.set_ylim(rows, 0)
        axes.set_axis_off()
        self.figure: Figure = figure
        self.axes: Axes = axes
        self._boxes: dict[str, _Box] = {}

    def box(
        self,
        label: str,
        x: float,
        y: float,
        *,
        width: float = 4,
        height: float = 0.9,
        color: str = "muted",
        name: str = "",
    ) -> None:
        """``(x, y)`` を中心とする箱を置く。``name`` を省くと ``label`` が名前になる。"""
        key = name or label
        if key in self._boxes:
            raise ValueError(
                f"模式図に箱「{key}」が二つあります。name= で別の名前を付けてください。"
            )
        self._boxes[key] = _Box(x, y, width, height)
        self.axes.add_patch(
            FancyBboxPatch(
                (x - width / 2, y - height / 2),
                width,
                height,
                boxstyle="round,pad=0,rounding_size=0.18",
                facecolor=COLORS["panel"],
                edgecolor=COLORS[color],
                linewidth=1.8,
            )
        )
        self.axes.text(x, y, label, ha="center", va="center", linespacing=1.25)

    def note(self, label: str, x: float, y: float, *, color: str = "muted") -> None:
        """箱のない言葉を置く。"""
        self.axes.text(x, y, label, ha="center", va="center", color=COLORS[color])

    def arrow(
        self, start: str, end: str, *, color: str = "ink", bend: float = 0.0
    ) -> None:
        """箱 ``start`` から箱 ``end`` へ矢印を引く。"""
        for key in (start, end):
            if key not in self._boxes:
                raise KeyError(
                    f"模式図に箱「{key}」がありません。ある箱: {', '.join(self._boxes)}"
                )
        a, b = self._boxes[start], self._boxes[end]
        self.axes.add_patch(
            FancyArrowPatch(
                _edge(a, b),
                _edge(b, a),
                arrowstyle="-|>",
                mutation_scale=14,
                shrinkA=1,
                shrinkB=1,
                linewidth=1.6,
                color=COLORS[color],
                connectionstyle=f"arc3,rad={bend}",
            )
        )


def _edge(box: _Box, toward: _Box) -> tuple[float, float]:
    """``toward`` に向かう辺の中点を返す。"""
    dx, dy = toward.x - box.x, toward.y - box.y
    overlaps = abs(dx) < (box.width + toward.width) / 2 and dy
    if overlaps or abs(dy) * box.width >= abs(dx) * box.height:
        return (box.x, box.y + box.height / 2 * (1 if dy > 0 else -1))
    return (box.x + box.width / 2 * (1 if dx > 0 else -1), box.y)
