"""章を頁にする道具。Sphinx の拡張として働きます。torch と lessons は読み込みません。

``_config.yml`` の ``extensions`` に ``bookkit`` と書けば，下の部品がすべて働きます。
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__version__ = "0.1.0"

EXTENSIONS = (
    "bookkit.lint",
    "bookkit.unfinished",
    "bookkit.execution.extension",
    "bookkit.japanese",
    "bookkit.citations",
    "bookkit.directives.cited",
    "bookkit.directives.cover",
    "bookkit.directives.effect_records",
    "bookkit.directives.execution_status",
    "bookkit.directives.lesson",
    "bookkit.directives.practicals",
    "bookkit.directives.progress",
    "bookkit.directives.ruby",
    "bookkit.directives.solution",
    "bookkit.directives.source",
    "bookkit.directives.symbols",
    "bookkit.directives.video",
    "bookkit.notebooks.addresses",
    "bookkit.notebooks.build",
    "bookkit.notebooks.rehearsal.badge",
    "bookkit.pages.anchors",
    "bookkit.pages.changes",
    "bookkit.pages.dates",
    "bookkit.pages.drafts",
    "bookkit.pages.facts",
    "bookkit.pages.maths",
    "bookkit.pages.search",
    "bookkit.pages.site",
    "bookkit.theme",
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx から呼ばれる。部品を順に組み込む。"""
    for name in EXTENSIONS:
        importlib.import_module(name).setup(app)
    return {
        "version": __version__,
        "env_version": 5,
        "parallel_read_safe": True,
        "parallel_write_safe": False,
    }
