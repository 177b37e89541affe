"""原稿の見出し・文章・ディレクティブ・名札。どれも原稿の行（1 から）を持つ。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from docutils.parsers.rst.directives.misc import TestDirective
from markdown_it import MarkdownIt
from markdown_it.token import Token
from myst_parser.parsers.directives import parse_directive_text

INFO = re.compile(r"\{([^}\s]+)\}\s*(.*)")
NOT_PROSE = frozenset(
    [
        *("code-cell", "code", "code-block", "source", "cited", "math"),
        *("bibliography", "glossary", "toctree", "raw", "eval-rst", "mermaid"),
        *("image", "figure", "csv-table", "list-table", "literalinclude"),
    ]
)
"""中身が Markdown の文章ではないディレクティブ。"""
TITLED = frozenset(["admonition", "exercise", "dropdown", "card", "grid-item-card"])
"""引数が題名（文章）であるディレクティブ。"""
HIDDEN = "\ufffc"
"""文章の中のコード・数式・参照の代わりに置く字。"""


@dataclass(frozen=True)
class Fault:
    """原稿の読めない所。``line`` は原稿の行（1 から）。"""

    line: int
    message: str
    cause: bool = False
    """ほかの指摘を生むものか。"""


OPENING = re.compile(r" {0,3}(`{3,}|:{3,})\s*\{[\w:-]+\}")
"""囲みの始まりの行。"""


def unclosed(token: Token, line: int) -> Iterator[Fault]:
    """閉じていない囲み。``line`` は始まりの行。"""
    inside = token.content.split("\n")[:-1]
    shown = f"{token.markup}{token.info}".strip()
    if token.type == "colon_fence" and not token.info.strip():
        yield Fault(
            line,
            "始まりのない ::: です。消すか，始まりの {名前} を書いてください。",
            True,
        )
        return
    for number, text in enumerate(inside, start=line + 1):
        found = OPENING.match(text)
        if found and found[1].startswith(token.markup):
            yield Fault(
                line,
                f"囲み {shown} が閉じていません。{number} 行より前に {token.markup} の行を加えてください。",
                True,
            )
            return
    if token.map and token.map[1] - token.map[0] == len(inside) + 1:
        yield Fault(
            line,
            f"囲み {shown} が閉じていません。終わりに {token.markup} の行を加えてください。",
            True,
        )


class Formula(NamedTuple):
    """式。``display`` は，行を改めた式か。"""

    latex: str
    line: int
    display: bool


@dataclass(frozen=True)
class Passage:
    """ひとつづきの文章。``line`` は最初の行，``token`` は markdown-it の inline。"""

    kind: str
    line: int
    token: Token

    def spans(self) -> Iterator[tuple[int, Token]]:
        """文章の中の印（リンク，参照，太字など）を，原稿の行とともに順に返す。"""
        line = self.line
        for token in self.token.children or []:
            yield line, token
            line += token.type in ("softbreak", "hardbreak")

    def lines(self) -> list[tuple[int, str]]:
        """原稿の行ごとの ``(行, 文字)``。コードなどは ``HIDDEN`` に置き換える。"""
        found = [(self.line, "")]
        for token in self.token.children or []:
            number, text = found[-1]
            if token.type in ("softbreak", "hardbreak"):
                found.append((number + 1, ""))
            elif token.type == "text":
                found[-1] = (number, text + token.content)
            elif token.nesting == 0:
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


class OutlineReader:
    """Markdown を読み，``outline`` に加える。"""

    def __init__(self, parser: MarkdownIt) -> None:
        self.parser = parser
        self.outline = Outline()

    def read(self, tokens: Iterable[Token], first: int) -> None:
        """``tokens`` を読む。``first`` は最初の行の番号。"""
        labels = self.outline.labels
        kind = "paragraph"
        for token in tokens:
            line = first + (token.map[0] if token.map else 0)
            if token.type in ("math_block", "math_block_label", "amsmath"):
                self.outline.formulas.append(Formula(token.content, line, True))
            if token.type == "heading_open":
                kind = f"h{token.tag[1]}"
            elif token.type in ("td_open", "th_open", "dt_open"):
                kind = "cell"
            elif token.type == "paragraph_open":
                kind = "paragraph"
            elif token.type == "inline":
                self.passage(Passage(kind, line, token))
                if kind.startswith("h"):
                    heading = Heading(int(kind[1]), token.content, line)
                    self.outline.headings.append(heading)
            elif token.type == "myst_target":
                labels.append((token.content, line))
            elif token.type == "math_block_label":
                labels.append((token.info, line))
            elif token.type == "amsmath":
                found = re.findall(r"\\label\{(.+?)\}", token.content)
                labels += [(label, line) for label in found]
            elif token.type in ("html_block", "html_inline"):
                self.html(token.content, line)
            elif token.type in ("fence", "colon_fence"):
                self.outline.faults += unclosed(token, line)
                match = INFO.match(token.info.strip())
                if not match:
                    self.outline.fences.append((token.info.strip(), line))
                else:
                    self.directive(match[1], match[2].strip(), token.content, line)

    def directive(self, name: str, argument: str, content: str, line: int) -> None:
        """ディレクティブと，その中身を読む。"""
        # 囲みの中の囲みは，設定ではない（MyST と同じ）
        nested = content.startswith(":::")
        found = parse_directive_text(TestDirective, "", "\n" * nested + content)
        if found.warnings:
            message = (
                f"{{{name}}} の設定が読めません（{found.warnings[0].msg}）。"
                "「:名前: 値」の形に直してください。"
            )
            self.outline.faults.append(Fault(line + 1, message))
        options = {str(key): str(value or "") for key, value in found.options.items()}
        body, start = "\n".join(found.body), line + 1 + found.body_offset - nested
        self.outline.directives.append(
            Directive(name, argument, options, body, line, start)
        )
        named = [options[key] for key in ("label", "name") if options.get(key)]
        self.outline.labels += [(label, line) for label in named]
        if name in TITLED and argument:
            self.inline("title", argument, line)
        if name == "math":
            self.outline.formulas.append(Formula(body, start, True))
        elif name == "glossary":
            for number, text in enumerate(found.body, start=start):
                if text.strip():
                    self.inline("term", text.strip(), number)
        elif name == "figure":
            self.inline("caption", body.strip(), start)
        elif name not in NOT_PROSE:
            self.read(self.parser.parse(body), start)

    def inline(self, kind: str, text: str, line: int) -> None:
        """ブロックのない文を読む。"""
        for token in self.parser.parseInline(text):
            self.passage(Passage(kind, line, token))

    def passage(self, found: Passage) -> None:
        """文章と，その中の式を加える。"""
        self.outline.passages.append(found)
        for line, token in found.spans():
            if token.type in ("math_inline", "math_inline_double"):
                self.outline.formulas.append(Formula(token.content, line, False))
            elif token.type == "html_inline" and "task-list-item" not in token.content:
                self.html(token.content, line)

    def html(self, text: str, line: int) -> None:
        """じかに書かれた HTML。"""
        advice = (
            "書き置きなら % で始まる行に"
            if text.lstrip().startswith("<!--")
            else "MyST の書き方に"
        )
        self.outline.faults.append(
            Fault(
                line,
                f"HTML（{text.strip().splitlines()[0][:30]}）は使えません。{advice}してください。",
            )
        )
