"""あなたの答え：逆さの体とふつうの体の中から，ありえない体を見つける。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.segmentation.pose.bodies import body_scene
from lessons.segmentation.pose.cost import inverted

TRUTH = "×○××○○"
"""絵の順に，ありうる体（○）とありえない体（×）。"""
_SEEDS = {"逆さ": 40, "ふつう": 60}


def sheet(way: str) -> list[np.ndarray]:
    """「逆さ」か「ふつう」の，六枚の絵 ``(96, 96, 3)``。答えの順は ``TRUTH``。"""
    found = []
    for i, mark in enumerate(truth(way)):
        posture = "possible" if mark == "○" else "impossible"
        scene = body_scene(_SEEDS[way] + i, posture)
        found.append((inverted(scene) if way == "逆さ" else scene).image)
    return found


def truth(way: str) -> str:
    """正しい答え。「ふつう」の絵は，逆さの絵と順が逆。"""
    return TRUTH if way == "逆さ" else TRUTH[::-1]


def graded(answers: dict[str, str | EllipsisType]) -> Sequence[str]:
    """あなたの答えの，正解の数を言う。

    Args:
        answers: 「逆さ」と「ふつう」に，六字の ○× を入れた辞書。``...`` は，まだ答えていない。

    Returns:
        印字する行。

    Raises:
        ValueError: ○× のほかの字があるか，数が違うとき。
    """
    lines = []
    for way, mine in answers.items():
        if isinstance(mine, EllipsisType):
            lines.append(f"{way}：まだ答えが入っていません。○× を六字並べてください。")
            continue
        checked(mine, "○×", "○ か ×", len(TRUTH), name=way)
        right = sum(a == b for a, b in zip(mine, truth(way), strict=True))
        lines.append(f"{way}：正解 {right} / {len(TRUTH)}（答えは {truth(way)}）")
    return lines
