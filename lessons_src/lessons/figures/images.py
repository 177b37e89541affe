"""写真，地図の重ね描き，視線の道すじ。"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.patheffects as path_effects
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lessons.figures.style import COLORS

_OUTLINE = [path_effects.withStroke(linewidth=3, foreground=COLORS["black"])]


def draw_image(axes: Axes, image: ArrayLike, title: str = "") -> None:
    """写真や地図を，軸なしで描く。

    Args:
        image: ``(H, W)`` または ``(H, W, 3)``。実数なら 0〜1。
    """
    pixels = np.asarray(image)
    axes.imshow(pixels, cmap="gray" if pixels.ndim == 2 else None)
    axes.set_axis_off()
    if title:
        axes.set_title(title)


def draw_overlay(
    axes: Axes,
    image: ArrayLike,
    heat: ArrayLike,
    title: str = "",
    *,
    alpha: float = 0.6,
    at_corner: bool = False,
) -> None:
    """写真の上に熱地図を重ねる。熱が 0 の場所は写真がそのまま見える。

    Args:
        image: 写真 ``(H, W, 3)``，0〜1。
        heat: 地図 ``(h, w)``。写真と違う大きさなら引き伸ばす。負の値は 0 とみなす。
        alpha: 熱が最大の場所での重ねの濃さ。
        at_corner: 真なら，番号 i の値を，ますの真ん中でなく左上の角に置く。
            torchvision のアンカーの中心は，ますの角にある。右と下の端に余る半ますは，
            端の値で埋める。
    """
    pixels = np.asarray(image)
    values = np.clip(np.asarray(heat, float), 0, None)
    peak = values.max()
    values = values / peak if peak > 0 else values
    height, width = pixels.shape[:2]
    left, right, bottom, top = 0.0, width, height, 0.0
    if at_corner:
        across, down = width / values.shape[1] / 2, height / values.shape[0] / 2
        values = np.pad(values, ((0, 1), (0, 1)), mode="edge")
        left, right = -across, width + across
        bottom, top = height + down, -down
    axes.imshow(pixels, extent=(0, width, height, 0))
    axes.imshow(
        values,
        cmap="inferno",
        vmin=0,
        vmax=1,
        alpha=_smooth(values) * alpha if values.shape else alpha,
        extent=(left, right, bottom, top),
        interpolation="bilinear",
    )
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    if title:
        axes.set_title(title)


def _smooth(values: np.ndarray) -> np.ndarray:
    """弱い熱も少し見えるように，濃さを持ち上げる。"""
    return np.sqrt(values)


def draw_scanpath(axes: Axes, points: Sequence[tuple[float, float]]) -> None:
    """視線の道すじを，順番の数字つきで描く。

    Args:
        points: ``(x, y)`` の列。図の座標。
    """
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    axes.plot(xs, ys, color=COLORS["white"], linewidth=2.5, path_effects=_OUTLINE)
    for order, (x, y) in enumerate(points, start=1):
        axes.text(
            x,
            y,
            str(order),
            color=COLORS["black"],
            ha="center",
            va="center",
            bbox={"boxstyle": "circle,pad=0.2", "facecolor": COLORS["white"]},
        )
