"""黒い地に白い図形を描く紙。"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

SIDE = 224
"""画像の一辺（画素）。EfficientNet-Lite0 が学習で見た大きさ。"""
_FINER = 3  # 縁をなめらかにするために，この倍の細かさで描いてから縮める

Points = np.ndarray
"""点の並び ``(点の数, 2)``。中央が (0, 0)，右と下が正，単位は画素。"""


class Canvas:
    """一枚の紙。座標は中央を (0, 0) とし，右と下を正とする（画素）。

    Args:
        shift: 図形全体をずらす量 ``(2,)``（画素）。
        size: 図形全体の倍率。
        turn: 図形全体を時計回りに回す角度（度）。
        width: 線の太さ（画素）。
    """

    def __init__(
        self,
        shift: Iterable[float] = (0, 0),
        size: float = 1.0,
        turn: float = 0.0,
        width: float = 4.0,
    ) -> None:
        side = SIDE * _FINER
        self.image = Image.new("L", (side, side), 0)
        self._draw = ImageDraw.Draw(self.image)
        self._shift = np.asarray(tuple(shift), float)
        self._size, self.width = size, width
        angle = np.deg2rad(turn)
        cos, sin = np.cos(angle), np.sin(angle)
        self._turn = np.array([[cos, -sin], [sin, cos]])

    def _place(self, points: Iterable[Iterable[float]]) -> list[tuple[float, float]]:
        given = np.asarray([tuple(point) for point in points], float)
        placed = self._size * given @ self._turn.T + self._shift + SIDE / 2
        return [(float(x), float(y)) for x, y in placed * _FINER]

    def line(self, points: Iterable[Iterable[float]]) -> None:
        """折れ線を引く。"""
        width = max(1, round(self.width * _FINER))
        placed = self._place(points)
        self._draw.line(placed, fill=255, width=width, joint="curve")
        for x, y in (placed[0], placed[-1]):  # 端を丸める
            r = width / 2
            self._draw.ellipse((x - r, y - r, x + r, y + r), fill=255)

    def polygon(self, points: Iterable[Iterable[float]], level: int = 255) -> None:
        """多角形を ``level`` の明るさ（0〜255）で塗る。"""
        self._draw.polygon(self._place(points), fill=level)

    def disk(self, x: float, y: float, radius: float, level: int = 255) -> None:
        """円を塗る。"""
        self.polygon(arc(x, y, radius, radius, 0, 360), level)

    def pixels(self) -> np.ndarray:
        """``(224, 224)``，uint8 にする。"""
        small = self.image.resize((SIDE, SIDE), Image.Resampling.BOX)
        return np.asarray(small)


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Points:
    """楕円の弧の点 ``(60, 2)``。角度は度で，右が 0，下が 90。"""
    t = np.deg2rad(np.linspace(start, end, 60))
    return np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], axis=1)
