"""あなたの番：一度だけ見た文字を，別の書き手の文字から見つける。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import NamedTuple

import numpy as np

from lessons.letters import checked
from lessons.recognition.transfer_learning.characters import nearest, seen, sheet

COUNT = 9


class Puzzle(NamedTuple):
    """見本と問題。"""

    known: np.ndarray  # (9, 112, 112) 見本。1〜9 番
    asked: np.ndarray  # (9, 112, 112) 問題。別の書き手
    truth: str  # 問題の順に，見本の番号を並べた 9 字


def puzzle(seed: int = 0, amount: float = 1.3) -> Puzzle:
    """見本と問題を作る。

    Args:
        seed: 文字と書き手の種。
        amount: 書き手の癖の大きさ。
    """
    rng = np.random.default_rng(seed)
    first, second = sheet(rng, COUNT, amount)
    order = rng.permutation(COUNT)
    return Puzzle(first, second[order], "".join(str(k + 1) for k in order))


def answered(one: Puzzle, control: str = "", seed: int = 0) -> str:
    """ネットワークか画素（``pixels``）の答えの 9 字。"""
    both = seen(np.concatenate([one.known, one.asked]), control, seed)
    return "".join(str(k + 1) for k in nearest(both[:COUNT], both[COUNT:]))


def marked(
    mine: str | EllipsisType, truth: str, models: Mapping[str, str]
) -> Sequence[str]:
    """あなたの答えとモデルの答えを，正解に並べる行。

    Args:
        mine: 見本の番号を，問題の順に並べた 9 字。``...`` なら，まだ答えていない。
        truth: 正解。
        models: モデルの名前から，答えを引く表。

    Raises:
        ValueError: 1〜9 のほかの字があるか，字の数が違うとき。
    """
    if isinstance(mine, EllipsisType):
        return [
            "まだ答えが入っていません。見本の番号を，問題の順に 9 字並べてください。"
        ]
    checked(mine, "123456789", "1〜9 の数字", len(truth))
    rows = [f"正解 {truth}"]
    for name, said in {"あなた": mine, **models}.items():
        right = sum(a == b for a, b in zip(said, truth, strict=True))
        rows.append(f"{said}  {right} / {len(truth)}  {name}")
    return rows
