"""あなたの答え：十字を見たまま，左右の物の名前を答える。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.segmentation import detectors
from lessons.stimuli.arrangements import PICTURES, arranged
from lessons.stimuli.scenes import THINGS, Scene

LETTERS = "abcdefghijklmn"
ROWS = 4
SPACING, SIDE = 1.3, 14.0
"""隣との間隔（物の辺の何倍か）と，物の辺（画素）。"""


def names() -> dict[str, str]:
    """記号から，14 の日本語の名前を引く表。"""
    return dict(zip(LETTERS, (THINGS[name] for name in PICTURES), strict=True))


def sheet() -> list[tuple[Scene, Scene]]:
    """4 段の，一つだけ置いた場面と，四つで囲んだ場面。狙いは物 0。

    同じ種の背景に置き，狙いの物は，場面の中心にある。
    """
    g = np.random.default_rng(8)
    targets = g.permutation(len(PICTURES))[: 2 * ROWS]
    away = SPACING * SIDE * np.array([(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)])
    found = []
    for row in range(ROWS):
        alone, inside = (int(k) for k in targets[2 * row : 2 * row + 2])
        others = [int(k) for k in g.permutation(len(PICTURES)) if k != inside][:4]
        crowd = [PICTURES[k] for k in (inside, *others)]
        found.append(
            (
                arranged(row, [PICTURES[alone]], 48 + away[:1], SIDE),
                arranged(row, crowd, 48 + away, SIDE),
            )
        )
    return found


def graded(mine: str | EllipsisType) -> Sequence[str]:
    """あなたの答えと検出器の答えを，囲みのない物とある物に分けて採点する。

    Args:
        mine: 段ごとに，左の物，右の真ん中の物の記号を並べた 8 字。わからなければ ``?``。
            ``...`` なら，まだ答えていない。

    Returns:
        印字する行。

    Raises:
        ValueError: a〜n と ``?`` のほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return [
            "まだ答えが入っていません。左，右，左，右の順に，記号を 8 字並べてください。"
        ]
    checked(mine, LETTERS + "?", "a〜n か ?", 2 * ROWS)
    scenes = [scene for pair in sheet() for scene in pair]
    yours = np.array(
        [
            LETTERS.find(letter) == scene.labels[0]
            for letter, scene in zip(mine, scenes, strict=True)
        ]
    )
    found = detectors.found("one_stage", scenes)
    its = np.array([detectors.hit(*pair) for pair in zip(found, scenes, strict=True)])
    return [
        f"{who}：一つだけ {right[::2].sum()}/{ROWS}，囲まれた物 {right[1::2].sum()}/{ROWS}"
        for who, right in (("あなた", yours), ("検出器", its))
    ]
