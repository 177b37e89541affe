"""章 basics/binary_addition の練習。"""

from __future__ import annotations

import numpy as np

from lessons.answers import above, below, between, near, number
from lessons.basics.binary_addition.problems import carries, longest_chain
from lessons.exercises import Exercise

_FIRST = 127  # 01111111


_CHAINS = longest_chain(carries(np.full(256, _FIRST), np.arange(256), 8))
"""127 に 0 から 255 を足すとき，続いて起こる繰り上がりの数。"""


def _numbers_with(length: int) -> list[int]:
    return [int(number) for number in np.flatnonzero(length == _CHAINS)]


EXERCISES = [
    Exercise(
        name="binary_addition/chain",
        answer=number(
            _numbers_with(7),
            ((below(0), above(255)), "0 から 255 の整数を答えてください。"),
            (
                _numbers_with(0),
                "繰り上がりが一度も起きません。一の位から起こすには，どの桁に 1 が要りますか。",
            ),
            (_numbers_with(8), "8 回続きます。いちばん上の桁の 1 を消してください。"),
            *(
                (
                    _numbers_with(length),
                    f"続くのは {length} 回です。一の位から始めてください。",
                )
                for length in range(1, 7)
            ),
            otherwise="0 から 255 の整数を答えてください。",
        ),
        solution=1,
        praise="一の位の繰り上がりが，7 桁を伝わっていきます。",
        known_wrong=((128, "一度も"), (129, "8 回"), (64, "一の位"), (300, "255")),
    ),
    Exercise(
        name="binary_addition/push",
        answer=number(
            9,
            (
                8,
                "繰り上がりは，一つ上の桁に足されます。一つ上の桁の 1 は，いくつ分ですか。",
            ),
            (7, "それは正しい和です。押すと，ない繰り上がりが現れます。"),
            (
                5,
                "3 + 4 の一の位には，繰り上がりがありません。消えるのではなく，現れます。",
            ),
            otherwise="一の位の次の桁は，2 の位です。",
        ),
        solution=9,
        praise="ない繰り上がりが，2 の位に一つ足されました。",
        known_wrong=((8, "一つ上"), (7, "正しい和"), (5, "現れます"), (0, "2 の位")),
    ),
    Exercise(
        name="binary_addition/order",
        answer=number(
            near(0.75, 0.005),
            (
                near(0.25, 0.005),
                "それは，一の位から繰り上がる割合です。正しくなるのは，どちらのときですか。",
            ),
            (
                near(0.5, 0.005),
                "当てずっぽうに答えたときの割合です。「繰り上がらない」と答え続けるとどうなりますか。",
            ),
            otherwise="一の位が 1 と 1 のときだけ，繰り上がります。四通りのうち何通りですか。",
        ),
        solution=0.75,
        praise="四通りのうち三通りは，繰り上がりません。",
        known_wrong=((0.25, "一の位"), (0.5, "当てずっぽう"), (1, "四通り")),
    ),
    Exercise(
        name="binary_addition/hidden",
        answer=number(
            between(0, 0.3),
            ((below(0), above(1)), "0 から 1 の割合で答えてください。"),
            otherwise="hidden=1 で学習しましたか。ユニットが 1 個では，ほとんどの和を間違えるはずです。",
        ),
        solution=0.02,
        praise="この学習では，1 個で，繰り上がりを覚えながら和のビットも答えることは，ほとんどできませんでした。",
        known_wrong=((0.95, "hidden=1"), (40, "割合")),
    ),
]
