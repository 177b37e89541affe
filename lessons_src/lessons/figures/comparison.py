"""人間・モデル・あなたを，一つの横軸に並べる図。対照も同じ軸に置く。"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lessons.figures.style import COLORS, new

Interval = tuple[float, float, float]
"""値と，区間の下と上。区間がなければ nan。"""

KINDS = {
    "人間": ("D", "green", 3),
    "あなた": ("*", "purple", 2),
    "モデル": ("o", "blue", 1),
    "対照": ("|", "orange", 0),
}
"""並べるもの：印，色，段（大きいほど上）。色が見分けられなくても，形と段でわかる。"""

LONGEST = 23
"""電話の幅の図で，一行に入る見出しの字数。"""


@dataclass(frozen=True)
class Row:
    """図の一段。どれも同じ単位の数。

    Attributes:
        title: 見出し。
        model: モデルの値と区間。
        human: 人間の値と区間。同じ単位の数がなければ None。
        controls: 対照の値。
        yours: 読者の値。まだなければ None。
    """

    title: str
    model: Interval
    human: Interval | None = None
    controls: Sequence[float] = field(default=())
    yours: float | None = None


def compare(rows: Sequence[Row], *, unit: str = "") -> Figure:
    """段ごとに一つの横軸を取り，人間・モデル・あなた・対照を並べて描く。

    横軸は段ごとに決める。縦の線は 0（効果がない）。

    Args:
        rows: 段。
        unit: いちばん下の横軸に書く単位。

    Raises:
        ValueError: 段が一つもないとき。
    """
    if not rows:
        raise ValueError("並べる段がありません。Row を一つ以上渡してください。")
    titles = [two_lines(row.title) for row in rows]
    more = sum("\n" in title for title in titles)
    height = 0.95 * len(rows) + 0.25 * more + 0.9
    fig, axes = new(len(rows), 1, height=height, squeeze=False)
    for ax, row, title in zip(axes[:, 0], rows, titles, strict=True):
        _draw(ax, row)
        ax.set_title(title, loc="left")
    axes[-1, 0].set_xlabel(unit)
    _legend(fig, rows)
    return fig


def two_lines(title: str) -> str:
    """長い見出しを，「，」の後か，``LONGEST`` 字で折る。"""
    if len(title) <= LONGEST:
        return title
    comma = title.rfind("，", LONGEST // 2, LONGEST)
    at = comma + 1 if comma > 0 else LONGEST
    return f"{title[:at]}\n{title[at:]}"


def _draw(ax: Axes, row: Row) -> None:
    ax.axvline(0, color=COLORS["muted"], linewidth=1)
    nothing = (math.nan, math.nan)
    marks: list[tuple[str, Interval]] = [("モデル", row.model)]
    if row.human is not None:
        marks.append(("人間", row.human))
    if row.yours is not None:
        marks.append(("あなた", (row.yours, *nothing)))
    for kind, (value, low, high) in marks:
        marker, color, lane = KINDS[kind]
        ax.plot([low, high], [lane, lane], color=COLORS[color], linewidth=3)
        ax.plot([value], [lane], marker, color=COLORS[color], ms=8, label=kind)
    if row.controls:
        marker, color, lane = KINDS["対照"]
        lanes = [lane] * len(row.controls)
        ax.plot(
            row.controls,
            lanes,
            marker,
            color=COLORS[color],
            ms=11,
            mew=2.5,
            label="対照",
        )
    ax.set_ylim(-0.7, 3.7)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=5)


def _legend(fig: Figure, rows: Sequence[Row]) -> None:
    found = {
        label: handle
        for ax in fig.axes
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    shown = [kind for kind in KINDS if kind in found]
    fig.legend(
        [found[kind] for kind in shown],
        shown,
        loc="outside upper center",
        ncols=len(shown),
        handletextpad=0.2,
        columnspacing=1,
    )
