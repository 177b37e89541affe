"""``{practicals}``: すべての章のノートブックを，目次の順に，ボタンを付けて並べる。"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from bookkit.directives.filled_later import (
    add_place,
    filled_later,
    outdated_when_changed,
)
from bookkit.notebooks.addresses import ARCHIVE, Addresses
from bookkit.notebooks.build import chapters

HINTS = {
    "Colab": "{}を Colab で開く",
    "Binder": "{}を Binder で開く",
    ".ipynb": "{}のノートブックを保存する",
}


def _listing(app: Sphinx, place: filled_later, docname: str) -> list[nodes.Node]:
    """実習の一覧と，まとめたファイルへのリンク。"""
    here = app.builder.get_target_uri(docname)
    rows = [
        nodes.list_item("", *_practical(app, here, name)) for name in chapters(app.env)
    ]
    archive = _reference("すべてのノートブック（zip）", relative_uri(here, ARCHIVE))
    return [
        nodes.bullet_list("", *rows, classes=["practicals"]),
        nodes.paragraph("", "", archive, classes=["practicals-archive"]),
    ]


def _practical(app: Sphinx, here: str, name: str) -> list[nodes.paragraph]:
    """章の題名の行と，ボタンの行。"""
    title = app.env.titles[name].astext()
    page = relative_uri(here, app.builder.get_target_uri(name))
    head = nodes.paragraph("", "", _reference(title, page or "#", internal=True))
    row = nodes.paragraph(classes=["practical-buttons"])
    for label, url in Addresses.of(app).buttons(name, here).items():
        hint = HINTS[label].format(title)
        classes = ["sd-btn", "sd-btn-outline-primary"]
        row += _reference(label, url, reftitle=hint, classes=classes)
        row += nodes.Text(" ")
    return [head, row]


def _reference(text: str, url: str, **attributes: Any) -> nodes.reference:
    return nodes.reference("", text, refuri=url, **attributes)


def _titles(app: Sphinx) -> list[tuple[str, str]]:
    return [(name, app.env.titles[name].astext()) for name in chapters(app.env)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx に組み込む。"""
    add_place(app, "practicals", _listing)
    outdated_when_changed(app, "env-updated", "practicals", _titles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
