"""章だけで動くための決まり：どこでも作っていない名前と，置き場所にしかないファイル。

章は Colab で一つずつ開かれます。ほかの章のセルも，置き場所のファイルも，そこにはありません。
"""

from __future__ import annotations

import ast
import builtins
import functools
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bookkit.execution.tags import GPU_TAG
from bookkit.lint.book import Book
from bookkit.lint.document import Cell, Document
from bookkit.lint.finding import Finding

GIVEN = frozenset(
    [*dir(builtins), "__name__", "__doc__", "display", "get_ipython", "_", "In", "Out"]
)
"""セルで作らなくても，初めからある名前。"""


def _python(cell: Cell) -> str:
    """シェルやマジックの行（別の決まりが断る）を空けた，ふつうの Python。"""
    return re.sub(r"(?m)^\s*[!%].*$", "", cell.code)


@functools.lru_cache(maxsize=1024)
def _tree(code: str) -> ast.Module:
    """構文の木。いくつもの決まりが同じセルを見るので，覚えておく。"""
    return ast.parse(code)


def syntax(document: Document, book: Book) -> Iterator[Finding]:
    """Python として読めるか。"""
    for cell in document.cells:
        try:
            _tree(_python(cell))
        except SyntaxError as error:
            yield Finding(
                document.path,
                cell.code_line + (error.lineno or 1) - 1,
                f"コードが Python として読めません（{error.msg}）。直してください。",
            )


def names(document: Document, book: Book) -> Iterator[Finding]:
    """このセルまでに作られていない名前を使っていないか。"""
    if any(syntax(document, book)):
        return
    uses = [_uses(_python(cell)) for cell in document.cells]
    if any(use.imports_all for use in uses):
        return  # import * の後では，どの名前があるか分からない
    everywhere = set(GIVEN).union(*(use.made for use in uses))
    so_far = set(GIVEN)
    for cell, use in zip(document.cells, uses, strict=True):
        so_far |= use.made
        # 関数の中の名前は，呼ぶときまでにあればよい。
        for name in sorted((use.at_once - so_far) | (use.later - everywhere)):
            where = "後のセル" if name in everywhere else "ほかの章"
            yield Finding(
                document.path,
                cell.code_line + _line_of(cell, name) - 1,
                f"名前 {name} は，このセルまでに作られていません（{where}の名前は使えません）。"
                "前のセルで作るか，lessons から読み込んでください。",
            )


@dataclass(frozen=True)
class _Uses:
    """セル一つが作る名前と，使う名前。"""

    made: set[str]
    at_once: set[str]
    """セルを動かすとすぐに要る名前。"""
    later: set[str]
    """関数を呼ぶときに要る名前。"""
    imports_all: bool


def _uses(code: str) -> _Uses:
    table = symtable.symtable(code, "cell", "exec")
    symbols = table.get_symbols()
    made = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    at_once = {s.get_name() for s in symbols if s.is_referenced()}
    later: set[str] = set()
    for inner, now in _inner(table, True):
        outer = [s for s in inner.get_symbols() if s.is_global()]
        made |= {s.get_name() for s in outer if s.is_assigned()}
        used = {s.get_name() for s in outer if s.is_referenced()}
        if now:
            at_once |= used
        else:
            later |= used
    imports_all = any(
        alias.name == "*"
        for node in ast.walk(_tree(code))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )
    return _Uses(made, at_once, later, imports_all)


def _inner(
    table: symtable.SymbolTable, now: bool
) -> Iterator[tuple[symtable.SymbolTable, bool]]:
    """内側の名前の表と，それがその場で動くもの（内包表記・クラス）かどうか。"""
    for child in table.get_children():
        comprehension = child.get_name() in ("listcomp", "setcomp", "dictcomp")
        at_once = now and (comprehension or child.get_type() == "class")
        yield child, at_once
        yield from _inner(child, at_once)


def _line_of(cell: Cell, name: str) -> int:
    """セルの中で，``name`` を初めて使う行（1 から）。"""
    return min(
        (
            node.lineno
            for node in ast.walk(_tree(_python(cell)))
            if isinstance(node, ast.Name) and node.id == name
        ),
        default=1,
    )


def files(document: Document, book: Book) -> Iterator[Finding]:
    """コードの中の文字列が，置き場所のファイルを指していないか。"""
    if any(syntax(document, book)):
        return
    here = (book.root / document.path).parent
    for cell in document.cells:
        for node in ast.walk(_tree(_python(cell))):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if _is_file(node.value, [here, book.root]):
                yield Finding(
                    document.path,
                    cell.code_line + node.lineno - 1,
                    f"ファイル {node.value!r} は，Colab で開いた章にはありません。"
                    "lessons に入れて，lessons の関数から読んでください。",
                )


def _is_file(text: str, bases: Sequence[Path]) -> bool:
    """文字列が，あるファイルか，``/`` を含む，あるフォルダーの名前か。"""
    if not text.strip(" ./") or "\n" in text or "\0" in text or len(text) > 200:
        return False
    paths = [base / text for base in bases]
    is_path = "/" in text.strip("/")
    return any(path.is_file() or (is_path and path.is_dir()) for path in paths)


def full_size(document: Document, book: Book) -> Iterator[Finding]:
    """GPU 用のセルで作った名前を，GPU 用でないセルが使っていないか。

    GPU のない計算機では，GPU 用のセルだけが全規模の記録に替わる。
    後のセルが縮小版の値で図を描くと，一つの頁に二つの規模が混ざってしまう。
    """
    if any(syntax(document, book)):
        return
    made_at_full_size: set[str] = set()
    for cell in document.cells:
        use = _uses(_python(cell))
        if GPU_TAG in cell.tags:
            made_at_full_size |= use.made
            continue
        for name in sorted((use.at_once & made_at_full_size) - use.made):
            yield Finding(
                document.path,
                cell.code_line + _line_of(cell, name) - 1,
                f"{name} は GPU 用のセルで作られています。規模の違う結果が混ざらないように，"
                f"このセルにも札 {GPU_TAG} を付けるか，{name} を GPU 用のセルより前で作ってください。",
            )
        made_at_full_size -= use.made


RULES = (syntax, names, files, full_size)
