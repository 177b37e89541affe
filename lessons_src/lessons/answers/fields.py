"""欄に書く答え：数と，一つ選ぶもの。"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lessons.answers.reading import (
    BLANK,
    NOT_A_NUMBER,
    Condition,
    Wanted,
    is_blank,
    option_of,
    read_number,
    silent,
    spans_of,
    unknown,
)

COUNTS = "一二三四五六七八九"


@dataclass(frozen=True)
class Number:
    """数の欄。``label`` は欄の名前，``unit`` は後に付ける単位。"""

    label: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Choice:
    """一つ選ぶ欄。``options`` は ``{値: 頁に出す言葉}``。"""

    options: Mapping[str, str]
    label: str = ""


Rule = tuple[tuple[Condition, ...], str | None]
"""欄ごとの条件と，そのときのヒント（``None`` なら正解）。"""


@dataclass(frozen=True)
class Fields:
    """一つ以上の欄に書く答え。初めに合った決まりのヒントを返す。

    Attributes:
        fields: 欄。
        rules: 決まり。上から順に調べる。
        otherwise: どの決まりにも合わないときのヒント。
    """

    fields: tuple[Number | Choice, ...]
    rules: tuple[Rule, ...]
    otherwise: str

    def hint(self, answer: Any) -> str | None:
        """正解なら ``None``，違えばヒント。"""
        values = [answer] if len(self.fields) == 1 else answer
        if is_blank(values) or (len(self.fields) == 1 and is_blank(answer)):
            return BLANK
        if isinstance(values, str) or not isinstance(values, Iterable):
            return self._shape()
        values = list(values)
        if len(values) != len(self.fields):
            return self._shape()
        if any(map(is_blank, values)):
            return BLANK
        found: list[float | str] = []
        for field, value in zip(self.fields, values, strict=True):
            if isinstance(field, Choice):
                chosen = option_of(field.options, value)
                if chosen is None:
                    return unknown(field.options, value)
                found.append(chosen)
            else:
                number = self._number(value)
                if number is None:
                    return NOT_A_NUMBER
                found.append(number)
        for conditions, said in self.rules:
            if all(map(_fits, conditions, found)):
                return said
        return self.otherwise

    def _shape(self) -> str:
        what = "数" if all(isinstance(f, Number) for f in self.fields) else "言葉"
        labels = ", ".join(field.label for field in self.fields)
        return f"{COUNTS[len(self.fields) - 1]}つの{what}を ({labels}) の形で答えてください。"

    @staticmethod
    def _number(value: Any) -> float | None:
        if isinstance(value, str):
            return read_number(value)
        try:
            return float(value)
        except (TypeError, ValueError):
            return None

    def problem(self) -> str | None:
        """宣言のおかしな所。なければ ``None``。"""
        labels = [field.label for field in self.fields]
        if len(labels) > 1 and (not all(labels) or len(set(labels)) < len(labels)):
            return "欄が二つ以上なら，どの欄にも，違う label を付けてください。"
        if not labels or len(labels) > len(COUNTS):
            return f"欄は 1 から {len(COUNTS)} 個にしてください。"
        for field in self.fields:
            if isinstance(field, Choice) and len(field.options) < 2:
                return "選択肢を二つ以上書いてください。"
        if not any(said is None for _, said in self.rules):
            return "正解がありません。"
        for conditions, said in self.rules:
            if len(conditions) != len(self.fields):
                return f"決まり {conditions!r} の条件を，欄の数（{len(labels)}）だけ書いてください。"
            for field, condition in zip(self.fields, conditions, strict=True):
                wrong = _misfit(field, condition)
                if wrong:
                    return wrong
            if said is not None:
                hidden = [
                    right
                    for right, r in self.rules
                    if r is None and _covers(right, conditions)
                ]
                if hidden:
                    return f"ヒント「{said}」の条件が，正解の中にあります。"
        return silent(
            [said for _, said in self.rules if said is not None] + [self.otherwise]
        )

    def hand(self) -> dict[str, Any]:
        """頁に渡す形。``keys`` は字盤（負の数を打ちうるなら，数だけの字盤にしない）。"""
        signed = any(
            span.low is not None and span.high is not None and span.high < 0
            for conditions, _ in self.rules
            for field, condition in zip(self.fields, conditions, strict=True)
            if isinstance(field, Number) and condition is not None
            for span in spans_of(condition)
        )
        return {
            "kind": "fields",
            "fields": [
                {
                    "label": f.label,
                    "unit": f.unit,
                    "keys": "text" if signed else "decimal",
                }
                if isinstance(f, Number)
                else {"label": f.label, "options": list(f.options.items())}
                for f in self.fields
            ],
            "rules": [
                [
                    [c if c is None or isinstance(c, str) else spans_of(c) for c in cs],
                    said,
                ]
                for cs, said in self.rules
            ],
            "otherwise": self.otherwise,
        }


def _fits(condition: Condition, value: float | str) -> bool:
    if condition is None or isinstance(value, str):
        return condition is None or condition == value
    return any(span.holds(value) for span in spans_of(condition))


def _misfit(field: Number | Choice, condition: Condition) -> str | None:
    if condition is None:
        return None
    if isinstance(field, Choice):
        known = isinstance(condition, str) and condition in field.options
        return None if known else f"{condition!r} は選択肢にありません。"
    if isinstance(condition, str):
        return f"数の欄の条件 {condition!r} を，数か幅で書いてください。"
    for low, high in spans_of(condition):
        ends = [end for end in (low, high) if end is not None]
        if not ends or not all(map(math.isfinite, ends)) or ends != sorted(ends):
            return f"数の幅 {low} から {high} が，正しくありません。"
    return None


def _covers(wide: tuple[Condition, ...], narrow: tuple[Condition, ...]) -> bool:
    """``wide`` に合わずに ``narrow`` に合う答えがないか。"""

    def one(w: Condition, n: Condition) -> bool:
        if w is None or n is None or isinstance(w, str) or isinstance(n, str):
            return w is None or w == n
        ends = [end for span in spans_of(n) for end in span]
        return None not in ends and all(
            _fits(w, end) for end in ends if end is not None
        )

    return all(map(one, wide, narrow))


def number(
    right: Wanted, *hints: tuple[Wanted, str], otherwise: str, unit: str = ""
) -> Fields:
    """一つの数で答える。

    Args:
        right: 正解（``near(4.0, 0.05)`` など）。先に調べる。
        hints: ``(よくある間違い, ヒント)``。
        otherwise: ほかの数のときのヒント。
        unit: 欄の後に付ける単位。
    """
    rules: list[Rule] = [((right,), None), *(((wrong,), said) for wrong, said in hints)]
    return Fields((Number(unit=unit),), tuple(rules), otherwise)


def numbers(
    labels: Sequence[str],
    right: Sequence[Wanted],
    *hints: tuple[Sequence[Wanted | None], str],
    otherwise: str,
) -> Fields:
    """いくつかの数の組で答える。``labels`` は欄の名前，``None`` は何でもよい欄。"""
    rules: list[Rule] = [(tuple(right), None), *((tuple(c), said) for c, said in hints)]
    return Fields(tuple(map(Number, labels)), tuple(rules), otherwise)


def choice(
    hints: Mapping[str, str | None], labels: Mapping[str, str] | None = None
) -> Fields:
    """一つ選ぶ。

    Args:
        hints: ``{値: ヒント}``。正解のヒントは ``None``。
        labels: 頁に出す言葉。省くと値をそのまま出す。
    """
    shown = {value: (labels or {}).get(value, value) for value in hints}
    rules: list[Rule] = [((value,), said) for value, said in hints.items()]
    return Fields((Choice(shown),), tuple(rules), "選択肢の中から答えてください。")
