"""図を SVG にして見せる。

線と文字は SVG のまま，写真や地図は SVG の中の WebP になります。
数を描いた図は，その数を CSV として SVG の中に持ちます（bookkit が取り出して頁に置きます）。
"""

from __future__ import annotations

import base64
import csv
import io
import re
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

PHONE_PX = 328
"""幅 360 px の電話で，本文の欄の幅（CSS px）。"""
SMALLEST_PX = 13.5
"""電話での文字の大きさの下限（CSS px）。"""
MOST_ROWS = 5000
"""CSV に入れる行数の上限。"""

_EMBEDDED = re.compile(r'data:image/png;base64,([^"]+)"')


def smallest_text_px(figure: Figure, screen: float = PHONE_PX) -> float:
    """図を幅 ``screen`` px で見せたときの，いちばん小さい文字の大きさ（px）を返す。

    文字のない図では ``inf`` を返す。
    """
    figure.canvas.draw()
    sizes = [
        float(text.get_fontsize())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and _is_drawn(text)
    ]
    width_pt = figure.get_figwidth() * 72
    return min(sizes) * screen / width_pt if sizes else float("inf")


def _is_drawn(text: Text) -> bool:
    """軸を消した区画の目盛りなど，描かれない文字を除く。"""
    axes = text.axes
    if axes is None:
        return True
    if not axes.get_visible():
        return False
    if axes.axison:
        return True
    ticks = [*axes.xaxis.get_ticklabels(), *axes.yaxis.get_ticklabels()]
    hidden = {
        id(t)
        for t in [
            *ticks,
            axes.xaxis.label,
            axes.yaxis.label,
            axes.xaxis.offsetText,
            axes.yaxis.offsetText,
        ]
    }
    return id(text) not in hidden


def csv_of(figure: Figure) -> str:
    """図に描かれた線・棒・点の数を CSV の文字列にする。数がなければ空文字列。

    列は ``区画, 系列, 横軸, 縦軸``。軸の名前があれば列名に添える。
    """
    rows: list[tuple[str, str, str, str]] = []
    named = [ax for ax in figure.axes if ax.axison and ax.get_visible()]
    for number, axes in enumerate(named, start=1):
        panel = axes.get_title() or str(number)
        for series, points in _series(axes):
            rows += [(panel, series, f"{x:.6g}", f"{y:.6g}") for x, y in points]
    if not rows or len(rows) > MOST_ROWS:
        return ""
    labels = {(ax.get_xlabel(), ax.get_ylabel()) for ax in named}
    x_name, y_name = labels.pop() if len(labels) == 1 else ("", "")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["区画", "系列", x_name or "横軸", y_name or "縦軸"])
    writer.writerows(rows)
    return buffer.getvalue()


def _series(axes: Axes) -> list[tuple[str, np.ndarray]]:
    """区画の中の系列を ``(名前, 点 (n, 2))`` で返す。"""
    found: list[tuple[str, np.ndarray]] = []

    def name(label: object) -> str:
        text = str(label)
        return text if text and not text.startswith("_") else f"系列{len(found) + 1}"

    for line in axes.get_lines():
        if (
            line.get_transform() is not axes.transData
            and not line.get_transform().contains_branch(axes.transData)
        ):
            continue
        points = np.column_stack(
            [np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)]
        )
        if len(points) > 2 or not str(line.get_label()).startswith("_"):
            found.append((name(line.get_label()), points))
    for container in axes.containers:
        if isinstance(container, BarContainer):
            horizontal = container.orientation == "horizontal"
            points = np.array(
                [
                    (bar.get_y() + bar.get_height() / 2, bar.get_width())
                    if horizontal
                    else (bar.get_x() + bar.get_width() / 2, bar.get_height())
                    for bar in container
                ],
                float,
            )
            found.append((name(container.get_label()), points))
    for collection in axes.collections:
        if isinstance(collection, PathCollection):
            points = np.asarray(np.ma.getdata(collection.get_offsets()), float)
            if len(points):
                found.append((name(collection.get_label()), points))
    return found


def to_svg(figure: Figure) -> str:
    """図を SVG の文字列にする。

    Raises:
        ValueError: 電話で読めない大きさの文字があるとき。
    """
    smallest = smallest_text_px(figure)
    if smallest < SMALLEST_PX:
        raise ValueError(
            f"この図には，電話で {smallest:.1f} px になる小さな字があります。"
            f"文字を大きくするか，図の幅を {figure.get_figwidth():.1f} インチより狭くしてください"
            "（figures.new() の既定値のままなら読めます）。"
        )
    buffer = io.StringIO()
    no_date = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(buffer, format="svg", metadata=no_date)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    # 電話の Colab でも，図が画面の幅に縮むようにする。
    svg = svg.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)
    svg = _EMBEDDED.sub(lambda m: _as_webp(m[1]) + '"', svg)
    numbers = csv_of(figure)
    if numbers:
        head_end = svg.index(">") + 1
        data = f'<metadata id="csv">{escape(numbers)}</metadata>'
        svg = svg[:head_end] + data + svg[head_end:]
    return svg


def _as_webp(png_base64: str) -> str:
    """SVG に埋め込まれた PNG を，小さい方の WebP に変える。"""
    image = Image.open(io.BytesIO(base64.b64decode(png_base64)))
    lossless, lossy = io.BytesIO(), io.BytesIO()
    image.save(lossless, "WEBP", lossless=True, method=4)
    image.save(lossy, "WEBP", quality=82, method=4)
    # 色数の少ない図は可逆の方が小さく，きれいでもある。
    smaller = lossless if lossless.tell() <= lossy.tell() * 1.2 else lossy
    return "data:image/webp;base64," + base64.b64encode(smaller.getvalue()).decode()


def show(figure: Figure) -> None:
    """図をノートブックまたは頁に見せ，閉じる。"""
    from IPython.display import SVG, display

    svg = to_svg(figure)
    plt.close(figure)
    display(SVG(svg))
