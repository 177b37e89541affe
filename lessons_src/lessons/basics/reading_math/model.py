"""式の記号の表 ``symbols.csv`` と，一行のコードを動かす関数。

表の列は ``kind``（種類），``tex``（受け持つ記号），``shown``（見せ方），``reading``（読み），
``meaning``（意味），``code``（一行のコード），``result``（その値）です。
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

FILE = "symbols.csv"


@dataclass(frozen=True)
class Symbol:
    """表の一行。``tex`` は，その行が受け持つ記号の並び。"""

    kind: str
    tex: tuple[str, ...]
    shown: str
    reading: str
    meaning: str
    code: str
    result: str


@lru_cache(maxsize=1)
def table() -> tuple[Symbol, ...]:
    """記号の表。ファイルの順。"""
    text = resources.files(__package__).joinpath(FILE).read_text("utf8")
    return tuple(
        Symbol(tex=tuple(row.pop("tex").split()), **row)
        for row in csv.DictReader(text.splitlines())
    )


def find(tex: str) -> Symbol:
    """TeX の命令や印から，表の行を引く。

    Raises:
        ValueError: 表にない記号のとき。直し方を言う。
    """
    for symbol in table():
        if tex in symbol.tex:
            return symbol
    raise ValueError(
        f"記号 {tex!r} は表にありません。{FILE} に，読み，意味，コードの行を足してください。"
    )


def names() -> dict[str, Any]:
    """一行のコードで使う名前。"""
    return {
        "np": np,
        "math": math,
        "x": np.array([3.0, 1.0, 2.0]),  # 三つの値
        "p": np.array([0.7, 0.2, 0.1]),  # 三つの確率
        "W": np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]),  # 2 行 3 列
        "beta": 0.5,  # 温度
        "A": {1, 2, 3},  # 集合
        "B": {2, 3, 4},
    }


def value(code: str) -> str:
    """一行のコードを動かし，値を短い文字にする。小数は 4 桁の有効数字に丸める。"""
    return _short(eval(code, names()))


def _short(found: Any) -> str:
    if isinstance(found, np.ndarray):
        found = found.tolist()
    if isinstance(found, list):
        return "[" + ", ".join(_short(one) for one in found) + "]"
    if isinstance(found, (bool, np.bool_)):
        return str(bool(found))
    if isinstance(found, (float, np.floating)):
        return f"{found:.4g}"
    return str(found)
