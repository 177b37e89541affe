"""A4 横の紙に，線・星・字を置く。長さの単位はミリメートル，原点は紙の左上，y は下向き。

物はどれも輪郭で持つので，画像にしても PDF に刷っても，同じ所に同じ大きさで出る。
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib_fontja
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

WIDTH, HEIGHT = 297.0, 210.0
"""A4 横の紙の幅と高さ（mm）。"""
MARGIN = 12.0
"""紙の縁から物までの余白（mm）。"""
GAP = 2.0
"""物どうしの間（mm）。"""
PX_PER_MM = 8 / 3
"""画像の細かさ（1 mm あたりの画素）。"""


@dataclass(frozen=True)
class Item:
    """紙の上の物一つ。"""

    kind: str  # line, letter, word, small_star, large_star, long_line
    x: float  # 中心（mm）
    y: float
    width: float  # 外接する四角の大きさ（mm）
    height: float
    target: bool = False
    text: str = ""
    angle: float = 0.0  # 度。線と星の傾き

    @property
    def box(self) -> tuple[float, float, float, float]:
        """外接する四角 x1, y1, x2, y2（mm）。"""
        across, down = self.width / 2, self.height / 2
        return self.x - across, self.y - down, self.x + across, self.y + down


@dataclass(frozen=True)
class Sheet:
    """シート一枚。"""

    name: str
    instruction: str
    items: tuple[Item, ...]

    @property
    def targets(self) -> tuple[Item, ...]:
        """消すべき物。"""
        return tuple(item for item in self.items if item.target)

    @property
    def boxes(self) -> np.ndarray:
        """外接する四角 ``(n, 4)``（mm）。"""
        return np.array([item.box for item in self.items]).reshape(-1, 4)


def outline(item: Item) -> Outline:
    """物の輪郭（mm）。字も輪郭なので，どの計算機でも同じ形に刷れる。"""
    if item.kind in ("line", "long_line"):
        path = Outline(_BAR).transformed(Affine2D().scale(_length(item.kind), 0.8))
        path = path.transformed(Affine2D().rotate_deg(item.angle))
    elif item.kind in ("small_star", "large_star"):
        path = _star(item.kind, item.angle)
    else:
        path = _glyphs(item.text, EM)
    return path.transformed(Affine2D().translate(item.x, item.y))


EM = 7.0
"""字の大きさ（全角の一辺，mm）。"""
SMALL_STAR, LARGE_STAR, SHORT_LINE, LONG_LINE = 8.0, 13.7, 25.3, 205.0
"""星の幅と，線の長さ（mm）。"""
_BAR = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)]


def _length(kind: str) -> float:
    return SHORT_LINE if kind == "line" else LONG_LINE


@lru_cache(maxsize=512)
def _glyphs(text: str, em: float) -> Outline:
    """字の輪郭。外接する四角の中心を原点に置く。"""
    font = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
    path = TextPath((0, 0), text, size=em, prop=FontProperties(fname=os.fspath(font)))
    (x1, y1), (x2, y2) = path.get_extents().get_points()
    return path.transformed(
        Affine2D().translate(-(x1 + x2) / 2, -(y1 + y2) / 2).scale(1, -1)
    )


@lru_cache(maxsize=64)
def _star(kind: str, angle: float) -> Outline:
    """五つの角の星。傾けても，外接する四角の幅は決めた値になる。"""
    path = Outline.unit_regular_star(5, 0.4).transformed(
        Affine2D().rotate_deg(180 + angle)
    )
    (x1, y1), (x2, y2) = path.get_extents().get_points()
    size = (SMALL_STAR if kind == "small_star" else LARGE_STAR) / (x2 - x1)
    return path.transformed(
        Affine2D().translate(-(x1 + x2) / 2, -(y1 + y2) / 2).scale(size)
    )


def make_item(kind: str, **details: Any) -> Item:
    """大きさを輪郭から測って，原点に物を作る。``details`` は ``Item`` の残りの欄。"""
    blank = Item(kind, 0.0, 0.0, 0.0, 0.0, **details)
    (x1, y1), (x2, y2) = outline(blank).get_extents().get_points()
    return Item(kind, 0.0, 0.0, float(x2 - x1), float(y2 - y1), **details)


def at(item: Item, x: float, y: float) -> Item:
    """物を (x, y) へ動かす。"""
    return replace(item, x=float(x), y=float(y))


def scatter(
    groups: Sequence[tuple[Sequence[Item], float, float]], rng: np.random.Generator
) -> tuple[Item, ...]:
    """物を，重ならないように，決めた範囲の横の位置へ散らす。

    Args:
        groups: ``(物の列, 横の範囲の左, 右)`` の列（mm）。
    """
    waiting = [(item, left, right) for items, left, right in groups for item in items]
    waiting.sort(key=lambda row: -row[0].width * row[0].height)
    placed: list[Item] = []
    boxes = np.empty((0, 4))
    for item, left, right in waiting:
        across, down = item.width / 2, item.height / 2
        low = np.array([max(left, MARGIN) + across, MARGIN + down])
        high = np.array([min(right, WIDTH - MARGIN) - across, HEIGHT - MARGIN - down])
        spots = rng.uniform(low, np.maximum(high, low), (1500, 2))
        away_x = np.abs(spots[:, :1] - (boxes[:, 0] + boxes[:, 2])[None] / 2)
        away_y = np.abs(spots[:, 1:] - (boxes[:, 1] + boxes[:, 3])[None] / 2)
        half_x = across + (boxes[:, 2] - boxes[:, 0])[None] / 2 + GAP
        half_y = down + (boxes[:, 3] - boxes[:, 1])[None] / 2 + GAP
        free = ((away_x >= half_x) | (away_y >= half_y)).all(axis=1)
        if (high < low).any() or not free.any():
            raise ValueError(
                f"紙に物が入りきりません（{len(waiting)} 個のうち {len(placed)} 個まで"
                "置けました）。物の数を減らしてください。"
            )
        x, y = spots[free.argmax()]
        placed.append(at(item, x, y))
        boxes = np.vstack([boxes, placed[-1].box])
    return tuple(sorted(placed, key=lambda one: (one.x, one.y)))


def draw(axes: Axes, sheet: Sheet) -> None:
    """紙を，軸の座標をミリメートルにして描く。"""
    shapes = PathCollection(
        [outline(item) for item in sheet.items],
        facecolor="black",
        linewidth=0,
        transform=axes.transData,
    )
    axes.add_collection(shapes)
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="equal")
    axes.set_axis_off()


def _figure(sheet: Sheet) -> Figure:
    """ちょうど A4 横の図。"""
    figure = Figure(figsize=(WIDTH / 25.4, HEIGHT / 25.4), layout="none")  # type: ignore[arg-type]
    figure.patch.set_facecolor("white")
    draw(figure.add_axes((0, 0, 1, 1)), sheet)
    return figure


def pixels(sheet: Sheet) -> np.ndarray:
    """紙の画像 ``(560, 792, 3)`` uint8。1 mm が ``PX_PER_MM`` 画素。"""
    figure = _figure(sheet)
    figure.set_dpi(25.4 * PX_PER_MM)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def save_pdf(sheets: Sequence[Sheet], path: str | os.PathLike[str]) -> None:
    """シートを，一枚ずつ A4 の頁にした PDF に書く。実寸（100 %）で刷る。"""
    if not sheets:
        raise ValueError("PDF にするシートがありません。一枚以上を渡してください。")
    with PdfPages(path, metadata={"CreationDate": None}) as pdf:
        for sheet in sheets:
            pdf.savefig(_figure(sheet))
