"""章の決まりを調べる。``python -m bookkit check`` と，ビルドの途中の両方で働きます。

指摘はどれも ``ファイル:行: 何が・どう直すか`` の形です。ビルドでは警告になります。
頁の決まりは ``(行, 文)`` を，本の全体の決まり（``house``）は ``Finding`` を返します。
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.english import Beside
from bookkit.finding import (
    AFTER,
    CAUSE,
    PLAIN,
    STOP,
    BookRule,
    Finding,
    Rule,
    unwritten,
)
from bookkit.lint import (
    cells,
    exercises,
    files,
    habits,
    house,
    known,
    markup,
    names,
    prose,
    references,
    settings,
    shelf,
    skeleton,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

END = 10**9
SETTINGS = ("_config.yml", "_toc.yml")
__all__ = ["Finding", "check_book", "check_page", "setup"]

PAGE_RULES: tuple[Rule, ...] = (
    *(skeleton.title, *prose.RULES, *markup.RULES, cells.misplaced),
)
"""表紙や用語集も含む，すべての頁の決まり。"""
CHAPTER_RULES: tuple[Rule, ...] = (
    *(*skeleton.CHAPTER_RULES, *exercises.RULES, *cells.CHAPTER_RULES),
    *(*names.RULES, *habits.RULES, markup.cell_settings, references.cited),
)
"""章だけの決まり。"""
BOOK_RULES: tuple[BookRule, ...] = (
    *(skeleton.draft, *references.RULES, *markup.BOOK_RULES),
)
BOOK_CHAPTER_RULES: tuple[BookRule, ...] = (skeleton.lesson_box, *names.BOOK_RULES)


def _alone(page: Chapter) -> list[Finding]:
    """原稿だけから分かる指摘。"""
    rules = PAGE_RULES + (CHAPTER_RULES if page.in_part else ())
    rules = () if page.front_unclosed else rules
    found = [Finding(page.file, *one) for rule in rules for one in rule(page)]
    for fault in page.outline.faults:
        rank = CAUSE if fault.cause else PLAIN
        found.append(Finding(page.file, fault.line, fault.message, rank=rank))
    found += [Finding(page.file, o.line, o.message, rank=STOP) for o in page.faults]
    return [*found, *unwritten(page.file, page.text.split("\n"))]


def check_page(page: Chapter, book: Book) -> list[Finding]:
    """原稿一つを調べる。"""
    rules = BOOK_RULES + (BOOK_CHAPTER_RULES if page.in_part else ())
    rules = () if page.front_unclosed else rules
    found = {Finding(page.file, *one) for rule in rules for one in rule(page, book)}
    return sorted(found.union(book.kept.of(page, _alone)))


def check_book(
    root: Path, only: Sequence[Path] = (), app: Sphinx | None = None
) -> list[Finding]:
    """本の全体を調べる。指摘は，ほかの指摘を生むものが先で，ファイルと行の順。

    Args:
        root: ``_toc.yml`` のあるフォルダー。
        only: 調べるファイルかフォルダー（``root`` から）。空なら全体。
        app: 動いている Sphinx（使える名前を聞く）。なければ，本の拡張を調べる。
    """
    book = Book(root)
    places = [
        path for path in files.paths(root) if _wanted(path.relative_to(root), only)
    ]
    found = list(files.check(root, places))
    unreadable = {one.path for one in found if one.rank == STOP}
    found += [one for one in settings.readable(book) if one.path not in unreadable]
    if not any(one.rank == STOP and one.path in SETTINGS for one in found):
        book.known = known.of(book, app)
        found += settings.check(book, book.known)
        for page in book.documents.values():
            if page.file not in unreadable and _wanted(Path(page.file), only):
                found += check_page(page, book)
        found += [one for rule in house.RULES for one in rule(book)]
        found += house.python_files(book, places)
        book.kept.save(all_used=not only)
        places_of_drafts = tuple(
            place for name in book.drafts for place in book.documents[name].places
        )
        found = [
            replace(one, draft=True) if one.path.startswith(places_of_drafts) else one
            for one in found
        ]
    causes = {
        one.path: one.line for one in sorted(found, reverse=True) if one.rank < PLAIN
    }
    ranked = [
        replace(one, rank=AFTER)
        if one.rank == PLAIN and one.line >= causes.get(one.path, END)
        else one
        for one in found
        if _wanted(Path(one.path), only) or (one.path in SETTINGS and one.rank == STOP)
    ]
    return sorted(set(ranked), key=lambda one: (one.rank, one))


def stopping(root: Path) -> list[Finding]:
    """頁を読む前に分かる，ビルドを始められない指摘：設定，目次，文献。"""
    book = Book(root)
    places = [root / name for name in (*SETTINGS, shelf.BIB) if (root / name).exists()]
    found = [*files.check(root, places), *settings.readable(book)]
    if not any(one.rank == STOP for one in found):
        found += [*settings.toc_shape(book), *shelf.works(book)]
    return [one for one in found if one.rank == STOP]


def _wanted(path: Path, only: Sequence[Path]) -> bool:
    return not only or any(path.is_relative_to(place) for place in only)


def _warn(app: Sphinx) -> None:
    """原稿と目次への指摘を，ビルドの警告にする。まだ書いていない所（TODO）も同じ。

    部屋や検査への指摘は頁を悪くしないので，``python -m bookkit check`` だけが言う。
    """
    from sphinx.util import logging as sphinx_logging

    root = Path(app.srcdir)
    if not app.config.bookkit_lint or not (root / "_toc.yml").is_file():
        return
    logger = sphinx_logging.getLogger(__name__)
    found = check_book(root, app=app)
    for finding in found:
        shown = finding.path.startswith(("book/", *SETTINGS)) and not finding.draft
        if shown and finding.rank < AFTER:
            logger.warning(
                finding.message,
                location=f"{root / finding.path}:{finding.line}",
                type="bookkit",
                subtype="lint",
            )
    if any(finding.rank == STOP for finding in found):
        raise SystemExit(1)  # jupyter-book は，ほかの例外に英語の追跡を付ける


def _beside(app: Sphinx, *rest: object) -> None:
    for handler in logging.getLogger("sphinx").handlers:
        handler.addFilter(Beside())


def setup(app: Sphinx) -> None:
    """Sphinx から呼ばれる。読み始める前に，本の全体を調べる。"""
    app.add_config_value("bookkit_lint", True, "")
    root = Path(app.srcdir)
    checked = app.config.overrides.get("bookkit_lint", True)
    if checked and (root / "_toc.yml").is_file() and (found := stopping(root)):
        print("\n".join(map(str, found)), file=sys.stderr)
        raise SystemExit(1)
    app.connect("config-inited", _beside)
    app.connect("builder-inited", _warn)
