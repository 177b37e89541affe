"""軽く，よその番地に頼らず，誰でも読める頁。

枠は ``templates/layout.html``，見え方は ``static/book.css``，働きは ``static/book.js`` が決める。
この部屋の部品は，Sphinx が作った頁をそれに合わせて整える。
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from bookkit.pages import (
    assets,
    figures,
    history,
    layout,
    maths,
    search,
    site,
    social,
)


def setup(app: Sphinx) -> dict[str, Any]:
    """頁の部品をすべて組み込む。"""
    for part in (
        history,
        maths,
        figures,
        search,
        social,
        layout,
        assets,
        site,
    ):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
