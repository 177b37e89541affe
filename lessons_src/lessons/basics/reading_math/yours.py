"""あなたの答え：字の近さに引かれて，計算の順番が変わるか。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType


@dataclass(frozen=True)
class Spaced:
    """式一つ。``shown`` の空きは見た目だけで，計算には関係しない。"""

    shown: str
    right: int
    grouped: int
    """近い字を先に計算したときの答え。"""

    @property
    def congruent(self) -> bool:
        """近い字から計算しても，正しい答えになるか。"""
        return self.right == self.grouped


ITEMS = (
    Spaced("2+3  ×  4", 14, 20),
    Spaced("5  +  2×3", 11, 11),
    Spaced("4  ×  1+6", 10, 28),
    Spaced("3×3  +  2", 11, 11),
    Spaced("6+2  ×  5", 16, 40),
    Spaced("2×7  +  1", 15, 15),
)


def counted(answers: Sequence[int] | EllipsisType) -> list[str]:
    """答えを，空きが順番と合う式と合わない式に分けて数える。

    Args:
        answers: ``ITEMS`` の順に並べた整数。``...`` なら，まだ答えていない。

    Raises:
        ValueError: 数が式の数と違うとき。
    """
    if isinstance(answers, EllipsisType):
        return ["まだ答えが入っていません。上から順に，六つの整数を並べてください。"]
    if len(answers) != len(ITEMS):
        raise ValueError(
            f"答えが {len(answers)} 個です。{len(ITEMS)} 個の整数を並べてください。"
        )
    pairs = list(zip(ITEMS, answers, strict=True))
    lines = []
    for name, congruent in (("合う", True), ("合わない", False)):
        of = [(one, mine) for one, mine in pairs if one.congruent is congruent]
        right = sum(mine == one.right for one, mine in of)
        lines.append(f"空きが順番と{name}式：{right} / {len(of)} 正解")
    drawn = sum(mine == one.grouped != one.right for one, mine in pairs)
    return [*lines, f"近い字を先に計算した答え：{drawn} 個"]
