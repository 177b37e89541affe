"""道具の英語の文に添える日本語：Python，YAML，BibTeX，KaTeX，Sphinx のよくある文。"""

from __future__ import annotations

import csv
import logging
import re
from functools import cache
from pathlib import Path


@cache
def table() -> list[tuple[re.Pattern[str], str]]:
    """英語の文の形と，日本語（``english.csv``）。``{0}`` は文の中の語。"""
    text = Path(__file__).with_suffix(".csv").read_text("utf8")
    rows = csv.DictReader(text.splitlines())
    return [(re.compile(row["pattern"], re.DOTALL), row["japanese"]) for row in rows]


def translation(text: str) -> str:
    """英語の文の日本語。表になければ空文字列。"""
    for pattern, said in table():
        if found := pattern.match(text.strip()):
            return said.format(*(group or "" for group in found.groups()))
    return ""


def japanese(text: str) -> str:
    """日本語があれば「日本語：英語」，なければ英語のまま。"""
    said = translation(text)
    return f"{said}：{text}" if said else text


class Beside(logging.Filter):
    """Sphinx の英語の警告に，日本語の一行を添える。"""

    def filter(self, record: logging.LogRecord) -> bool:
        plain = logging.LogRecord.getMessage(record)  # 場所を付ける前の文
        said = translation(plain)
        if said and record.levelno >= logging.WARNING and "→" not in plain:
            record.msg, record.args = f"{plain}\n  → {said}。", ()
        return True
