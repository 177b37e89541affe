"""章のコードが使う ``lessons`` のモジュールを，読み込まずに構文だけからたどる。"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "lessons"


@dataclass(frozen=True)
class Library:
    """``lessons`` の置き場所。

    Attributes:
        root: ``lessons`` の親のフォルダー。
    """

    root: Path

    def file_of(self, name: str) -> Path | None:
        """モジュールのファイル。モジュールでなければ ``None``。"""
        base = self.root.joinpath(*name.split("."))
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file():
                return path
        return None

    def closure(self, sources: Iterable[str]) -> dict[str, Path]:
        """コードがたどり着くすべてのモジュールを ``{名前: ファイル}`` で返す。"""
        found: dict[str, Path] = {}
        todo = [name for code in sources for name in imports(code, "")]
        while todo:
            name = todo.pop()
            if name.endswith("*"):
                todo += self._inside(*name.rsplit(".", 1))
                continue
            if name in found or name.partition(".")[0] != PACKAGE:
                continue
            parent = name.rpartition(".")[0]
            if parent:
                todo.append(parent)
            path = self.file_of(name)
            if path is None:
                continue
            found[name] = path
            package = name if path.name == "__init__.py" else parent
            todo += imports(path.read_text("utf8"), package)
        return dict(sorted(found.items()))

    def _inside(self, package: str, depth: str) -> list[str]:
        """パッケージと，その中のモジュール。"""
        path = self.file_of(package)
        if path is None or path.name != "__init__.py":
            return []
        inner = path.parent.glob("*.py" if depth == "*" else "**/*.py")
        names = (p.relative_to(self.root).with_suffix("").parts for p in inner)
        dotted = (".".join(parts).removesuffix(".__init__") for parts in names)
        return [package, *dotted]


@functools.lru_cache(maxsize=4096)
def imports(code: str, package: str) -> frozenset[str]:
    """コードが読み込む名前の候補（モジュールとは限らない）。

    ``パッケージ.*`` はその中のモジュール，``パッケージ.**`` はさらに奥まですべて。
    構文として読めないときは，``lessons`` のすべてを使うとみなす。
    """
    try:
        tree = ast.parse(_without_magics(code))
    except (SyntaxError, ValueError):
        return frozenset({f"{PACKAGE}.**"})
    return frozenset(_imports(tree, package))


def _without_magics(code: str) -> str:
    """``%matplotlib`` や ``!pip`` のような，IPython だけの行を除く。"""
    lines = (
        "" if line.lstrip().startswith(("%", "!")) else line
        for line in code.splitlines()
    )
    return "\n".join(lines)


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                parts = parts[: len(parts) - node.level + 1]
                base = ".".join([*parts, base] if base else parts)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in _DYNAMIC:
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)


_DYNAMIC = ("import_module", "__import__")


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
