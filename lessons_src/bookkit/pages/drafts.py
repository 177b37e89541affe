"""下書きの章（前書きの ``draft: true``）：書きながら見るときだけ，印を付けて頁にする。

公開する本を作るときは，読む前に目次と原稿から除くので，目次・検索・地図・表紙・ノートブックのどれにも出ない。
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from bookkit.book import Book


def hide(app: Sphinx, config: Config) -> None:
    """下書きを，読む原稿と目次（``sphinx_external_toc`` の読んだもの）から除く。"""
    hidden = () if config.bookkit_live else sorted(Book(Path(app.srcdir)).drafts)
    site = getattr(config, "external_site_map", {})
    config.exclude_patterns = [*config.exclude_patterns, *(f"{n}.md" for n in hidden)]
    gone = {*hidden, *(f"{name}.md" for name in hidden)}
    for name in gone & {*site}:
        del site[name]
    for document in site.values():
        for tree in document.subtrees:
            tree.items = [item for item in tree.items if str(item) not in gone]
        document.subtrees = [tree for tree in document.subtrees if tree.items]


def setup(app: Sphinx) -> None:
    """目次の読まれたあとに働く。"""
    app.connect("config-inited", hide, priority=950)
