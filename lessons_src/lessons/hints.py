"""セルが止まったとき，英語の知らせの下に，日本語の手がかりを一つ足す。

ノートブックの準備のセルが ``start()`` を呼ぶ。確かでないときは，何も言わない。
文は ``hints.toml`` にある。
"""

from __future__ import annotations

import builtins
import difflib
import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FEW = 3
"""これより多くのセルを動かしていれば，再起動した後とは考えない。"""

IMPORTS = {
    "np": "import numpy as np",
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "plt": "import matplotlib.pyplot as plt",
    "figures": "from lessons import figures",
    "glue": "from lessons.glue import glue",
    "check": "from lessons.exercises import check",
}
"""よく使う名前と，それを決める文。"""

Names = Mapping[str, Any]


def hint(error: BaseException, names: Names | None = None, cells: int = FEW + 1) -> str:
    """失敗に合う手がかりの文。確かでなければ空。

    Args:
        error: セルを止めた失敗。
        names: いまある名前（``{名前: 値}``）。
        cells: 起動してから動かしたセルの数。
    """
    names = names or {}
    if isinstance(error, SyntaxError):
        found = _full_width(error)
        if found:
            return found
    if isinstance(error, NameError):
        return _undefined(getattr(error, "name", "") or "", names, cells)
    if isinstance(error, AttributeError) and error.name:
        return _attribute(error)
    text = str(error)
    if re.search("[ぁ-ん]", text):
        return ""  # 教材が自分で言う文は，もう日本語で書いてある
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing_module(error.name)
    shadowed = re.search(r"'(\w+)' object is not callable", text)
    if isinstance(error, TypeError) and shadowed:
        return _not_callable(shadowed[1], names)
    rule, match = _rule(error)
    return match.expand(rule["say"]) if match else ""


def _rule(error: BaseException) -> tuple[dict[str, str], re.Match[str] | None]:
    """失敗に合う初めの文と，合った所。"""
    kinds = {one.__name__ for one in type(error).__mro__}
    for rule in _rules():
        match = re.search(rule["pattern"], str(error))
        if rule["error"] in kinds and match:
            return rule, match
    return {}, None


@functools.cache
def _rules() -> list[dict[str, str]]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf8"))
    return list(table["rule"])


def start(shell: Any = None) -> None:
    """いまのノートブックで，手がかりを出し始める。ノートブックの外なら，何もしない。"""
    if shell is None:
        try:
            from IPython import get_ipython
        except ImportError:
            return
        shell = get_ipython()
    if shell is None or getattr(shell, "_lessons_hints", False):
        return
    shell._lessons_hints = True

    def after(result: Any) -> None:
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            return
        said = hint(error, shell.user_ns, shell.execution_count - 1)
        if said:
            print(f"手がかり：{said}")

    shell.events.register("post_run_cell", after)


def _undefined(name: str, names: Names, cells: int) -> str:
    if name in IMPORTS:
        return (
            f"{name} がまだありません。{IMPORTS[name]} のある，前のセルを実行します。"
        )
    mine = [one for one in names if not one.startswith("_")]
    close = difflib.get_close_matches(name, [*mine, *dir(builtins)], 1, 0.75)
    if close:
        return f"{name} という名前はありません。もしかして {close[0]} ですか。"
    if cells <= FEW:
        return (
            f"{name} がまだありません。再起動すると，前に作った名前は消えます。"
            "準備のセルから順に，もう一度実行します。"
        )
    return f"{name} がまだありません。{name} を作るセルが前にあります。上から順に実行します。"


def _attribute(error: AttributeError) -> str:
    owner = error.obj
    if owner is None:
        return (
            f"None の .{error.name} は使えません。値を返さない関数の結果を，"
            "変数に入れていないか確かめます。"
        )
    close = difflib.get_close_matches(str(error.name), dir(owner), 1, 0.75)
    return f"{error.name} はありません。もしかして {close[0]} ですか。" if close else ""


def _full_width(error: SyntaxError) -> str:
    """全角の文字があれば，その文字と，半角での書き方を言う。"""
    found = re.search(r"invalid (?:non-printable )?character.*\(?U\+(\w+)", str(error))
    if not found:
        return ""
    letter = chr(int(found[1], 16))
    half = QUOTES.get(letter) or unicodedata.normalize("NFKC", letter)
    where = f"{error.lineno} 行めの " if error.lineno else ""
    if letter == "\u3000":
        return f"{where}全角の空白を，半角の空白に直します。"
    if half != letter and half.isascii():
        return f"{where}「{letter}」は全角です。半角の {half} に直します。"
    return f"{where}「{letter}」は，プログラムに使えない文字です。"


QUOTES = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "、": ",",
    "。": ".",
    "ー": "-",
    "−": "-",
}


def _missing_module(name: str) -> str:
    if name.partition(".")[0] == "lessons":
        return (
            f"教材の {name} がありません。準備のセルを実行します。"
            "それでも出るときは，教材が古いので，再起動してから実行します。"
        )
    return f"部品 {name} が入っていません。%pip install {name} で入れられます。"


def _not_callable(kind: str, names: Names) -> str:
    hidden = [one for one in names if one in dir(builtins) and not one.startswith("_")]
    hidden = [one for one in hidden if not callable(names[one])]
    if hidden:
        return (
            f"{hidden[0]} に値を入れたので，関数の {hidden[0]} が使えません。"
            f"del {hidden[0]} を実行し，別の名前にします。"
        )
    return f"{kind} は関数ではありません。( ) は関数に，[ ] は番号に使います。"
