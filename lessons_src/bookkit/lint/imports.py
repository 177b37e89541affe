"""``lessons`` の部品の名前：読み込む文の指すモジュールが，ファイルとしてあるか。

ファイルの名前だけを見ます。モジュールの中の名前があるかは，実行したときに Python が言います。
"""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Iterator
from pathlib import Path

from bookkit.lint.finding import similar


@functools.lru_cache(maxsize=1024)
def parse(code: str) -> ast.Module | SyntaxError:
    """構文の木。いくつもの決まりが同じセルを見るので，覚えておく。"""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # \d などの注意は，実行したときに出る
            return ast.parse(code)
    except SyntaxError as error:
        return error
    except ValueError as error:  # NUL の文字
        return SyntaxError(str(error))


@functools.lru_cache(maxsize=1024)
def walk(code: str) -> tuple[ast.AST, ...]:
    """木のすべての枝。読めないコードなら空。"""
    tree = parse(code)
    return tuple(ast.walk(tree)) if isinstance(tree, ast.Module) else ()


def missing_modules(code: str, lessons: Path) -> Iterator[tuple[int, str]]:
    """ないモジュールを読み込む ``(行, 文)``。Python として読めないコードは，ほかの決まりが言う。

    Args:
        code: Python のコード。
        lessons: ``lessons`` パッケージのフォルダー。
    """
    for node in walk(code):
        if isinstance(node, ast.Import):
            wanted = [(alias.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            wanted = [(node.lineno, node.module)]
            if _holds_only_modules(node.module, lessons):
                inner = [
                    (one.lineno, f"{node.module}.{one.name}") for one in node.names
                ]
                wanted = [one for one in inner if not one[1].endswith(".*")] or wanted
        else:
            continue
        for line, module in wanted:
            if module.partition(".")[0] == "lessons":
                yield from ((line, said) for said in _missing(module, lessons))


def _missing(module: str, lessons: Path) -> Iterator[str]:
    """モジュールの名前のうち，初めてない所。"""
    folder = lessons
    for name in module.split(".")[1:]:
        if not (folder / name).is_dir() and not (folder / f"{name}.py").is_file():
            there = [p.stem for p in folder.glob("*") if p.suffix in ("", ".py")]
            yield (
                f"部品 {module} の {name!r} が lessons にありません。{similar(name, there)}"
                "名前を直すか，この行を消してください。"
            )
            return
        folder /= name


def _holds_only_modules(package: str, lessons: Path) -> bool:
    """``lessons`` か，部か，章の部屋か（どれも，中にはモジュールだけがある）。"""
    names = package.split(".")[1:]
    folder = lessons.joinpath(*names)
    part = lessons.parent.parent / "book" / "/".join(names[:1])
    return folder.is_dir() and (not names or (len(names) < 3 and part.is_dir()))
