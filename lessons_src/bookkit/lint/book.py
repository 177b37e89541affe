"""本の全体：目次，原稿，部品，文献。章どうしの決まりを調べる元になります。"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path

from bookkit.lint.document import Document, figure_of
from bookkit.lint.imports import Library
from bookkit.lint.parse import read_document

CHAPTER_LINE = re.compile(r"^\s*章[:：]\s*(.+)$")
CHAPTER_NAME = re.compile(r"[a-z_]+/[a-z0-9_]+")
NOT_PAGES = ("recorded",)
"""``book/`` の下で，頁ではないフォルダー。"""


@dataclass(frozen=True)
class Module:
    """lessons のモジュール一つ。"""

    name: str
    path: str
    chapters: tuple[tuple[str, int], ...]

    @property
    def room(self) -> str:
        """部屋の名前（``lessons.attention.cam`` なら ``attention``）。"""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 2 else ""


@dataclass
class Book:
    """本の全体。"""

    root: Path
    documents: dict[str, Document] = field(default_factory=dict)
    toc: dict[str, int] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> Book:
        """``root`` の ``_toc.yml``・``book/``・``lessons_src/lessons`` を読む。"""
        book = cls(root)
        toc = root / "_toc.yml"
        if toc.is_file():
            for number, line in enumerate(toc.read_text("utf8").splitlines(), start=1):
                match = re.match(r"\s*(?:- )?\s*(?:root|file):\s*(\S+)", line)
                if match:
                    book.toc[match[1].removesuffix(".md")] = number
        for path in sorted((root / "book").rglob("*.md")):
            parts = path.relative_to(root / "book").parts
            if not set(parts) & set(NOT_PAGES):
                document = read_document(path, root)
                book.documents[document.name] = document
        package = root / "lessons_src" / "lessons"
        for path in sorted(package.rglob("*.py")):
            module = read_module(path, root)
            book.modules[module.name] = module
        return book

    @functools.cached_property
    def labels(self) -> dict[str, list[tuple[str, int]]]:
        """本の中の名札（小文字）と，その場所 ``(ファイル, 行)``。"""
        found: dict[str, list[tuple[str, int]]] = {}
        for document in self.documents.values():
            for label, line in [*document.labels, *figure_names(document)]:
                found.setdefault(label.lower(), []).append((document.path, line))
        return found

    @functools.cached_property
    def terms(self) -> dict[str, tuple[str, int]]:
        """用語集の見出し語と，その場所。"""
        found: dict[str, tuple[str, int]] = {}
        for document in self.documents.values():
            for directive in document.directives:
                if directive.name != "glossary":
                    continue
                lines = directive.body.splitlines()
                for number, line in enumerate(lines, start=directive.body_line):
                    if line and not line[0].isspace():
                        found[line.strip().lower()] = (document.path, number)
        return found

    @functools.cached_property
    def works(self) -> frozenset[str]:
        """文献の鍵。"""
        path = self.root / "book" / "references.bib"
        text = path.read_text("utf8") if path.is_file() else ""
        return frozenset(re.findall(r"^\s*@\w+\{\s*([^,\s]+)", text, re.MULTILINE))

    @functools.cached_property
    def rooms(self) -> frozenset[str]:
        """本の部の名前。"""
        names = {document.name.split("/")[1] for document in self.documents.values()}
        return frozenset(n for n in names if (self.root / "book" / n).is_dir())

    def used_by(self, document: Document) -> set[str]:
        """章が（部品を通してでも）読み込む lessons のモジュール。"""
        code = [cell.code for cell in document.cells]
        for directive in document.directives:
            module, _, name = directive.argument.rpartition(".")
            if directive.name == "source" and module:
                code.append(f"from {module} import {name}")
        return set(Library(self.root / "lessons_src").closure(code))


def figure_names(document: Document) -> list[tuple[str, int]]:
    """セルが描く図の名札と行。"""
    found = []
    for cell in document.cells:
        name = figure_of(cell.metadata).get("name")
        if name:
            found.append((str(name), cell.line_of("name")))
    return found


def read_module(path: Path, root: Path) -> Module:
    """lessons のモジュールを，読み込まずに調べる。"""
    text = path.read_text("utf8")
    relative = path.relative_to(root / "lessons_src")
    name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
    chapters: list[tuple[str, int]] = []
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        inside ^= line.count('"""') % 2 == 1
        match = CHAPTER_LINE.match(line)
        if match and inside:
            chapters += [(one, number) for one in CHAPTER_NAME.findall(match[1])]
        if not inside and number > 1 and line.startswith(("import ", "from ")):
            break
    return Module(name, path.relative_to(root).as_posix(), tuple(chapters))
