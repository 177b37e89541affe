"""章の決まりを調べる。``python -m bookkit check`` と，ビルドの途中の両方で働きます。

指摘はどれも ``ファイル:行: 何が・どう直すか`` の形です。ビルドでは警告になります。
頁の決まりは ``(行, 文)`` を，本の全体の決まり（``house``）は ``Finding`` を返します。
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookkit.book import Book, BookError
from bookkit.chapter import Chapter
from bookkit.lint import cells, exercises, house, names, prose, references, skeleton
from bookkit.lint.finding import Finding, Rule, unwritten

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["Finding", "check_book", "check_page", "setup"]

PAGE_RULES: tuple[Rule, ...] = (
    skeleton.title,
    *prose.RULES,
    *references.RULES,
    cells.unreadable,
)
"""表紙や用語集も含む，すべての頁の決まり。"""
CHAPTER_RULES: tuple[Rule, ...] = (
    *skeleton.CHAPTER_RULES,
    *exercises.RULES,
    *cells.CHAPTER_RULES,
    *references.CHAPTER_RULES,
    *names.RULES,
)
"""章だけの決まり。"""


def check_page(page: Chapter, book: Book) -> list[Finding]:
    """原稿一つを調べる。"""
    if page.front_unclosed:
        rules: tuple[Rule, ...] = (cells.unreadable,)
    else:
        rules = PAGE_RULES + (CHAPTER_RULES if page.in_part else ())
    found = {Finding(page.file, *one) for rule in rules for one in rule(page, book)}
    return sorted(found | set(unwritten(page.file, page.text.split("\n"))))


def check_book(root: Path) -> list[Finding]:
    """本の全体を調べ，指摘をファイルと行の順に返す。

    Args:
        root: ``_toc.yml`` のあるフォルダー。
    """
    book = Book(root)
    try:
        found = [
            one for page in book.documents.values() for one in check_page(page, book)
        ]
        return sorted([*found, *(one for rule in house.RULES for one in rule(book))])
    except BookError as error:
        return [Finding(error.file, error.line, error.message)]


def _warn(app: Sphinx) -> None:
    """原稿と目次への指摘を，ビルドの警告にする。まだ書いていない所（TODO）も同じ。

    部屋や検査への指摘は頁を悪くしないので，``python -m bookkit check`` だけが言う。
    """
    from sphinx.util import logging

    root = Path(app.srcdir)
    if not app.config.bookkit_lint or not (root / "_toc.yml").is_file():
        return
    logger = logging.getLogger(__name__)
    for finding in check_book(root):
        if finding.path.startswith(("book/", "_toc.yml", "_config.yml")):
            logger.warning(
                finding.message,
                location=f"{root / finding.path}:{finding.line}",
                type="bookkit",
                subtype="lint",
            )


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx から呼ばれる。読み始める前に，本の全体を調べる。"""
    app.add_config_value("bookkit_lint", True, "")
    app.connect("builder-inited", _warn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
