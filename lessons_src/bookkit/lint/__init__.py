"""章の決まりを調べる。``python -m bookkit check`` と，ビルドの途中の両方で働きます。

指摘はどれも ``ファイル:行: 何が・どう直すか`` の形です。ビルドでは警告になります。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookkit.lint import alone, cells, exercises, prose, references, skeleton, whole
from bookkit.lint.book import Book
from bookkit.lint.document import Document
from bookkit.lint.finding import Finding

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["Book", "Finding", "check_book", "check_document", "setup"]

Rule = Callable[[Document, Book], Iterator[Finding]]

PAGE_RULES: tuple[Rule, ...] = (
    skeleton.title,
    *prose.RULES,
    *references.RULES,
    cells.yaml_errors,
)
"""表紙や用語集も含む，すべての頁の決まり。"""
CHAPTER_RULES: tuple[Rule, ...] = (
    *skeleton.RULES,
    *exercises.RULES,
    *(rule for rule in cells.RULES if rule is not cells.yaml_errors),
    *references.CHAPTER_RULES,
    *alone.RULES,
)
"""章だけの決まり。"""


def check_document(document: Document, book: Book) -> list[Finding]:
    """原稿一つを調べる。"""
    rules = PAGE_RULES + (CHAPTER_RULES if document.is_chapter else ())
    return sorted({finding for rule in rules for finding in rule(document, book)})


def check_book(root: Path) -> list[Finding]:
    """本の全体を調べ，指摘をファイルと行の順に返す。

    Args:
        root: ``_toc.yml`` のあるフォルダー。
    """
    book = Book.load(root)
    found = [f for d in book.documents.values() for f in check_document(d, book)]
    return sorted([*found, *(f for rule in whole.RULES for f in rule(book))])


def _warn(app: Sphinx) -> None:
    """原稿と目次への指摘を，ビルドの警告にする。まだ書いていない所（TODO）も同じ。

    部品への指摘は頁を悪くしないので，``python -m bookkit check`` だけが言う。
    """
    from sphinx.util import logging

    root = Path(app.srcdir)
    if not app.config.bookkit_lint or not (root / "_toc.yml").is_file():
        return
    logger = logging.getLogger(__name__)
    for finding in check_book(root):
        if not finding.path.startswith(("book/", "_toc.yml")):
            continue
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
