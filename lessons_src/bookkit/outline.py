"""原稿の見出し・文章・ディレクティブ・名札。どれも原稿の行（1 から）を持つ。

``bookkit.parsing`` が作ります。覚えておけるように（``kept``），文法の部品の木は持ちません。
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

HIDDEN = "\ufffc"
"""文章の中のコード・数式・参照の代わりに置く字。"""
BREAKS = ("softbreak", "hardbreak")
"""行を改める印。"""


@dataclass(frozen=True)
class Fault:
    """原稿の読めない所。``line`` は原稿の行（1 から）。"""

    line: int
    message: str
    cause: bool = False
    """ほかの指摘を生むものか。"""


class Formula(NamedTuple):
    """式。``display`` は，行を改めた式か。"""

    latex: str
    line: int
    display: bool


class Span(NamedTuple):
    """文章の中の印一つ（字，リンク，役割，太字の始まりなど）。

    ``kind`` と ``nesting`` は markdown-it のもの，``target`` は役割や脚注の名前，またはリンクの先。
    """

    line: int
    kind: str
    text: str
    target: str
    nesting: int


@dataclass(frozen=True)
class Passage:
    """ひとつづきの文章。``line`` は最初の行，``spans`` は中の印。"""

    kind: str
    line: int
    spans: list[Span]

    def lines(self) -> list[tuple[int, str]]:
        """原稿の行ごとの ``(行, 文字)``。コードなどは ``HIDDEN`` に置き換える。"""
        found = [(self.line, "")]
        for span in self.spans:
            number, text = found[-1]
            if span.kind in BREAKS:
                found.append((number + 1, ""))
            elif span.kind == "text":
                found[-1] = (number, text + span.text)
            elif span.nesting == 0:
                found[-1] = (number, text + HIDDEN)
        return found


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    line: int


@dataclass(frozen=True)
class Directive:
    """ディレクティブ一つ。``options`` の値は文字列，``body_line`` は中身の最初の行。"""

    name: str
    argument: str
    options: dict[str, str]
    body: str
    line: int
    body_line: int


@dataclass
class Outline:
    """原稿の，セルのほかのもの。``labels`` は ``(名札, 行)``，``fences`` は ``{ }`` のない囲み。"""

    headings: list[Heading] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    labels: list[tuple[str, int]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    fences: list[tuple[str, int]] = field(default_factory=list)

    def named(self, *names: str) -> list[Directive]:
        """名前のディレクティブ。書かれた順。"""
        return [one for one in self.directives if one.name in names]

    def line_of(self, heading: str) -> int:
        """見出しの行。なければ 1。"""
        return next((one.line for one in self.headings if one.text == heading), 1)
