"""本の全体：設定・目次・原稿。目次を読むのは，ここだけ。"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bookkit.chapter import Chapter
from bookkit.kept import Kept
from bookkit.reading import (
    chapter_name,
    is_extension,
    parse_chapter,
    read_text,
    yaml_problem,
)

PART_TITLES: dict[str, str] = {
    "basics": "基礎",
    "recognition": "画像認識",
    "segmentation": "画像切り出し",
    "attention": "注意",
    "neuropsychology": "神経心理",
    "readings": "読み物",
}
"""部の名前（フォルダー）と題名。本に並ぶ順。"""
DEFAULT_EXTENSIONS = "colon_fence", "dollarmath", "linkify", "substitution", "tasklist"
"""``_config.yml`` に書かないときの MyST の拡張（jupyter-book の決めたもの）。"""
RECORDED = "recorded"
"""``book/`` の下で，原稿ではないフォルダー（GPU 用のセルの記録）。"""


class BookError(ValueError):
    """``_config.yml`` か ``_toc.yml`` を読めない。``file`` の ``line`` 行。"""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file, self.line, self.message = file, line, message


@dataclass(frozen=True)
class TocEntry:
    """目次の一行。``docname`` は ``book/attention/cam``，``part`` は部の題名（なければ空）。"""

    docname: str
    line: int
    part: str = ""


class Book:
    """本一冊。

    Args:
        root: ``_config.yml`` と ``_toc.yml`` のあるフォルダー。

    Raises:
        BookError: 設定か目次を読めないとき（初めて使うときに）。
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kept = Kept(root / "_build" / ".findings")
        self.known: Any = None  # 使える名前。決まりを調べるときに入る（lint.known）

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """``_config.yml``。なければ空。"""
        node = self.yaml("_config.yml")
        found = yaml.SafeLoader("").construct_document(node) if node else {}
        return found if isinstance(found, dict) else {}

    def setting(self, *keys: str) -> Any:
        """``_config.yml`` の中の値。なければ ``None``。"""
        found: Any = self.config
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    @property
    def extensions(self) -> frozenset[str]:
        """章を読むときの MyST の拡張。知らない名前は除く（設定の決まりが言う）。"""
        found = self.setting("parse", "myst_enable_extensions")
        names = found if isinstance(found, list) else [*DEFAULT_EXTENSIONS]
        usable = self.kept.once(
            ("extensions", names), lambda: [*filter(is_extension, names)]
        )
        return frozenset(usable)

    @property
    def sphinx_extensions(self) -> list[str]:
        """頁をつくるのに使う Sphinx の拡張。"""
        wanted = self.setting("sphinx", "config", "extensions")
        return [str(name) for name in wanted] if isinstance(wanted, list) else []

    @property
    def lessons(self) -> Path:
        """``lessons`` パッケージのフォルダー。"""
        return self.root / "lessons_src" / "lessons"

    @functools.cached_property
    def toc(self) -> tuple[TocEntry, ...]:
        """目次の行。書かれた順。表紙（``root``）が最初。"""
        return tuple(_entries(self.yaml("_toc.yml"), ""))

    @functools.cached_property
    def documents(self) -> dict[str, Chapter]:
        """``book/`` の下の原稿を，文書の名前（``book/attention/cam``）で引く。"""
        folder = self.root / "book"
        paths = (
            path
            for path in sorted(folder.rglob("*.md"))
            if path.relative_to(folder).parts[0] != RECORDED and path.is_file()
        )
        extensions, kept = self.extensions, Kept(self.root / "_build" / ".pages")

        def read(path: Path) -> Chapter:
            given = read_text(path), chapter_name(self.root, path), path, extensions
            if ":load:" in given[0]:  # ほかのファイルも読む
                return parse_chapter(*given)
            key = str(path), given[0], sorted(extensions)
            return kept.once(key, lambda: parse_chapter(*given))

        chapters = [read(path) for path in paths]
        kept.save()
        return {chapter.docname: chapter for chapter in chapters}

    @property
    def chapters(self) -> list[Chapter]:
        """目次にあるコードの章。目次の順。

        Raises:
            ChapterError: 読めない章があるとき。
        """
        found = [self.documents.get(entry.docname) for entry in self.toc]
        return [one.sound() for one in found if one and one.has_code]

    @functools.cached_property
    def drafts(self) -> frozenset[str]:
        """下書きの文書の名前。"""
        return frozenset(name for name, one in self.documents.items() if one.draft)

    @functools.cached_property
    def labels(self) -> dict[str, list[tuple[str, int]]]:
        """本の中の名札（小文字）と，その場所 ``(ファイル, 行)``。"""
        found: dict[str, list[tuple[str, int]]] = {}
        for chapter in self.documents.values():
            figures = [
                (str(cell.settings()["name"]), cell.line_of("name"))
                for cell in chapter.cells
                if cell.settings().get("name")
            ]
            for label, line in [*chapter.outline.labels, *figures]:
                found.setdefault(label.lower(), []).append((chapter.file, line))
        return found

    @functools.cached_property
    def terms(self) -> frozenset[str]:
        """用語集の見出し語（小文字）。"""
        return frozenset(
            line.strip().lower()
            for chapter in self.documents.values()
            for directive in chapter.outline.named("glossary")
            for line in directive.body.splitlines()
            if line and not line[0].isspace()
        )

    @functools.cached_property
    def works(self) -> frozenset[str]:
        """文献の鍵。"""
        path = self.root / "book" / "references.bib"
        text = read_text(path) if path.is_file() else ""
        return frozenset(re.findall(r"^\s*@\w+\s*\{\s*([^,\s]+)", text, re.MULTILINE))

    def yaml(self, file: str) -> yaml.Node | None:
        """YAML の木。どの値も行を持つ。ファイルがなければ ``None``。"""
        path = self.root / file
        if not path.is_file():
            return None
        try:
            return _compose(read_text(path))
        except yaml.YAMLError as error:
            row, problem = yaml_problem(error)
            said = (
                f"YAML として読めません（{problem}）。字下げと「:」を直してください。"
            )
            raise BookError(file, row + 1, said) from error


@functools.lru_cache(maxsize=8)
def _compose(text: str) -> yaml.Node | None:
    found: yaml.Node | None = yaml.compose(text, yaml.SafeLoader)
    return found


def _entries(node: yaml.Node | None, part: str) -> Iterator[TocEntry]:
    """目次の木の中の ``root:`` と ``file:``。"""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _entries(item, part)
    elif isinstance(node, yaml.MappingNode):
        values = {key.value: value for key, value in node.value}
        caption = values.get("caption")
        part = str(caption.value) if caption else part
        for key, value in values.items():
            if key in ("root", "file"):
                docname = str(value.value).removesuffix(".md")
                yield TocEntry(docname, value.start_mark.line + 1, part)
            else:
                yield from _entries(value, part)
