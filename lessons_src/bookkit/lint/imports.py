"""``lessons`` の部品の名前：読み込む文の指すモジュールが，ファイルとしてあるか。

ファイルの名前だけを見ます。モジュールの中の名前があるかは，実行したときに Python が言います。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bookkit.similar import similar

FROM = re.compile(r"^\s*from\s+(lessons[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)", re.M)
IMPORT = re.compile(r"^\s*import\s+(lessons[\w.]*)", re.M)
COMMENT = re.compile(r"#[^\n]*")


def missing_modules(code: str, lessons: Path) -> Iterator[tuple[int, str]]:
    """ないモジュールを読み込む ``(行, 文)``。

    Args:
        code: Python のコード。
        lessons: ``lessons`` パッケージのフォルダー。
    """
    code = COMMENT.sub(lambda match: " " * len(match[0]), code)
    for match in IMPORT.finditer(code):
        yield from _missing(match[1], code, match.start(1), lessons)
    for match in FROM.finditer(code):
        found = list(_missing(match[1], code, match.start(1), lessons))
        yield from found
        if not found and _holds_only_modules(match[1], lessons):
            for name in re.finditer(r"\b[A-Za-z_]\w*(?:\s+as\s+\w+)?", match[2]):
                module = f"{match[1]}.{name[0].split()[0]}"
                at = match.start(2) + name.start()
                yield from _missing(module, code, at, lessons)


def _missing(
    module: str, code: str, at: int, lessons: Path
) -> Iterator[tuple[int, str]]:
    """モジュールの名前のうち，初めてない所。"""
    folder = lessons
    for name in module.split(".")[1:]:
        if not (folder / name).is_dir() and not (folder / f"{name}.py").is_file():
            there = [p.stem for p in folder.glob("*") if p.suffix in ("", ".py")]
            said = f"部品 {module} の {name!r} が lessons にありません。{similar(name, there)}"
            line = code.count("\n", 0, at) + 1
            yield line, f"{said}名前を直すか，この行を消してください。"
            return
        folder /= name


def _holds_only_modules(package: str, lessons: Path) -> bool:
    """``lessons`` か，部か，章の部屋か（どれも，中にはモジュールだけがある）。"""
    names = package.split(".")[1:]
    folder = lessons.joinpath(*names)
    part = lessons.parent.parent / "book" / "/".join(names[:1])
    return folder.is_dir() and (not names or (len(names) < 3 and part.is_dir()))
