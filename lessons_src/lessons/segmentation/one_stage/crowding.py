"""混み合い：隣の物が近いと，名前を当てられなくなるか。視野の端では，もっとひどいか。"""

from __future__ import annotations

import numpy as np

from lessons.segmentation import detectors
from lessons.stimuli.arrangements import PICTURES, arranged
from lessons.stimuli.scenes import Scene

FAR, BEYOND = 2.0, 2.4
"""遠い間隔と，対照 ``beyond`` の，もっと遠い間隔。物の辺の何倍か。"""
OFFSET = 17
"""端に置くときの，中心からの縦と横のずれ（画素）。"""


def flanked(
    seed: int, spacing: float, *, side: float = 14, offset: float = 0
) -> list[Scene]:
    """狙いの物を一つずつ，上下左右の四つの物で囲んだ場面 28 枚。狙いは物 0。

    Args:
        seed: 種。
        spacing: 狙いと隣の物の，中心どうしの間隔。物の辺の何倍か。0 なら隣を置かない。
        side: 物の長い方の辺（画素）。
        offset: 狙いを，場面の中心から四隅の方へずらす幅（縦と横，画素）。
    """
    found = []
    for i in range(2 * len(PICTURES)):
        own = 1_000 * seed + i
        g = np.random.default_rng(own)
        target = i % len(PICTURES)
        others = [k for k in g.permutation(len(PICTURES)) if k != target][:4]
        names = [PICTURES[k] for k in (target, *others)]
        towards = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)])[i % 4]
        middle = 48 + offset * towards
        away = spacing * side * np.array([(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)])
        count = 5 if spacing else 1
        found.append(arranged(own, names[:count], (middle + away)[:count], side))
    return found


def hits(
    seed: int,
    spacing: float,
    control: str = "",
    *,
    side: float = 14,
    offset: float = 0,
) -> np.ndarray:
    """狙いの物を見つけて名前を当てたか ``(28,)``，0 か 1。引数は ``flanked`` に同じ。"""
    scenes = flanked(seed, spacing, side=side, offset=offset)
    answers = detectors.found("one_stage", scenes, control, seed)
    pairs = zip(answers, scenes, strict=True)
    return np.array([detectors.hit(*pair) for pair in pairs], float)


def crowding(
    seed: int, control: str = "", *, near: float = 1.3, side: float = 14
) -> np.ndarray:
    """混み合いの害 ``(28,)``：隣が遠いときに当てたか − 隣が近いときに当てたか。

    対照 ``beyond`` は，学習ずみの検出器で，遠い間隔を，もっと遠い間隔と比べる。

    Args:
        seed: 種。
        control: 空なら学習ずみ，``beyond`` か，``nulls.CONTROLS`` のどれか。
        near: 近い間隔。物の辺の何倍か。
        side: 物の長い方の辺（画素）。
    """
    if control == "beyond":
        return hits(seed, BEYOND, side=side) - hits(seed, FAR, side=side)
    far = hits(seed, FAR, control, side=side)
    return far - hits(seed, near, control, side=side)


def crowding_at_the_edge(
    seed: int, control: str = "", *, near: float = 1.3, side: float = 14
) -> np.ndarray:
    """混み合いの害の，視野の端と中心の差 ``(28,)``。

    害は，隣がないときに当てたか − 隣が近いときに当てたか。引数は ``crowding`` に同じ
    （``beyond`` のほか）。
    """
    harm = [
        hits(seed, 0, control, side=side, offset=offset)
        - hits(seed, near, control, side=side, offset=offset)
        for offset in (OFFSET, 0)
    ]
    return harm[0] - harm[1]
