"""lessons の関数やクラスのソースを，読み込まずに取り出す。"""

from __future__ import annotations

import ast
from pathlib import Path


def lessons_root() -> Path:
    """``lessons`` パッケージの一つ上のフォルダー。"""
    return Path(__file__).resolve().parent.parent


def find_source(
    root: Path, target: str, *, keep_docstring: bool = False
) -> tuple[Path, str]:
    """関数またはクラスのソースを返す。モジュールは読み込まず，構文だけを調べる。

    Args:
        root: ``lessons`` の親のフォルダー。
        target: ``lessons.部屋.モジュール.名前`` の形の名前。
        keep_docstring: 真なら docstring も残す。

    Raises:
        LookupError: モジュールまたは名前がないとき。
    """
    module, _, name = target.rpartition(".")
    path = root.joinpath(*module.split(".")).with_suffix(".py")
    if not path.is_file():
        path = root.joinpath(*module.split("."), "__init__.py")
    if not module or not path.is_file():
        raise LookupError(f"source: モジュール {module!r} が見つかりません。")
    text = path.read_text("utf8")
    tree = ast.parse(text)
    kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    found = {node.name: node for node in tree.body if isinstance(node, kinds)}
    if name not in found:
        raise LookupError(
            f"source: {module} に {name!r} がありません。ある名前: {', '.join(found)}"
        )
    node = found[name]
    lines = text.splitlines()
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    skipped: set[int] = set()
    if not keep_docstring:
        for inner in ast.walk(node):
            if isinstance(inner, kinds) and ast.get_docstring(inner) is not None:
                doc = inner.body[0]
                if len(inner.body) > 1:
                    skipped |= set(
                        range(doc.lineno, (doc.end_lineno or doc.lineno) + 1)
                    )
    kept = [
        line
        for number, line in enumerate(lines[first - 1 : node.end_lineno], start=first)
        if number not in skipped
    ]
    return path, "\n".join(kept)
