"""答えを読む：数の幅，打たれた数，選択肢の名前。頁の側（``exercises.js``）も，同じに読む。"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

BLANK = "まだ答えが入っていません。"
NOT_A_NUMBER = "数で答えてください。"
_NUMBER = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?:/(\d+\.?\d*))?(%?)", re.IGNORECASE
)


class Span(NamedTuple):
    """数の幅。両端を含む。``None`` は端がないこと。"""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """``value`` が幅の中にあるか。"""
        return (self.low is None or value >= self.low) and (
            self.high is None or value <= self.high
        )


Wanted = float | Span | Sequence[float | Span]
"""数の条件：ちょうどその数，幅，またはそのどれか。"""
Condition = Wanted | str | None
"""欄一つの条件。選択の欄では選ぶ値，``None`` は何でもよいこと。"""


def near(value: float, tolerance: float) -> Span:
    """``value`` から ``tolerance`` までの幅。"""
    return Span(value - tolerance, value + tolerance)


def between(low: float, high: float) -> Span:
    """``low`` 以上 ``high`` 以下。"""
    return Span(low, high)


def inside(low: float, high: float) -> Span:
    """``low`` より大きく ``high`` より小さい。"""
    return Span(math.nextafter(low, math.inf), math.nextafter(high, -math.inf))


def above(value: float) -> Span:
    """``value`` より大きい。"""
    return Span(math.nextafter(value, math.inf), None)


def below(value: float) -> Span:
    """``value`` より小さい。"""
    return Span(None, math.nextafter(value, -math.inf))


def spans_of(wanted: Any) -> list[Span]:
    """数，幅，それらの並びを，幅の並びにする。"""
    if isinstance(wanted, Span):
        return [wanted]
    if isinstance(wanted, int | float):
        return [Span(wanted, wanted)]
    return [span for one in wanted for span in spans_of(one)]


def read_number(text: str) -> float | None:
    """打たれた数（全角，3 桁ごとのコンマ，分数，% も可）を読む。数でなければ ``None``。"""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    found = _NUMBER.fullmatch(re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain))
    if not found or (found[2] and float(found[2]) == 0):
        return None
    value = float(found[1]) / float(found[2] or 1)
    return value / 100 if found[3] else value


def _word(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def is_blank(value: Any) -> bool:
    """まだ答えていないか（``None``，``...``，空の文字列）。"""
    return (
        value is None or value is ... or (isinstance(value, str) and not value.strip())
    )


def option_of(options: Mapping[str, str], value: Any) -> str | None:
    """選択肢のうち ``value`` に当たるもの。"""
    return next((one for one in options if _word(one) == _word(value)), None)


def unknown(options: Iterable[str], value: Any) -> str:
    """選択肢にない答えに言う文。近い名前を挙げる。"""
    close = difflib.get_close_matches(str(value), list(options), n=3, cutoff=0.5)
    hint = f"近い名前：{'，'.join(close)}。" if close else ""
    return f"{value} は選べません。{hint}{'，'.join(options)} の中から答えてください。"


def silent(hints: Iterable[str]) -> str | None:
    """文になっていないヒントがあれば，その直し方。なければ ``None``。"""
    return next(
        (
            f"ヒント「{h}」を，「。」で終わる文にしてください。"
            for h in hints
            if h[-1:] != "。"
        ),
        None,
    )
