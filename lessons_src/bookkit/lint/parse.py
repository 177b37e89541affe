"""章の原稿を読み，見出し・文章・ディレクティブ・セル・名札に分ける。

頁は作らず，原稿だけを見るので速く終わります。
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.attrs import attrs_block_plugin, attrs_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from mdit_py_plugins.substitution import substitution_plugin

from bookkit.lint.document import (
    Cell,
    Directive,
    Document,
    Heading,
    Passage,
    YamlError,
    figure_of,
)

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

INFO = re.compile(r"\{([^}\s]+)\}\s*(.*)")
OPTION = re.compile(r":([\w-]+):(?:\s+(.*))?$")
NOT_PROSE = frozenset(
    [
        "code-cell",
        "code",
        "code-block",
        "source",
        "cited",
        "math",
        "bibliography",
        "glossary",
        "toctree",
        "raw",
        "eval-rst",
        "mermaid",
        "image",
        "figure",
        "csv-table",
        "list-table",
    ]
)
"""中身が Markdown の文章ではないディレクティブ。"""
TITLED = frozenset(["admonition", "exercise", "dropdown", "card", "grid-item-card"])
"""引数が題名（文章）であるディレクティブ。"""


@functools.cache
def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark")
        .enable("table")
        .use(myst_block_plugin)
        .use(myst_role_plugin)
        .use(dollarmath_plugin)
        .use(colon_fence_plugin)
        .use(amsmath_plugin)
        .use(deflist_plugin)
        .use(substitution_plugin)
        .use(attrs_plugin, after=("image", "code_inline", "link_close", "span_close"))
        .use(attrs_block_plugin)
    )


def load_yaml(text: str, line: int) -> Any:
    """YAML を読む。``line`` は最初の行の番号。

    Raises:
        YamlError: 書き方の誤り。原稿の行を持つ。
    """
    try:
        return yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if "flow" in str(getattr(error, "context", "")):  # 閉じていない [ や { の行
            mark = getattr(error, "context_mark", mark)
        problem = getattr(error, "problem", None) or "読めません"
        raise YamlError(line + (mark.line if mark else 0), problem) from error


def read_document(path: Path, root: Path) -> Document:
    """原稿のファイルを読む。"""
    relative = path.relative_to(root).as_posix()
    return parse_document(path.read_text("utf8"), relative)


def parse_document(text: str, path: str) -> Document:
    """原稿の文字列を読む。``path`` は本の根元からの名前（``book/attention/cam.md``）。"""
    document = Document(path, path.removesuffix(".md"), text)
    lines = text.split("\n")
    body = text
    if lines[0] == "---":
        end = next((i for i, line in enumerate(lines[1:], 1) if line == "---"), None)
        if end is None:
            document.front_error = YamlError(1, "閉じる --- がありません")
            return document
        try:
            front = load_yaml("\n".join(lines[1:end]), 2)
            document.front = front if isinstance(front, dict) else {}
        except YamlError as error:
            document.front_error = error
        body = "\n" * (end + 1) + "\n".join(lines[end + 1 :])
    _read(document, body, 1, ())
    return document


def _read(document: Document, text: str, first: int, inside: tuple[str, ...]) -> None:
    """Markdown を読んで ``document`` に加える。``first`` は最初の行の番号。"""
    depth = 0
    kind = "paragraph"
    for token in _parser().parse(text):
        line = first + (token.map[0] if token.map else 0)
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "heading_open":
            kind = f"h{token.tag[1]}"
        elif token.type in ("td_open", "th_open", "dt_open"):
            kind = "cell"
        elif token.type == "paragraph_open":
            kind = "paragraph"
        elif token.type == "inline":
            document.passages.append(Passage(kind, line, token, depth > 0))
            if kind.startswith("h"):
                document.headings.append(Heading(int(kind[1]), token.content, line))
        elif token.type == "myst_target":
            document.labels.append((token.content, line))
        elif token.type == "math_block_label":
            document.labels.append((token.info, line))
        elif token.type == "amsmath":
            document.labels += [
                (label, line)
                for label in re.findall(r"\\label\{(.+?)\}", token.content)
            ]
        elif token.type in ("fence", "colon_fence"):
            match = INFO.match(token.info.strip())
            if match:
                _read_directive(
                    document, match[1], match[2].strip(), token.content, line, inside
                )


def _read_directive(
    document: Document,
    name: str,
    argument: str,
    content: str,
    line: int,
    inside: tuple[str, ...],
) -> None:
    """ディレクティブを読む。セルなら ``cells`` に，ほかは ``directives`` に加える。"""
    header, rest = _split_options(content)
    body_line = line + 1 + len(content.split("\n")) - len(rest.split("\n"))
    readable, options = True, {}
    try:
        options = _options(header, line + 1)
    except YamlError as error:
        document.cell_errors.append(error)
        readable = False
    if name == "code-cell":
        document.cells.append(Cell(line, options, rest, body_line, header, readable))
        caption = figure_of(options).get("caption")
        if caption:
            at = document.cells[-1].line_of("caption")
            _read_inline(document, "caption", str(caption), at)
        return
    plain = {key: "" if value is None else str(value) for key, value in options.items()}
    document.directives.append(
        Directive(name, argument, plain, rest, line, body_line, inside)
    )
    document.labels += [
        (plain[key], line) for key in ("label", "name") if plain.get(key)
    ]
    if name in TITLED and argument:
        _read_inline(document, "title", argument, line)
    if name == "glossary":
        for number, text in enumerate(rest.splitlines(), start=body_line):
            if text.strip():
                _read_inline(document, "term", text.strip(), number)
    elif name == "figure":
        _read_inline(document, "caption", rest.strip(), body_line)
    elif name not in NOT_PROSE:
        _read(document, rest, body_line, (*inside, name))


def _read_inline(document: Document, kind: str, text: str, line: int) -> None:
    for token in _parser().parseInline(text):
        document.passages.append(Passage(kind, line, token))


def _split_options(content: str) -> tuple[str, str]:
    """ディレクティブの中身を，設定と本文に分ける。"""
    lines = content.split("\n")
    if lines[0].strip() == "---":
        for number, line in enumerate(lines[1:], start=1):
            if line.strip() == "---":
                return "\n".join(lines[: number + 1]), "\n".join(lines[number + 1 :])
    count = 0
    while count < len(lines) and OPTION.match(lines[count].strip()):
        count += 1
    return "\n".join(lines[:count]), "\n".join(lines[count:])


def _options(header: str, line: int) -> dict[str, Any]:
    if not header:
        return {}
    if header.startswith("---"):
        found = load_yaml("\n".join(header.split("\n")[1:-1]), line + 1)
        return found if isinstance(found, dict) else {}
    options: dict[str, Any] = {}
    for number, text in enumerate(header.split("\n"), start=line):
        match = OPTION.match(text.strip())
        assert match
        value = (match[2] or "").strip()
        listed = match[1] == "tags" and value.startswith("[")
        options[match[1]] = load_yaml(value, number) if listed else value
    return options
