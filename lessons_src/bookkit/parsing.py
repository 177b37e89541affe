"""原稿の文法：MyST の印から，見出し・文章・ディレクティブ・名札（``outline``）を作る。

文法の部品は読み込みに時間がかかるので，覚えていない原稿のあるときだけ読み込みます（``reading``）。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from docutils.parsers.rst.directives.misc import TestDirective
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser

from bookkit.outline import (
    BREAKS,
    Directive,
    Fault,
    Formula,
    Heading,
    Outline,
    Passage,
    Span,
)

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
OPENING = re.compile(r" {0,3}(`{3,}|:{3,})\s*\{[\w:-]+\}")
"""囲みの始まりの行。"""


def unclosed(token: Token, line: int) -> Iterator[Fault]:
    """閉じていない囲み。``line`` は始まりの行。"""
    inside = token.content.split("\n")[:-1]
    shown = f"囲み {token.markup}{token.info}".strip()
    within = [
        number
        for number, text in enumerate(inside, start=line + 1)
        if (found := OPENING.match(text)) and found[1].startswith(token.markup)
    ]
    said = ""
    if token.type == "colon_fence" and not token.info.strip():
        said = "始まりのない ::: です。消すか，始まりの {名前} を書いてください。"
    elif within:
        said = f"{shown} が閉じていません。{within[0]} 行より前に {token.markup} の行を加えてください。"
    elif token.map and token.map[1] - token.map[0] == len(inside) + 1:
        said = (
            f"{shown} が閉じていません。終わりに {token.markup} の行を加えてください。"
        )
    if said:
        yield Fault(line, said, cause=True)


def spans(token: Token, line: int) -> Iterator[Span]:
    """文章 ``token`` の中の印を，原稿の行とともに順に返す。"""
    for one in token.children or []:
        target = [one.meta.get(key) for key in ("name", "label")]
        target += [one.attrGet("href"), one.attrGet("src")]
        name = next((str(found) for found in target if found), "")
        yield Span(line, one.type, one.content, name, one.nesting)
        line += one.type in BREAKS


@cache
def parser(extensions: frozenset[str]) -> MarkdownIt:
    """MyST の文法。"""
    config = MdParserConfig(enable_extensions=set(extensions))
    return create_md_parser(config, RendererHTML)


class OutlineReader:
    """Markdown を読み，``outline`` に加える。"""

    def __init__(self, extensions: frozenset[str]) -> None:
        self.parser = parser(extensions)
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
                self.passage(kind, line, token)
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
            self.passage(kind, line, token)

    def passage(self, kind: str, line: int, token: Token) -> None:
        """文章と，その中の式を加える。"""
        found = Passage(kind, line, list(spans(token, line)))
        self.outline.passages.append(found)
        for span in found.spans:
            if span.kind in ("math_inline", "math_inline_double"):
                self.outline.formulas.append(Formula(span.text, span.line, False))
            elif span.kind == "html_inline" and "task-list-item" not in span.text:
                self.html(span.text, span.line)

    def html(self, text: str, line: int) -> None:
        """じかに書かれた HTML。"""
        comment = text.lstrip().startswith("<!--")
        advice = "書き置きなら % で始まる行に" if comment else "MyST の書き方に"
        said = f"HTML（{text.strip().splitlines()[0][:30]}）は使えません。{advice}してください。"
        self.outline.faults.append(Fault(line, said))
