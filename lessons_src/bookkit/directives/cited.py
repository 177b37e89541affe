"""``{cited}``: この章が引いた文献を，著者の順に並べる。"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from bookkit.directives.filled_later import add_place, filled_later

logger = logging.getLogger(__name__)


def _works(app: Sphinx, place: filled_later, docname: str) -> list[nodes.Node]:
    """引いた文献の一覧。"""
    domain: Any = app.env.get_domain("cite")
    keys = {
        target.key
        for reference in domain.citation_refs
        if reference.docname == docname
        for target in reference.targets
    }
    works = [
        nodes.list_item("", domain.backend.paragraph(citation.formatted_entry))
        for citation in domain.citations  # 文献の頁と同じ順に並んでいる
        if citation.key in keys
    ]
    if not keys:
        logger.warning(
            "cited: この章には文献の引用がありません。{cite:t} か {cite:p} で引いてください。",
            location=place,
        )
    return [nodes.bullet_list("", *works, classes=["cited"])] if works else []


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    add_place(app, "cited", _works)
