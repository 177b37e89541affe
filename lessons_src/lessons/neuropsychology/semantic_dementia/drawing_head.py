"""動物の絵の頭の部分（``drawing`` が使う）。"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Ellipse, PathPatch, Polygon
from matplotlib.path import Path

from lessons.figures import COLORS


def stroke(
    ax: Axes,
    points: list[tuple[float, float]],
    *,
    width: float = 2.0,
    color: str | None = None,
    zorder: float = 2.1,
) -> None:
    """点を曲線（三点なら二次のベジエ）で結ぶ。"""
    curve = [Path.MOVETO] + [Path.CURVE3] * 2 if len(points) == 3 else None
    ax.add_patch(
        PathPatch(
            Path(points, curve),
            facecolor="none",
            zorder=zorder,
            linewidth=width,
            edgecolor=color or COLORS["ink"],
            capstyle="round",
        )
    )


def draw_head(ax: Axes, have: set[str], at: np.ndarray, fill: str) -> None:
    """頭，顔，頭の上の飾りを，点 ``at`` を中心に描く。"""
    x, y = at
    ink = COLORS["ink"]
    line: dict[str, Any] = {"edgecolor": ink, "linewidth": 1.8}
    # 顔の先
    if "鼻先が出ている" in have:
        snout = Ellipse((x + 0.3, y - 0.1), 0.4, 0.26, facecolor=fill, zorder=4, **line)
        ax.add_patch(snout)
    if "長い鼻がある" in have:
        trunk = [(x + 0.22, y - 0.05), (x + 0.65, y - 0.25), (x + 0.4, y - 1.05)]
        stroke(ax, trunk, width=8, zorder=4)
        if fill != "none":
            stroke(ax, trunk, width=5, color=fill, zorder=4.1)
    beaks = {
        "とがったくちばし": [(0.24, 0.08), (0.62, -0.02), (0.24, -0.1)],
        "平たいくちばし": [(0.22, 0.06), (0.66, 0.06), (0.7, -0.08), (0.22, -0.1)],
        "曲がったくちばし": [(0.22, 0.12), (0.55, 0.08), (0.5, -0.22), (0.4, -0.04), (0.22, -0.08)],
    }  # fmt: skip
    shapes = [beaks[name] for name in beaks if name in have]
    if not shapes and "くちばしがある" in have:
        shapes = [[(0.24, 0.06), (0.42, 0), (0.24, -0.06)]]
    for shape in shapes:
        where = [(x + dx, y + dy) for dx, dy in shape]
        ax.add_patch(Polygon(where, facecolor=COLORS["orange"], zorder=4, **line))
    # 頭の上と後ろ
    if "とさかがある" in have:
        comb = [(-0.14, 0.2), (-0.12, 0.48), (-0.02, 0.3), (0.04, 0.5), (0.1, 0.3), (0.2, 0.42), (0.18, 0.18)]  # fmt: skip
        points = [(x + dx, y + dy) for dx, dy in comb]
        ax.add_patch(Polygon(points, facecolor=COLORS["red"], zorder=2.9, **line))
    if "つのがある" in have:
        for dx in (-0.08, 0.14):
            horn = [
                (x + dx, y + 0.2),
                (x + dx + 0.02, y + 0.5),
                (x + dx + 0.2, y + 0.55),
            ]
            stroke(ax, horn, width=3.2, zorder=2.9)
    if "たてがみがある" in have:
        for k in range(5):
            start = (x - 0.16 - 0.1 * k, y + 0.2 - 0.13 * k)
            stroke(ax, [start, (start[0] - 0.16, start[1] + 0.14)], width=2.6)
    if "小さい耳" in have:
        ear = [(x - 0.2, y + 0.14), (x - 0.14, y + 0.42), (x - 0.02, y + 0.22)]
        ax.add_patch(Polygon(ear, facecolor=fill, zorder=2.9, **line))
    if "大きな耳" in have:
        ax.add_patch(
            Ellipse((x - 0.3, y), 0.5, 0.75, facecolor=fill, zorder=4.2, **line)
        )
    if "長い耳" in have:
        for dx in (-0.16, 0.02):
            tall = (x + dx, y + 0.5)
            ax.add_patch(Ellipse(tall, 0.15, 0.7, facecolor=fill, zorder=2.9, **line))
    ax.add_patch(Circle((x, y), 0.27, facecolor=fill, zorder=3.9, **line))
    dark_face = fill in (COLORS["black"], COLORS["blue"])
    eye = COLORS["white"] if dark_face else ink
    ax.add_patch(Circle((x + 0.08, y + 0.07), 0.045, facecolor=eye, zorder=5))
    if "長いひげがある" in have:
        for dy in (-0.02, -0.1, -0.18):
            stroke(
                ax, [(x + 0.2, y - 0.1), (x + 0.62, y + dy * 1.6)], width=1.2, zorder=5
            )
    if "牙がある" in have:
        tusk = [(x + 0.18, y - 0.16), (x + 0.35, y - 0.42), (x + 0.6, y - 0.34)]
        stroke(ax, tusk, width=4, color=ink, zorder=4.4)
        stroke(ax, tusk, width=2, color=COLORS["white"], zorder=4.5)
