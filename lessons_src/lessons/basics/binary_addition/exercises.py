"""章 basics/binary_addition の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.basics.binary_addition.problems import carries, longest_chain
from lessons.exercises import Exercise

_FIRST = 127  # 01111111


def _chain(answer: Any) -> str | None:
    number = int(answer)
    if number != answer or not 0 <= number <= 255:
        return "0 から 255 の整数を答えてください。"
    length = int(longest_chain(carries(np.array([_FIRST]), np.array([number]), 8))[0])
    if length == 7:
        return None
    if length == 0:
        return "繰り上がりが一度も起きません。一の位から起こすには，どの桁に 1 が要りますか。"
    if length == 8:
        return "8 回続きます。いちばん上の桁の 1 を消してください。"
    return f"続くのは {length} 回です。一の位から始めてください。"


def _push(answer: Any) -> str | None:
    value = float(answer)
    if value == 9:
        return None
    if value == 8:
        return (
            "繰り上がりは，一つ上の桁に足されます。一つ上の桁の 1 は，いくつ分ですか。"
        )
    if value == 7:
        return "それは正しい和です。押すと，ない繰り上がりが現れます。"
    if value == 5:
        return (
            "3 + 4 の一の位には，繰り上がりがありません。消えるのではなく，現れます。"
        )
    return "一の位の次の桁は，2 の位です。"


def _order(answer: Any) -> str | None:
    value = float(answer)
    if abs(value - 0.75) < 0.005:
        return None
    if abs(value - 0.25) < 0.005:
        return (
            "それは，一の位から繰り上がる割合です。正しくなるのは，どちらのときですか。"
        )
    if abs(value - 0.5) < 0.005:
        return "当てずっぽうに答えたときの割合です。「繰り上がらない」と答え続けるとどうなりますか。"
    return "一の位が 1 と 1 のときだけ，繰り上がります。四通りのうち何通りですか。"


def _hidden(answer: Any) -> str | None:
    value = float(answer)
    if not 0 <= value <= 1:
        return "0 から 1 の割合で答えてください。"
    if value <= 0.3:
        return None
    return "hidden=1 で学習しましたか。ユニットが 1 個では，ほとんどの和を間違えるはずです。"


EXERCISES = [
    Exercise(
        name="binary_addition/chain",
        judge=_chain,
        solution=1,
        praise="一の位の繰り上がりが，7 桁を伝わっていきます。",
        known_wrong=((128, "一度も"), (129, "8 回"), (64, "一の位"), (300, "255")),
    ),
    Exercise(
        name="binary_addition/push",
        judge=_push,
        solution=9,
        praise="ない繰り上がりが，2 の位に一つ足されました。",
        known_wrong=((8, "一つ上"), (7, "正しい和"), (5, "現れます"), (0, "2 の位")),
    ),
    Exercise(
        name="binary_addition/order",
        judge=_order,
        solution=0.75,
        praise="四通りのうち三通りは，繰り上がりません。",
        known_wrong=((0.25, "一の位"), (0.5, "当てずっぽう"), (1, "四通り")),
    ),
    Exercise(
        name="binary_addition/hidden",
        judge=_hidden,
        solution=0.02,
        praise="繰り上がりを覚えながら，和のビットも答えるには，1 個では足りません。",
        known_wrong=((0.95, "hidden=1"), (40, "割合")),
    ),
]
