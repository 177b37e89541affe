"""頁の中身のうち，枠（``bookkit.theme``）に頼らないもの：図，数式，節の番地，章の約束，記録，検索，送るときの絵。"""

from __future__ import annotations

import importlib

from sphinx.application import Sphinx

PARTS = ("anchors", "changes", "dates", "drafts", "facts", "maths", "search", "site")


def setup(app: Sphinx) -> None:
    """頁の部品をすべて組み込む。"""
    for name in PARTS:
        importlib.import_module(f"bookkit.pages.{name}").setup(app)
