"""あなたの答え：薄い場面の物の名前を答え，検出器の答えと並べる。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.segmentation import detectors
from lessons.segmentation.tasks.animals import faint
from lessons.stimuli.arrangements import ANIMALS, PICTURES
from lessons.stimuli.scenes import THINGS, Scene

LETTERS = "abcdefghijklmn"
CONTRAST = 0.5
"""物の濃さ。"""


def names() -> dict[str, str]:
    """記号から，14 の日本語の名前を引く表。"""
    return dict(zip(LETTERS, (THINGS[name] for name in PICTURES), strict=True))


def sheet() -> list[Scene]:
    """見せる場面 12 枚。動物とほかの物が 6 枚ずつ。"""
    g = np.random.default_rng(5)
    others = [name for name in PICTURES if name not in ANIMALS]
    chosen = [*g.permutation(ANIMALS), *g.permutation(others)[: len(ANIMALS)]]
    order = g.permutation(len(chosen))
    return [faint(str(chosen[k]), 500 + int(k), contrast=CONTRAST) for k in order]


def graded(mine: str | EllipsisType) -> Sequence[str]:
    """あなたの答えと検出器の答えを，動物とほかの物に分けて採点する。

    Args:
        mine: 左上から順に並べた，12 字の記号。わからない場面は ``?``。``...`` なら，まだ。

    Returns:
        印字する行。

    Raises:
        ValueError: a〜n と ``?`` のほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。記号を，左上から順に 12 字並べてください。"]
    scenes = sheet()
    checked(mine, LETTERS + "?", "a〜n か ?", len(scenes))
    yours = [
        LETTERS.find(letter) == scene.labels[0]
        for letter, scene in zip(mine, scenes, strict=True)
    ]
    found = detectors.found("two_stage", scenes)
    its = [detectors.hit(*pair) for pair in zip(found, scenes, strict=True)]
    animal = np.array([PICTURES[scene.labels[0]] in ANIMALS for scene in scenes])
    rows = [("あなた", np.array(yours)), ("検出器", np.array(its))]
    return [
        f"{who}：動物 {right[animal].sum()}/6，ほかの物 {right[~animal].sum()}/6，"
        f"差 {right[animal].mean() - right[~animal].mean():+.2f}"
        for who, right in rows
    ]
