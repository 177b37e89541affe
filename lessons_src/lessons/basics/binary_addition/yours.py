"""あなたの足し算：繰り上がりのない五問と，多い五問。かかった秒と答えを，人とモデルに並べる。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import EllipsisType

import numpy as np

from lessons.basics.binary_addition.mistakes import BITS, MANY, index, sent
from lessons.basics.binary_addition.problems import all_pairs

ITEMS = 5
"""一枚の紙の問題の数。"""
NAMES = ("A", "B")
"""紙の名前。A は繰り上がりなし，B は繰り上がりが 3 回以上。"""

Sheets = dict[str, list[tuple[int, int]]]
"""紙の名前から，二つの数の組を引く表。"""


@dataclass(frozen=True)
class Score:
    """採点の結果。まだ答えていなければ，指数は None。"""

    lines: Sequence[str]
    errors: float | None = field(default=None)
    time: float | None = field(default=None)


def sheets(seed: int = 0) -> Sheets:
    """二枚の紙の問題を選ぶ。どの問題も，二つの数は 0 でない。"""
    g = np.random.default_rng(seed)
    a, b = all_pairs(BITS)
    used = (a > 0) & (b > 0)
    kinds = (used & (sent() == 0), used & (sent() >= MANY))
    found: Sheets = {}
    for name, kind in zip(NAMES, kinds, strict=True):
        chosen = g.choice(np.flatnonzero(kind), ITEMS, replace=False)
        found[name] = [(int(a[i]), int(b[i])) for i in chosen]
    return found


def printed(given: Sheets) -> list[str]:
    """紙に写す行。"""
    lines = []
    for name, problems in given.items():
        lines.append(f"紙 {name}")
        lines += [f"  {one:04b} + {other:04b} =" for one, other in problems]
    return lines


def scored(
    given: Sheets,
    answers: Mapping[str, str] | EllipsisType,
    seconds: Mapping[str, float] | EllipsisType,
) -> Score:
    """答えを採点し，二枚の紙の間違いと時間を，人と同じ指数にする。

    Args:
        given: 解いた紙。
        answers: 紙の名前から，空白で区切った二進数の答えを引く表。
        seconds: 紙の名前から，かかった秒を引く表。

    Raises:
        ValueError: 紙が足りない，答えの数が違う，0 と 1 のほかの字がある，秒が正の数でないとき。
    """
    if isinstance(answers, EllipsisType) or isinstance(seconds, EllipsisType):
        return Score(
            ["まだ答えが入っていません。紙 A と紙 B を解いてから入れてください。"]
        )
    wrong, spent, lines = [], [], []
    for name, problems in given.items():
        if name not in answers or name not in seconds:
            raise ValueError(f"紙 {name} の答えと秒を，両方入れてください。")
        mistakes = _mistakes(name, problems, answers[name])
        time = float(seconds[name])
        if not 0 < time < float("inf"):
            raise ValueError(f"紙 {name} の秒 {time:g} を，正の数にしてください。")
        wrong.append(mistakes / len(problems))
        spent.append(time / len(problems))
        lines.append(f"紙 {name}：一問 {spent[-1]:.1f} 秒，間違い {mistakes} 問")
    errors, time = index(wrong[1], wrong[0]), index(spent[1], spent[0])
    return Score(
        [*lines, f"時間の指数 {time:+.2f}，誤りの指数 {errors:+.2f}"], errors, time
    )


def _mistakes(name: str, problems: Sequence[tuple[int, int]], written: str) -> int:
    words = written.split()
    if len(words) != len(problems):
        raise ValueError(
            f"紙 {name} の答えが {len(words)} 個です。"
            f"空白で区切って {len(problems)} 個にしてください。"
        )
    odd = [word for word in words if set(word) - {"0", "1"}]
    if odd:
        raise ValueError(
            f"紙 {name} の答え {odd[0]!r} を，0 と 1 だけで書いてください。"
        )
    return sum(
        int(word, 2) != one + other
        for word, (one, other) in zip(words, problems, strict=True)
    )
