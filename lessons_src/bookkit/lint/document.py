"""原稿を読んだ形：見出し・文章・ディレクティブ・セル。どれも元の原稿の行（1 から）を持ちます。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token


class YamlError(ValueError):
    """YAML の誤り。``line`` は原稿の行。"""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True)
class Passage:
    """ひとつづきの文章。``line`` は最初の行，``token`` は markdown-it の inline。"""

    kind: str
    line: int
    token: Token
    in_list: bool = False


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    line: int


@dataclass(frozen=True)
class Directive:
    """ディレクティブ一つ。``options`` の値は文字列。"""

    name: str
    argument: str
    options: dict[str, str]
    body: str
    line: int
    body_line: int
    inside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """コードのセル一つ。``metadata`` は ``tags`` や ``mystnb`` を持つ辞書。

    設定が YAML として読めなければ，``readable`` が偽になる。
    """

    line: int
    metadata: dict[str, Any]
    code: str
    code_line: int
    header: str = ""
    readable: bool = True

    @property
    def tags(self) -> list[str]:
        tags = self.metadata.get("tags") or []
        return [str(tag) for tag in tags] if isinstance(tags, list) else [str(tags)]

    def line_of(self, key: str) -> int:
        """設定の ``key`` が書かれた行。なければセルの行。"""
        for number, line in enumerate(self.header.splitlines(), start=self.line + 1):
            if re.match(rf"\s*:?{re.escape(key)}:", line):
                return number
        return self.line


@dataclass
class Document:
    """原稿一つ。``name`` は ``book/attention/cam`` のような名前。"""

    path: str
    name: str
    text: str
    front: dict[str, Any] | None = None
    front_error: YamlError | None = None
    headings: list[Heading] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    labels: list[tuple[str, int]] = field(default_factory=list)
    cell_errors: list[YamlError] = field(default_factory=list)

    @property
    def is_chapter(self) -> bool:
        """部のフォルダーの中にある章なら真。表紙や用語集は偽。"""
        return self.name.count("/") >= 2

    @property
    def chapter(self) -> str:
        """``book/`` を除いた名前（``attention/cam``）。"""
        return self.name.removeprefix("book/")


def figure_of(metadata: dict[str, Any], part: str = "figure") -> dict[str, Any]:
    """セルの設定の ``mystnb: figure:``（または ``image:``）。無ければ空。"""
    found: Any = metadata
    for key in ("mystnb", part):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


HIDDEN = "\ufffc"
"""文章の中のコード・数式・参照の代わりに置く字。"""


def lines_of(passage: Passage) -> list[tuple[int, str]]:
    """文章を原稿の行ごとに ``(行, 文字)`` に分ける。コードなどは ``HIDDEN`` に置き換える。"""
    lines = [(passage.line, "")]
    for token in passage.token.children or []:
        number, text = lines[-1]
        if token.type in ("softbreak", "hardbreak"):
            lines.append((number + 1, ""))
        elif token.type == "text":
            lines[-1] = (number, text + token.content)
        elif token.nesting == 0:
            lines[-1] = (number, text + HIDDEN)
    return lines


def spans_of(passage: Passage) -> Iterator[tuple[int, Token]]:
    """文章の中の印（リンク，参照，太字など）を，原稿の行とともに順に返す。"""
    line = passage.line
    for token in passage.token.children or []:
        yield line, token
        if token.type in ("softbreak", "hardbreak"):
            line += 1
