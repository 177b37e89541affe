"""あなたの答え：悪くした絵の名前を選び，正答率と，ネットワークとの間違いの一致を出す。"""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.recognition.efficientnet.consistency import kappa
from lessons.recognition.efficientnet.degradations import DEGRADATIONS
from lessons.recognition.efficientnet.profile import EVERYDAY, drawn
from lessons.stimuli import naming_pictures

LETTERS = "abcdefghijklmnop"
HARD = ("コントラスト 5 %", "雑音 0.35", "ぼかし 7", "ぼかし 15")
"""読者に見せる条件。"""
COUNT = 12


def names() -> dict[str, str]:
    """記号から，16 の日本語の名前を引く表。"""
    known = {word.concept: word.name for word in naming_pictures.words()}
    return dict(zip(LETTERS, (known[c] for c in EVERYDAY), strict=True))


def chosen() -> tuple[np.ndarray, np.ndarray]:
    """見せる絵の，条件の番号 ``(12,)`` と，概念の番号 ``(12,)``。"""
    g = np.random.default_rng(4)
    order = list(DEGRADATIONS)
    conditions = np.repeat([order.index(name) for name in HARD], COUNT // len(HARD))
    return conditions, g.permutation(len(EVERYDAY))[:COUNT]


def sheet(style: str) -> np.ndarray:
    """見せる絵 ``(12, 224, 224, 3)``，uint8。"""
    g = np.random.default_rng(0)
    pictures = drawn(EVERYDAY, style)
    changes = list(DEGRADATIONS.values())
    return np.stack(
        [changes[k](pictures[i], g) for k, i in zip(*chosen(), strict=True)]
    )


def graded(mine: str | EllipsisType, network_right: np.ndarray) -> Sequence[str]:
    """あなたの答えを採点し，ネットワークとの間違いの一致を言う。

    Args:
        mine: 左上から順に並べた，12 字の記号。``...`` なら，まだ答えていない。
        network_right: ネットワークの正誤 ``(条件, 16)``。

    Returns:
        印字する行。

    Raises:
        ValueError: a〜p のほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。記号を，左上から順に 12 字並べてください。"]
    checked(mine, LETTERS, "a〜p", COUNT)
    conditions, concepts = chosen()
    yours = np.array([LETTERS.index(c) for c in mine]) == concepts
    its = network_right[conditions, concepts]
    marks = ["".join("○" if hit else "×" for hit in hits) for hits in (yours, its)]
    return [
        f"あなた　　　：{marks[0]}　正答率 {yours.mean():.2f}",
        f"ネットワーク：{marks[1]}　正答率 {its.mean():.2f}",
        f"間違いの一致 κ {kappa(yours, its):+.2f}（12 枚なので，大きく揺れます）",
    ]
