"""章の実行：どの章が古いか，並べて実行する，GPU 用のセル，記録した出力，報告。

- ``keys``・``trace``・``probe``: 何が変われば実行し直すか。
- ``cache``: 結果の置き場所。``workplace``・``kernel``・``schedule``: 章を並べて実行する。
- ``recordings``: GPU 用のセルの記録。``book``: 上をつないで，本の結果をそろえる。
- ``reader``・``wording``・``extension``: Sphinx につなぐ。
- ``status``・``gpu``: ``python -m bookkit`` の命令。
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from sphinx.application import Sphinx

__all__ = ["executed", "setup"]


def executed(root: Path, document: str) -> NotebookNode:
    """``book/attention/cam`` のような文書を，頁に載る出力の入ったノートブックにする。

    Raises:
        LookupError: いまの原稿を実行した結果がないとき。古い理由を言う。
    """
    from bookkit.book import Book
    from bookkit.execution import machine, reader
    from bookkit.execution.book import Runner

    chapter = Book(root).documents.get(document)
    if chapter is None or not chapter.has_code:
        raise LookupError(f"{document} はコードの章ではありません。")
    book = Runner(root, machine.look(root))
    state = book.state(chapter)
    if state.entry is None:
        raise LookupError(
            f"{document} の実行結果がありません：{'，'.join(state.reasons)}。"
            "先に本をビルドしてください。"
        )
    notebook = reader.parse(chapter.text, chapter.path, chapter.extensions)
    reader.fill(notebook, book.shown(state))
    return notebook


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx に組み込む。"""
    from bookkit.execution import extension

    return extension.setup(app)
