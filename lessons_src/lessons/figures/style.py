"""色・書体・大きさ。本のすべての図がここの値を使います。

図は幅 328 px の電話の画面に合わせて描きます。そのため幅は 4.6 インチ，文字は 14 pt です。
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import matplotlib_fontja
from cycler import cycler
from matplotlib.figure import Figure

WIDTH = 4.6
"""図の幅（インチ）。これより広い図は電話で字が小さくなる。"""

PALETTE = Path(__file__).parents[1] / "palette.json"
"""色の決まり。図と頁の色を，明るい頁と暗い頁の組で，ここだけに書く。"""

_figure = json.loads(PALETTE.read_text("utf8"))["figure"]
COLORS: dict[str, str] = {name: colour["light"] for name, colour in _figure.items()}
"""明るい頁での色。色覚の違いがあっても見分けやすい組（Okabe–Ito の系統）。

暗い頁では，bookkit が SVG の中のこの色を，暗い方の色に置き換える。
"""
DARK_COLORS: dict[str, str] = {name: colour["dark"] for name, colour in _figure.items()}
"""暗い頁での色。明暗を自分で持つ図（動く図）が使う。"""

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
