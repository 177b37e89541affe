"""図の模写：三本の花を，線を一本ずつ選んで写す。選び方は，抹消の探索と同じ。

絵は，この本で描いたもの。模写の検査の紙は使わない。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lessons.neuropsychology.neglect.finding import KINDS, WANTED, Found
from lessons.neuropsychology.neglect.searching import Searcher, attention, search
from lessons.stimuli.paper import WIDTH

Array = NDArray[np.float64]

FRAMES = ("紙", "物")
"""勾配が張られる所：紙の左右か，一本ずつの花の左右か。"""
CENTRES, MIDDLE, SPAN = (60.0, 148.5, 237.0), 80.0, 28.0
"""花の真ん中の横の位置，縦の位置，花の横の広がりの半分（mm）。"""
PATIENCE = 3
"""新しい線がこの回数続けて見つからなければ，写し終える。抹消の 15 より早くやめる。"""


@dataclass(frozen=True)
class Drawing:
    """写す絵。``n`` は線の数。"""

    strokes: tuple[Array, ...]  # n 本。どれも (点の数, 2)，mm
    owner: NDArray[np.int64]  # (n,) どの花の線か

    @property
    def places(self) -> Array:
        """線の真ん中 ``(n, 2)``（mm）。"""
        return np.array([(s.min(axis=0) + s.max(axis=0)) / 2 for s in self.strokes])

    @property
    def side(self) -> Array:
        """花の中での左右 ``(n,)``。−1（花の左の端）〜1（右の端）。"""
        return (self.places[:, 0] - np.array(CENTRES)[self.owner]) / SPAN


def flowers() -> Drawing:
    """三本の花。一本は，芯，茎，花びら 8 枚，葉 2 枚の 12 本の線。"""
    t = np.linspace(0, 2 * np.pi, 25)
    ring = np.stack([np.cos(t), np.sin(t)], axis=1)
    one = [8 * ring, np.array([[0.0, 30], [0, 100]])]
    for turn in (np.arange(8) + 0.5) * np.pi / 4:
        c, s = np.cos(turn), np.sin(turn)
        one.append((ring * (9, 6) + (19, 0)) @ np.array([[c, s], [-s, c]]))
    one += [ring * (11, 5) + (way * 13, 75) for way in (-1, 1)]
    strokes = [np.add(line, (x, MIDDLE)) for x in CENTRES for line in one]
    return Drawing(tuple(strokes), np.repeat(range(len(CENTRES)), len(one)))


def copied(drawing: Drawing, frame: str, damage: float, seed: int) -> NDArray[np.bool_]:
    """写した線 ``(n,)``。抹消の探索が「消した」線を，写した線とみなす。

    Args:
        drawing: 写す絵。
        frame: 勾配が張られる所（``FRAMES``）。
        damage: 損傷の強さ（0〜1）。
        seed: 競争の乱数の種。

    Raises:
        ValueError: 知らない ``frame`` のとき，損傷が 0〜1 でないとき。
    """
    if frame not in FRAMES:
        raise ValueError(
            f"勾配の張り方 {frame!r} はありません。使える名前: {', '.join(FRAMES)}"
        )
    n = len(drawing.strokes)
    who = Searcher(gradient=damage, patience=PATIENCE)
    presence = np.ones(n)
    if frame == "物":  # 同じ勾配を，花の幅に縮めて使う
        presence, who = attention(drawing.side, damage), who.damaged(gradient=0.0)
    boxes = [np.r_[s.min(axis=0), s.max(axis=0)] for s in drawing.strokes]
    kinds = np.zeros((n, len(KINDS)))
    kinds[:, WANTED["線"]] = 1
    trace = search(Found(np.array(boxes), presence, kinds), "線", who, seed)
    drawn = np.zeros(n, bool)
    drawn[trace.cancelled] = True
    return drawn


def omitted(drawing: Drawing, drawn: NDArray[np.bool_]) -> dict[str, int]:
    """写さなかった線の数：紙の左右と，花の中の左右（真ん中の線は数えない）。"""
    x, side, gone = drawing.places[:, 0] - WIDTH / 2, drawing.side, ~drawn
    edge = 0.05
    return {
        "紙の左": int((gone & (x < 0)).sum()),
        "紙の右": int((gone & (x >= 0)).sum()),
        "花の左": int((gone & (side < -edge)).sum()),
        "花の右": int((gone & (side > edge)).sum()),
    }
