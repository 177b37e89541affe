"""あなたの実験：見本を見て，二つの課題の 8 個の物を，A と B に分ける。"""

from __future__ import annotations

from types import EllipsisType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from lessons.basics.mlp_sgd.six_types import ITEMS, TYPES, targets
from lessons.figures import COLORS, new
from lessons.letters import checked

TASKS = {"課題 1": "IV", "課題 2": "II"}
"""課題の名前と，六つの型の中の型。"""
_CORNERS = {
    0: [(-1, -1), (1, -1), (1, 1), (-1, 1)],  # 四角
    1: [(-1.15, 1), (1.15, 1), (0, -1)],  # 三角（縦の軸は下向き）
}


def draw_item(ax: Axes, item: int, x: float, y: float) -> None:
    """番号 ``item``（0〜7）の物を，``(x, y)`` に描く。特徴は，形，大きさ，塗り。"""
    shape, size, fill = ITEMS[item].astype(int)
    half = 0.3 if size else 0.15
    corners = half * np.array(_CORNERS[shape]) + [x, y]
    color = COLORS["ink"]
    ax.add_patch(
        Polygon(corners, facecolor=color if fill else "none", edgecolor=color, lw=2)
    )


def _panel(ax: Axes, title: str) -> None:
    ax.set_title(title, loc="left")
    ax.set_xlim(-0.8, 3.6)
    ax.set_ylim(1.75, -0.6)
    ax.set_aspect("equal")
    ax.axis("off")


def draw_type(ax: Axes, name: str, title: str) -> None:
    """型 ``name`` の 8 個の物を，上の段に類 A，下の段に類 B として描く。"""
    _panel(ax, title)
    right = targets()[list(TYPES).index(name)]
    for row, (label, value) in enumerate((("A", 1), ("B", 0))):
        ax.text(-0.65, row * 1.1, label, va="center", ha="center")
        for column, item in enumerate(np.flatnonzero(right == value)):
            draw_item(ax, int(item), column, row * 1.1)


def order(task: str) -> list[int]:
    """問題の図に並べる，物の番号の順。

    Raises:
        ValueError: 知らない課題のとき。ある名前を挙げる。
    """
    if task not in TASKS:
        raise ValueError(f"課題 {task!r} はありません。ある課題: {'，'.join(TASKS)}")
    g = np.random.default_rng(list(TASKS).index(task) + 3)
    return [int(k) for k in g.permutation(8)]


def samples() -> Figure:
    """見本の図。二つの課題の，8 個の物の類。"""
    fig, axes = new(2, 1, height=5)
    for ax, (task, name) in zip(axes, TASKS.items(), strict=True):
        draw_type(ax, name, f"{task} の見本")
    return fig


def questions() -> Figure:
    """問題の図。同じ物を，違う順に，番号を付けて並べる。"""
    fig, axes = new(2, 1, height=5.6)
    for ax, task in zip(axes, TASKS, strict=True):
        _panel(ax, f"{task} の問題")
        ax.set_ylim(2.15, -0.6)
        for place, item in enumerate(order(task)):
            x, y = place % 4, place // 4 * 1.35
            draw_item(ax, item, x, y)
            ax.text(x, y + 0.55, str(place + 1), va="center", ha="center")
    return fig


def error_rates(answers: dict[str, str | EllipsisType]) -> dict[str, float]:
    """あなたの答えの，型ごとの誤りの割合。まだ答えていない課題は入れない。

    Args:
        answers: 課題の名前から，「A」「B」を 8 字並べた文字列を引く表。

    Raises:
        ValueError: 知らない課題か，「A」「B」の 8 字でない答えのとき。
    """
    found = {}
    for task, answer in answers.items():
        places = order(task)
        if isinstance(answer, EllipsisType):
            continue
        checked(answer, "AB", "A か B", 8, name=task)
        right = targets()[list(TYPES).index(TASKS[task])][places]
        wrong = [(a == "A") != (r > 0.5) for a, r in zip(answer, right, strict=True)]
        found[TASKS[task]] = float(np.mean(wrong))
    return found
