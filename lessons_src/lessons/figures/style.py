"""色・書体・大きさ。本のすべての図がここの値を使います。

図は幅 328 px の電話の画面に合わせて描きます。そのため幅は 4.6 インチ，文字は 14 pt です。
"""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import matplotlib_fontja
from cycler import cycler
from matplotlib.figure import Figure

WIDTH = 4.6
"""図の幅（インチ）。これより広い図は電話で字が小さくなる。"""

COLORS: dict[str, str] = {
    "ink": "#1f2a37",
    "muted": "#5b6675",
    "grid": "#d5dbe3",
    "panel": "#eef2f7",
    "blue": "#0072b2",
    "orange": "#c85200",
    "green": "#00805e",
    "purple": "#9b4f96",
    "amber": "#9a6700",
    "red": "#c4314b",
}
"""明るい頁での色。色覚の違いがあっても見分けやすい組（Okabe–Ito の系統）。"""

DARK_COLORS: dict[str, str] = {
    "ink": "#e6eaf0",
    "muted": "#a9b4c2",
    "grid": "#3c4654",
    "panel": "#232b36",
    "blue": "#5ab4e8",
    "orange": "#ff9350",
    "green": "#35c79a",
    "purple": "#d795d2",
    "amber": "#e5b84b",
    "red": "#ff8093",
}
"""暗い頁での色。bookkit が SVG の中の色をこの色に置き換える。"""

SERIES = ("blue", "orange", "green", "purple", "amber", "red")
"""系列に使う色の順番。"""


def use_style() -> None:
    """本の書体・色・大きさを matplotlib に設定する。各章の最初のセルで呼ぶ。"""
    matplotlib_fontja.japanize()
    ink = COLORS["ink"]
    mpl.rcParams.update(
        {
            "figure.figsize": (WIDTH, 3.2),
            "figure.constrained_layout.use": True,
            "figure.facecolor": "none",
            "savefig.facecolor": "none",
            "axes.facecolor": "none",
            "font.size": 14,
            "axes.titlesize": 14,
            "axes.labelsize": 14,
            "xtick.labelsize": 14,
            "ytick.labelsize": 14,
            "legend.fontsize": 14,
            "figure.titlesize": 14,
            "axes.unicode_minus": False,
            "text.color": ink,
            "axes.labelcolor": ink,
            "axes.titlecolor": ink,
            "axes.edgecolor": COLORS["muted"],
            "xtick.color": COLORS["muted"],
            "ytick.color": COLORS["muted"],
            "xtick.labelcolor": ink,
            "ytick.labelcolor": ink,
            "axes.grid": False,
            "grid.color": COLORS["grid"],
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=[COLORS[name] for name in SERIES]),
            "lines.linewidth": 2.2,
            "legend.frameon": False,
            "image.cmap": "viridis",
            "svg.fonttype": "path",
            "svg.hashsalt": "lessons",
        }
    )


def new(
    rows: int = 1, columns: int = 1, *, height: float = 3.2, **options: Any
) -> tuple[Figure, Any]:
    """本の幅の図を用意する。

    Args:
        rows, columns: 区画の行と列の数。電話で読むため，列は 3 までにする。
        height: 図の高さ（インチ）。
        options: ``matplotlib.pyplot.subplots`` にそのまま渡す。

    Returns:
        ``(figure, axes)``。``plt.subplots`` と同じ形。
    """
    if columns > 3:
        raise ValueError(
            f"列が {columns} あると電話で字が読めません。3 列までにし，行を増やしてください。"
        )
    return plt.subplots(rows, columns, figsize=(WIDTH, height), **options)
