"""見た目の属性を，動物の絵にする。

絵は，与えた属性だけで決まる。属性が欠ければその部分は描かれず，余れば余ったまま描かれる。
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Ellipse, PathPatch, Polygon
from matplotlib.path import Path

from lessons.figures import COLORS
from lessons.neuropsychology.semantic_dementia.drawing_head import draw_head, stroke

FILLS = {
    "茶色": "amber",
    "白い": "white",
    "黒い": "black",
    "青い": "blue",
    "灰色": "muted",
    "白と黒": "white",
}
"""体の色と，図の色の名前。"""
ANIMAL_PARTS = frozenset(
    [
        "かぎづめがある",
        "くちばしがある",
        "しま模様",
        "たてがみがある",
        "つのがある",
        "とがったくちばし",
        "とさかがある",
        "ひづめがある",
        "ぶち模様",
        "まっすぐ立っている",
        "人より大きい",
        "体が横向き",
        "体が毛でおおわれている",
        "体が羽でおおわれている",
        "大きな耳",
        "小さい耳",
        "尾がある",
        "尾が短い",
        "尾が長い",
        "平たいくちばし",
        "広がる飾り羽の尾",
        "曲がったくちばし",
        "水かきがある",
        "灰色",
        "無地",
        "牙がある",
        "白い",
        "白と黒",
        "短い足",
        "翼がある",
        "背が平ら",
        "背にこぶがある",
        "茶色",
        "足が二本",
        "足が四本",
        "足の指が分かれている",
        "長いひげがある",
        "長い耳",
        "長い足",
        "長い鼻がある",
        "青い",
        "頭と目がある",
        "頭に飾りがない",
        "首が短い",
        "首が長い",
        "黒い",
        "鼻先が出ている",
    ]
)
"""絵にできる属性。動物の見た目の属性のすべて。"""


def draw_animal(ax: Axes, parts: Iterable[str]) -> None:
    """区画 ``ax`` に，属性 ``parts`` を持つ動物を横から描く。

    Args:
        ax: 描く区画。軸は消える。
        parts: 属性の名前。``ANIMAL_PARTS`` にないもの（車輪など）は描かない。
    """
    have = set(parts)
    ink = COLORS["ink"]
    fill = next((COLORS[FILLS[name]] for name in FILLS if name in have), "none")
    line: dict[str, Any] = {"edgecolor": ink, "linewidth": 1.8}
    upright = "まっすぐ立っている" in have and "体が横向き" not in have
    centre, size = ((0, 0.1), (0.8, 1.5)) if upright else ((0, 0), (1.6, 0.85))
    body = Ellipse(centre, *size, facecolor=fill, zorder=2, **line)
    # 頭：首が短ければ体のすぐ前，長ければ上。首の属性がなければ，体から離れて浮く
    if upright:
        head = np.array([0.25, 1.15])
    elif "首が長い" in have:
        head = np.array([1.15, 1.2])
    elif "首が短い" in have:
        head = np.array([0.98, 0.5])
    else:
        head = np.array([1.25, 0.72])
    _legs(ax, have, upright)
    _tail(ax, have, upright, fill)
    ax.add_patch(body)
    if "背にこぶがある" in have:
        for x in (-0.3, 0.25):
            hump = Ellipse((x, 0.42), 0.45, 0.55, facecolor=fill, zorder=1.9, **line)
            ax.add_patch(hump)
    if "首が長い" in have and not upright:
        stroke(ax, [(0.6, 0.15), (0.95, 0.6), tuple(head)], width=9, color=ink)
        if fill != "none":
            stroke(ax, [(0.6, 0.15), (0.95, 0.6), tuple(head)], width=6, color=fill)
    _skin(ax, have, body, (*centre, *size), fill)
    if "翼がある" in have:
        wing = Ellipse(
            (centre[0] - 0.1, centre[1] + 0.05), size[0] * 0.55, size[1] * 0.45,
            angle=-15, facecolor=fill, zorder=3, **line,
        )  # fmt: skip
        ax.add_patch(wing)
    if "頭と目がある" in have:
        draw_head(ax, have, head, fill)
    ax.set(xlim=(-1.85, 2.0), ylim=(-1.4, 1.9), aspect="equal")
    ax.set_axis_off()


def _legs(ax: Axes, have: set[str], upright: bool) -> None:
    places: list[float] = []
    if "足が四本" in have:
        places += [-0.55, -0.3, 0.3, 0.55]
    if "足が二本" in have:
        places += [-0.12, 0.14]
    top = -0.55 if upright else -0.35
    length = 0.85 if "長い足" in have else 0.4
    if not {"長い足", "短い足"} & have:
        length = 0.2
    for x in places:
        end = top - length
        stroke(ax, [(x, top), (x, end)], width=3.2, zorder=1.5)
        if "水かきがある" in have:
            web = [(x - 0.08, end), (x + 0.24, end - 0.12), (x - 0.02, end - 0.14)]
            ax.add_patch(Polygon(web, facecolor=COLORS["orange"], zorder=1.6))
        if "ひづめがある" in have:
            hoof = [(x - 0.1, end - 0.12), (x + 0.1, end - 0.12), (x + 0.05, end)]
            ax.add_patch(Polygon([*hoof, (x - 0.05, end)], facecolor=COLORS["ink"]))
        if {"足の指が分かれている", "かぎづめがある"} & have:
            sharp = 0.1 if "かぎづめがある" in have else 0.03
            for toe in (-0.1, 0.04, 0.17):
                stroke(ax, [(x, end), (x + toe, end - sharp)], width=2, zorder=1.6)


def _tail(ax: Axes, have: set[str], upright: bool, fill: str) -> None:
    root = (-0.3, -0.5) if upright else (-0.72, 0.15)
    if "広がる飾り羽の尾" in have:
        for angle in np.linspace(100, 200, 6):
            tip = np.array(root) + 0.95 * np.array(
                [np.cos(np.radians(angle)), np.sin(np.radians(angle))]
            )
            stroke(ax, [root, tuple(tip)], width=2.4, color=COLORS["green"])
            ax.add_patch(Circle(tuple(tip), 0.12, facecolor=COLORS["green"]))
            ax.add_patch(Circle(tuple(tip), 0.05, facecolor=COLORS["blue"]))
    if "尾が長い" in have:
        far = (root[0] - 0.45, root[1] + 0.25)
        stroke(ax, [root, far, (root[0] - 0.6, root[1] - 0.5)], width=3)
    if "尾が短い" in have:
        short = [(root[0] + 0.05, root[1] + 0.12), (root[0] - 0.28, root[1] + 0.1)]
        ax.add_patch(
            Polygon(
                [*short, (root[0] + 0.02, root[1] - 0.12)],
                facecolor=fill,
                edgecolor=COLORS["ink"],
                linewidth=1.8,
            )
        )
    if "尾がある" in have and not {"広がる飾り羽の尾", "尾が長い", "尾が短い"} & have:
        stroke(ax, [root, (root[0] - 0.2, root[1])], width=2)


def _skin(
    ax: Axes,
    have: set[str],
    body: Ellipse,
    box: tuple[float, float, float, float],
    fill: str,
) -> None:
    """模様と，体をおおうもの。体からはみ出さない。"""
    cx, cy, w, h = box
    dark = COLORS["white"] if fill == COLORS["black"] else COLORS["black"]
    marks: list[PathPatch | Ellipse] = []
    if "しま模様" in have:
        for x in np.linspace(-0.7, 0.7, 7) * w / 1.6:
            path = Path([(cx + x, cy - h), (cx + x + 0.1, cy + h)])
            marks.append(PathPatch(path, edgecolor=dark, linewidth=4.5))
    if "ぶち模様" in have:
        for x, y, r in ((-0.45, 0.15, 0.3), (0.1, -0.15, 0.34), (0.45, 0.2, 0.24)):
            marks.append(Ellipse((x, y), r, r * 0.8, facecolor=dark))
    if "白と黒" in have and not {"しま模様", "ぶち模様"} & have:
        marks.append(Ellipse((cx - w * 0.3, cy), w * 0.6, h, facecolor=dark))
    if "体が毛でおおわれている" in have:
        for x in np.linspace(-0.6, 0.6, 7) * w / 1.6:
            path = Path([(cx + x, cy - h * 0.36), (cx + x - 0.05, cy - h * 0.5)])
            marks.append(PathPatch(path, edgecolor=COLORS["ink"], linewidth=1.3))
    if "体が羽でおおわれている" in have:
        for x in np.linspace(-0.45, 0.45, 4) * w / 1.6:
            points = [
                (cx + x, cy - 0.2),
                (cx + x + 0.09, cy - 0.34),
                (cx + x + 0.18, cy - 0.2),
            ]
            path = Path(points, [Path.MOVETO, Path.CURVE3, Path.CURVE3])
            marks.append(
                PathPatch(
                    path, facecolor="none", edgecolor=COLORS["ink"], linewidth=1.3
                )
            )
    for mark in marks:
        mark.set_zorder(2.5)
        ax.add_patch(mark)
        mark.set_clip_path(body)
