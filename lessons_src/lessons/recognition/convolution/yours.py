"""あなたの答え：別の場所に移った模様は，三つのうちどれか。"""

from __future__ import annotations

from types import EllipsisType

import numpy as np

from lessons.letters import checked
from lessons.recognition.convolution.position import CHOICES, Trial, trial


def asked(seed: int = 7, number: int = 3) -> tuple[list[Trial], list[int]]:
    """読者に出す課題と，移した模様の番号（1〜3）。"""
    g = np.random.default_rng(seed)
    trials = [trial(g, side=96, shift=(96, 128)) for _ in range(number)]
    return trials, [int(g.integers(CHOICES)) + 1 for _ in range(number)]


def marked(
    mine: str | EllipsisType, targets: list[int], models: dict[str, list[int]]
) -> list[str]:
    """答えを，正解とモデルの答えに並べる。

    Args:
        mine: 番号を並べた文字列（「213」など）。``...`` なら，まだ答えていない。
        targets: 正解の番号。
        models: モデルの名前から，答えの番号を引く表。

    Returns:
        印字する行。

    Raises:
        ValueError: 1〜3 のほかの字があるか，数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return ["まだ答えが入っていません。番号を，上の課題から順に並べてください。"]
    checked(mine, "123", "1 から 3 の数字", len(targets))
    rows = {"あなた": [int(c) for c in mine], **models}
    return [
        f"{name}：{sum(a == b for a, b in zip(row, targets, strict=True))}"
        f" / {len(targets)} 正解（{''.join(map(str, row))}）"
        for name, row in rows.items()
    ]
