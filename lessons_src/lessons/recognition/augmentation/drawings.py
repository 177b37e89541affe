"""裏返してはいけない絵を描く：文字，時計，無視の検査の紙。裏返してよい絵：丸・三角・四角。

どれも白い地に黒い線の，一色の絵 ``(一辺, 一辺)``，0（地）〜1（線）。
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image, ImageDraw

SIDE = 24
"""学習に使う絵の一辺（画素）。"""
_FINE = 4  # 4 倍の細かさで描いてから縮める


class Paper:
    """24 × 24 の目盛りの紙。"""

    def __init__(self, side: int, rng: np.random.Generator) -> None:
        self.side = side
        self.unit = side * _FINE / 24
        self.image = Image.new("L", (side * _FINE, side * _FINE), 0)
        self.pen = ImageDraw.Draw(self.image)
        self.width = rng.uniform(1.6, 2.6)

    def line(self, *points: tuple[float, float]) -> None:
        """目盛りの点 ``(x, y)`` を順に結ぶ線を引く。"""
        at = [(x * self.unit, y * self.unit) for x, y in points]
        self.pen.line(at, fill=255, width=round(self.width * self.unit), joint="curve")

    def ring(self, x: float, y: float, across: float, down: float) -> None:
        """中心 ``(x, y)``，横の半径 ``across``，縦の半径 ``down`` の輪を描く（目盛り）。"""
        box = [v * self.unit for v in (x - across, y - down, x + across, y + down)]
        self.pen.ellipse(box, outline=255, width=round(self.width * self.unit))

    def pixels(self) -> np.ndarray:
        """学習に使う絵 ``(一辺, 一辺)``，0（地）〜1（線）に縮める。"""
        small = self.image.resize((self.side, self.side), Image.Resampling.BOX)
        return np.asarray(small, np.float32) / 255


def letter(which: int, rng: np.random.Generator, side: int = SIDE) -> np.ndarray:
    """文字 b，d，p，q（0〜3）。d は b の左右，p は上下，q は両方の裏返し。"""
    paper = Paper(side, rng)
    x, top, bottom, bowl = rng.normal((8, 3, 21, 5), 0.6)
    paper.line((x, top), (x, bottom))
    paper.ring(x + bowl - 0.8, bottom - bowl, bowl, bowl)
    b = paper.pixels()
    return (b, b[:, ::-1], b[::-1], b[::-1, ::-1])[which]


def clock(hour: int, rng: np.random.Generator, side: int = SIDE) -> np.ndarray:
    """短い針だけの時計。``hour`` は 0（12 時）〜11。"""
    paper = Paper(side, rng)
    x, y = rng.normal(12, 0.4, 2)
    paper.ring(x, y, 10.5, 10.5)
    angle = math.radians(30 * hour + rng.uniform(-8, 8))
    paper.line((x, y), (x + 7 * math.sin(angle), y - 7 * math.cos(angle)))
    return paper.pixels()


def sheet(missed: int, rng: np.random.Generator, side: int = SIDE) -> np.ndarray:
    """線に印をつける検査の紙。``missed`` が 0 なら左，1 なら右の線に，印がない。"""
    paper = Paper(side, rng)
    paper.width = 1.1
    for row in range(4):
        for column in range(4):
            dx, dy = rng.uniform(-0.7, 0.7, 2)
            x, y = 3.6 + 5.6 * column + dx, 3.6 + 5.6 * row + dy
            paper.line((x - 1.6, y), (x + 1.6, y))
            if (column >= 2) != bool(missed):
                paper.line((x, y - 2), (x, y + 2))
    return paper.pixels()


def solid(which: int, rng: np.random.Generator, side: int = SIDE) -> np.ndarray:
    """丸，三角，四角（0〜2）。裏返しても名前は変わらない。"""
    paper = Paper(side, rng)
    x, y = rng.normal(12, 1.5, 2)
    if which == 0:
        paper.ring(x, y, 7, 7)
        return paper.pixels()
    corners = 3 if which == 1 else 4
    start = rng.uniform(0, 2 * math.pi)
    at = [start + 2 * math.pi * i / corners for i in range(corners)]
    points = [(x + 8 * math.cos(a), y + 8 * math.sin(a)) for a in at]
    paper.line(*points, points[0], points[1])
    return paper.pixels()


Draw = Callable[[int, np.random.Generator, int], np.ndarray]

TASKS: dict[str, tuple[str, Draw, int]] = {
    "letters": ("文字 b d p q", letter, 4),
    "clocks": ("時計の時刻", clock, 12),
    "sheets": ("見落とした側", sheet, 2),
    "solids": ("丸・三角・四角", solid, 3),
}
"""課題の名前から，頁での名前，描く関数，名前の数を引く表。"""


def examples(task: str, each: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """課題の絵 ``(N, 1, 24, 24)`` と，名前の番号 ``(N,)``。名前ごとに ``each`` 枚。

    Raises:
        ValueError: 知らない課題のとき。近い名前を挙げる。
    """
    if task not in TASKS:
        near = difflib.get_close_matches(str(task), TASKS, n=2, cutoff=0.3)
        raise ValueError(
            f"課題 {task!r} はありません。近い名前: {'，'.join(near or TASKS)}"
        )
    _, draw, classes = TASKS[task]
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(classes), each)
    x = np.stack([draw(int(k), rng, SIDE) for k in y])
    return torch.from_numpy(x)[:, None], torch.from_numpy(y)
