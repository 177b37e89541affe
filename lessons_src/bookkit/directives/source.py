"""``{source} lessons.部.章.モジュール.名前``: lessons の関数やクラスを，ソースのまま載せる。

Sphinx の ``literalinclude`` の ``:pyobject:`` とは，次の三つが違う。説明（docstring）は本文が
するので載せない。名前はファイルではなく Python の名前で書く。ない名前には，ある名前を答える
（同じ関数を ``bookkit check`` も使う）。
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def lessons_root() -> Path:
    """``lessons`` パッケージの一つ上のフォルダー。"""
    return Path(__file__).resolve().parents[2]


@lru_cache(maxsize=128)
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


def find_source(root: Path, target: str) -> tuple[Path, str]:
    """関数またはクラスの，ファイルとソースを返す。読み込まずに，構文だけを調べる。

    Args:
        root: ``lessons`` の親のフォルダー。
        target: ``lessons.部.章.モジュール.名前`` の形の名前。

    Raises:
        LookupError: モジュールまたは名前がないとき。
    """
    module, _, name = target.rpartition(".")
    folder = root.joinpath(*module.split("."))
    path = folder.with_suffix(".py")
    if not path.is_file():
        path = folder / "__init__.py"
    if not module or not path.is_file():
        raise LookupError(f"source: モジュール {module!r} が見つかりません。")
    text = path.read_text("utf8")
    top = _parse(text).body
    found = {node.name: node for node in top if isinstance(node, DEFINITIONS)}
    if name not in found:
        raise LookupError(
            f"source: {module} に {name!r} がありません。ある名前: {', '.join(found)}"
        )
    node = found[name]
    first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
    lines = enumerate(text.splitlines()[: node.end_lineno], start=1)
    hidden = _docstring_lines(node)
    return path, "\n".join(
        line for number, line in lines if number >= first and number not in hidden
    )


def _docstring_lines(node: ast.AST) -> set[int]:
    """``node`` とその中の定義の，説明の行。説明のほかに何もない定義では残す。"""
    return {
        line
        for inner in ast.walk(node)
        if isinstance(inner, DEFINITIONS)
        and ast.get_docstring(inner) is not None
        and len(inner.body) > 1
        for line in range(inner.body[0].lineno, (inner.body[0].end_lineno or 0) + 1)
    }


class SourceDirective(SphinxDirective):
    """``{source}``: 名前の見出しの付いた，コードの囲み。"""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        target = self.arguments[0]
        try:
            path, code = find_source(lessons_root(), target)
        except (LookupError, SyntaxError, ValueError) as error:
            raise self.error(str(error)) from error
        self.env.note_dependency(str(path))
        block = nodes.literal_block(code, code, language="python", classes=["source"])
        self.set_source_info(block)
        caption = nodes.paragraph(
            "",
            "",
            nodes.literal("", target),
            nodes.Text(" "),
            nodes.inline("", "のソース", classes=["unbroken"]),
            classes=["source-name"],
        )
        return [nodes.container("", caption, block, classes=["source-box"])]


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    app.add_directive("source", SourceDirective)
