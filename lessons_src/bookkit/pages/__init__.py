"""頁の中身のうち，枠（``bookkit.theme``）に頼らないもの：図，数式，節の番地，章の約束，記録，検索，送るときの絵。"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """頁の部品をすべて組み込む。"""
    from bookkit.pages import (
        anchors,
        changes,
        dates,
        drafts,
        facts,
        maths,
        search,
        site,
        zeros,
    )

    for part in (anchors, changes, dates, drafts, facts, maths, search, site, zeros):
        part.setup(app)
    return {"env_version": 4, "parallel_read_safe": True, "parallel_write_safe": False}
