"""本のテーマ。Sphinx の ``basic`` を継ぎ，``_config.yml`` の ``html_theme: bookkit`` で選ぶ。

- ``theme.conf``: 継ぐテーマと，選べる値
- ``*.html``・``*.xml``: 枠と，一つずつの頁やファイルの形
- ``css/``・``static/``: 見え方と働き。``static/`` の中が，そのまま ``_static`` に置かれる
- ``frame``: 枠に渡す値。``translator`` と ``folds``: 本文の HTML。``builder``: 頁と部品を置く係。
  ``swap``: 良いときだけ，配る本に移す
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from bookkit.theme import folds, frame, swap
from bookkit.theme.builder import BookBuilder, version

NAME = "bookkit"


def setup(app: Sphinx) -> None:
    """テーマを登録する。"""
    app.add_html_theme(NAME, str(Path(__file__).parent))
    # 枠や色が変わったら，すべての頁を書き直す。
    app.add_config_value("bookkit_theme_version", version(), "html", str)
    # jupyter-book がいつも渡す設定（sphinx_comments のもの）。この本は，意見の欄を置かない。
    app.add_config_value("comments_config", {}, "html", dict)
    app.add_builder(BookBuilder, override=True)
    folds.setup(app)
    frame.setup(app)
    swap.setup(app)
