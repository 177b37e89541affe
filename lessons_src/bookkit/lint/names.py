"""章だけで動くための決まり：どこでも作っていない名前，ない部品，置き場所にしかないファイル。

章は Colab で一つずつ開かれます。ほかの章のセルも，置き場所のファイルも，そこにはありません。
"""

from __future__ import annotations

import ast
import builtins
import functools
import re
import symtable
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bookkit.book import Book
from bookkit.chapter import GPU_TAG, Cell, Chapter
from bookkit.english import japanese
from bookkit.finding import Problems
from bookkit.lint.imports import missing_modules

GIVEN = frozenset(
    [*dir(builtins), "__name__", "__doc__", "display", "get_ipython", "_", "In", "Out"]
)
"""セルで作らなくても，初めからある名前。"""


@dataclass(frozen=True)
class Code:
    """読んだコード。``calls`` は，関数を呼ぶ所の ``(書かれた名前, 木)``。"""

    text: str
    error: SyntaxError | None = None
    nodes: tuple[ast.AST, ...] = ()
    calls: tuple[tuple[str, ast.Call], ...] = ()


@functools.lru_cache(maxsize=1024)
def code_of(cell: Cell) -> Code:
    """セルのコード。いくつもの決まりが同じセルを見るので，覚えておく。

    シェルやマジックの行（別の決まりが断る）は空ける。
    """
    text = re.sub(r"(?m)^\s*[!%].*$", "", cell.source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # \d などの注意は，実行したときに出る
            nodes = tuple(ast.walk(ast.parse(text)))
    except SyntaxError as error:
        return Code(text, error)
    except ValueError as error:  # NUL の文字
        return Code(text, SyntaxError(str(error)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return Code(text, None, nodes, tuple((_written(one.func), one) for one in calls))


def _written(node: ast.expr) -> str:
    """``figures.show`` のような，書かれた名前。"""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_written(node.value)}.{node.attr}"
    return ast.unparse(node)


def called(page: Chapter) -> Iterator[tuple[int, str, ast.Call]]:
    """章の関数を呼ぶ所の ``(行, 書かれた名前, 木)``。"""
    for cell in page.cells:
        for name, call in code_of(cell).calls:
            yield cell.line + call.lineno - 1, name, call


def calls(cell: Cell, name: str) -> list[ast.Call] | None:
    """``figures.show`` のような名前の関数を呼ぶ所。読めないセルなら ``None``。"""
    code, names = code_of(cell), (name, name.rsplit(".", 1)[-1])
    found = [node for written, node in code.calls if written in names]
    return None if code.error else found


def syntax(page: Chapter) -> Problems:
    """Python として読めるか。"""
    for cell in page.cells:
        if error := code_of(cell).error:
            said = f"コードが Python として読めません（{japanese(error.msg)}）。直してください。"
            yield cell.line + (error.lineno or 1) - 1, said


def names(page: Chapter) -> Problems:
    """このセルまでに作られていない名前を使っていないか。GPU 用のセルの値が混ざらないか。

    GPU のない計算機では，GPU 用のセルだけが全規模の記録に替わる。
    後のセルが縮小版の値で図を描くと，一つの頁に二つの規模が混ざってしまう。
    """
    if any(syntax(page)):
        return
    uses = [_uses(code_of(cell).text) for cell in page.cells]
    known = not any(use.imports_all for use in uses)  # import * の後では分からない
    everywhere = set(GIVEN).union(*(use.made for use in uses))
    so_far, at_full_size = set(GIVEN), set[str]()
    for cell, use in zip(page.cells, uses, strict=True):
        so_far |= use.made
        # 関数の中の名前は，呼ぶときまでにあればよい。
        missing = (use.at_once - so_far) | (use.later - everywhere)
        for name in sorted(missing if known else ()):
            where = "後のセル" if name in everywhere else "ほかの章"
            said = f"名前 {name} は，このセルまでに作られていません（{where}の名前は使えません）。"
            said += "前のセルで作るか，lessons から読み込んでください。"
            yield _line_of(cell, name), said
        if cell.gpu:
            at_full_size |= use.made
            continue
        for name in sorted((use.at_once & at_full_size) - use.made):
            said = f"{name} は GPU 用のセルで作られています。規模の違う結果が混ざらないように，このセルにも"
            said += f"タグ {GPU_TAG} を付けるか，{name} を GPU 用のセルより前で作ってください。"
            yield _line_of(cell, name), said
        at_full_size -= use.made


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
    imports_all = bool(re.search(r"(?m)^\s*from .+ import \*", code))
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
    """セルの中で，``name`` を初めて使う行（原稿の行）。"""
    found = (n for n in code_of(cell).nodes if isinstance(n, ast.Name) and n.id == name)
    return cell.line - 1 + min((node.lineno for node in found), default=1)


def modules(page: Chapter, book: Book) -> Problems:
    """読み込む部品が ``lessons`` にあるか。"""
    for cell in page.cells:
        for line, message in missing_modules(cell.source, book.lessons):
            yield cell.line + line - 1, message


def files(page: Chapter, book: Book) -> Problems:
    """コードの中の文字列が，置き場所のファイルを指していないか。"""
    bases = [page.path.parent, book.root]
    for line, text in book.kept.of(page, _file_names):
        if any(_is_file(base, text) for base in bases):
            said = f"ファイル {text!r} は，Colab で開いた章にはありません。"
            yield line, f"{said}lessons に入れて，lessons の関数から読んでください。"


def _file_names(page: Chapter) -> list[tuple[int, str]]:
    """ファイルの名前かもしれない文字列の ``(行, 文字列)``。"""
    return [
        (cell.line + node.lineno - 1, node.value)
        for cell in page.cells
        for node in code_of(cell).nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"[./]", node.value)
        and node.value.strip(" ./")
        and not re.search(r"[\n\0]|.{201}", node.value)
    ]


def _is_file(base: Path, text: str) -> bool:
    """文字列が，あるファイルか，``/`` を含む，あるフォルダーの名前か。"""
    path = base / text
    return path.is_file() or ("/" in text.strip("/") and path.is_dir())


RULES = (syntax, names)
BOOK_RULES = (modules, files)
