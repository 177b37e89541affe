"""人間のデータ：章の部屋の ``human.csv`` にある，論文の数。

一行が一つの数です。列は次のとおり。

- ``effect``：効果の名前（英字）。``protocols/<名前>.toml`` と同じ名前を使う
- ``condition``：条件。``value`` ``low`` ``high``：値と，論文にある区間（なければ空）
- ``unit``：単位。``n``：人数など（なければ空）
- ``source``：``references.bib`` の見出し。``reading``：数の読み方（``READINGS`` のどれか）
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READINGS = ("原典", "二次", "図から読み取り", "再計算")
"""数をどこから読んだか。"""
COLUMNS = (
    "effect", "condition", "value", "low", "high", "unit", "n", "source", "reading",
)  # fmt: skip


class HumanDataError(ValueError):
    """``human.csv`` の誤り。文は，ファイルと行，直し方を言う。"""


@dataclass(frozen=True)
class Number:
    """論文にある数一つ。区間がなければ ``low`` と ``high`` は nan。"""

    effect: str
    condition: str
    value: float
    low: float
    high: float
    unit: str
    n: str
    source: str
    reading: str


def read(text: str, name: str) -> list[Number]:
    """CSV を読み，一行ずつ確かめる。

    Args:
        text: CSV の中身。
        name: ファイルの名前。誤りの文に使う。

    Raises:
        HumanDataError: 列や欄が足りない，数でない，区間が値を含まない，読み方を知らないとき。
    """
    reader = csv.DictReader(io.StringIO(text))
    absent = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
    if absent:
        raise HumanDataError(f"{name}:1: 列 {', '.join(absent)} を足してください。")
    return [_number(row, f"{name}:{reader.line_num}") for row in reader]


def _number(row: dict[Any, Any], place: str) -> Number:
    cells = [cell for cell in row.values() if isinstance(cell, str)]
    count = len(cells) + len(row.get(None, ()))
    if count != len(row) - (None in row):
        raise HumanDataError(
            f"{place}: 欄が {count} 個です。{len(COLUMNS)} 個にしてください"
            "（文の中の「,」は「，」にします）。"
        )
    for column in ("effect", "condition", "value", "source", "reading"):
        if not (row[column] or "").strip():
            raise HumanDataError(f"{place}: {column} の欄を埋めてください。")
    if row["reading"] not in READINGS:
        raise HumanDataError(
            f"{place}: reading の {row['reading']!r} を，"
            f"{'，'.join(READINGS)} のどれかにしてください。"
        )
    values = {}
    for column in ("value", "low", "high"):
        try:
            values[column] = float(row[column] or "nan")
        except ValueError:
            raise HumanDataError(
                f"{place}: {column} の {row[column]!r} を数にしてください。"
            ) from None
    low, value, high = values["low"], values["value"], values["high"]
    if not math.isfinite(value) or low > value or high < value:
        raise HumanDataError(f"{place}: 値 {value:g} が，区間の中にありません。")
    return Number(
        row["effect"], row["condition"], value, low, high,
        row["unit"] or "", row["n"] or "", row["source"], row["reading"],
    )  # fmt: skip


def numbers(chapter: str, effect: str = "", condition: str = "") -> list[Number]:
    """部屋の ``human.csv`` の数を返す。

    Args:
        chapter: 章（``attention/cam`` の形）。
        effect: 効果の名前。空ならすべて。
        condition: 条件。空ならすべて。

    Raises:
        HumanDataError: ファイルか，合う行がないとき。あるものを挙げる。
    """
    path = Path(__file__).parent / chapter / "human.csv"
    name = f"lessons/{chapter}/human.csv"
    if not path.is_file():
        raise HumanDataError(f"{name} がありません。章の名前を確かめてください。")
    every = read(path.read_text("utf8"), name)
    found = [
        number
        for number in every
        if effect in ("", number.effect) and condition in ("", number.condition)
    ]
    if not found:
        known = sorted({f"{one.effect}／{one.condition}" for one in every})
        raise HumanDataError(
            f"{name} に {effect!r}／{condition!r} の行がありません。ある行: {'，'.join(known)}"
        )
    return found
