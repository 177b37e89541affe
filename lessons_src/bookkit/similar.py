"""書き間違えた名前に似た，使える名前を言う。"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def similar(word: str, choices: Iterable[str]) -> str:
    """``word`` に似た名前があれば「もしかすると …」の文を，なければ空文字列を返す。"""
    close = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"もしかすると {close[0]!r} ですか。" if close else ""
