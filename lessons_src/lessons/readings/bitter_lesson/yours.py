"""あなたの番：ゆがんだひらがなを読む。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import EllipsisType

import torch

from lessons.letters import checked
from lessons.readings.bitter_lesson.letters import LETTERS, examples

COUNT = 12


def puzzle(seed: int = 31) -> tuple[torch.Tensor, str]:
    """問題の絵 ``(12, 1, 24, 24)`` と，正解の 12 字。"""
    x, y = examples(COUNT, seed)
    return x, written(y)


def written(numbers: torch.Tensor) -> str:
    """名前の番号を，ひらがなに直す。"""
    return "".join(LETTERS[k] for k in numbers.tolist())


def marked(
    mine: str | EllipsisType, truth: str, models: Mapping[str, str]
) -> Sequence[str]:
    """あなたの答えとモデルの答えを，正解に並べる行。

    Args:
        mine: 読んだ 12 字。``...`` なら，まだ答えていない。
        truth: 正解。
        models: モデルの名前から，答えを引く表。

    Raises:
        ValueError: 「あ」〜「こ」のほかの字があるか，字の数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return [f"まだ答えが入っていません。{COUNT} 字を，順に並べてください。"]
    checked(mine, LETTERS, "「あ」から「こ」まで", len(truth))
    rows = [f"正解 {truth}"]
    for name, said in {"あなた": mine, **models}.items():
        right = sum(a == b for a, b in zip(said, truth, strict=True))
        rows.append(f"     {said}  {right:2d} / {len(truth)}  {name}")
    return rows
