"""授業の頁の部品：``{class-head}``（いつの授業か），``{hand-in}``（動かし方と出し方），
``{practicals}``（授業の順の実習と，ほかのすべてのノートブック）。値は ``book/classes/`` の設定から。"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from bookkit.directives.cover import class_years, names, render
from bookkit.directives.filled_later import (
    add_place,
    filled_later,
    outdated_when_changed,
)
from bookkit.notebooks.addresses import ARCHIVE, Addresses
from bookkit.notebooks.build import chapters
from bookkit.theme.frame import book_toc

TEMPLATES = ("class-head", "hand-in", "practicals")


def _fill(app: Sphinx, place: filled_later, docname: str) -> Iterator[nodes.raw]:
    """雛形 ``<名前>.html`` に，授業の設定と，章の一覧を渡す。"""
    here = app.builder.get_target_uri(docname)
    known = class_years(app)
    lecture = next((one for one in known if one.docname == docname), None)
    chosen = [
        (f"book/{one['chapter']}", one)
        for one in (lecture.practicals if lecture else [])
        if f"book/{one['chapter']}" in app.env.titles  # 下書きは，決まりの調べが言う
    ]
    in_class = {name for name, _ in chosen}
    rest = []
    for part in book_toc(app):
        pages = [page["name"] for page in part["pages"]]
        others = [n for n in chapters(app.env) if n in pages and n not in in_class]
        if others:
            rest.append((part["caption"], [_row(app, here, n) for n in others]))
    newer = known[-1] if known and known[-1] is not lecture else None
    yield from render(
        app,
        f"{place['name']}.html",
        lecture=lecture,
        newer=newer,
        newer_link=newer
        and relative_uri(here, app.builder.get_target_uri(newer.docname)),
        chosen=[_row(app, here, name) | one for name, one in chosen],
        rest=rest,
        archive=relative_uri(here, ARCHIVE),
    )


def _row(app: Sphinx, here: str, name: str) -> dict[str, Any]:
    """章の題名とボタン。"""
    title, rest = names(app, name)
    return {
        "link": relative_uri(here, app.builder.get_target_uri(name)) or "#",
        "title": title,
        "rest": rest,
        "buttons": Addresses.of(app).buttons(name, here),
    }


def _known(app: Sphinx) -> object:
    titles = [(name, app.env.titles[name].astext()) for name in chapters(app.env)]
    return titles, class_years(app)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx に組み込む。"""
    for name in TEMPLATES:
        add_place(app, name, _fill)
        outdated_when_changed(app, "env-updated", name, _known)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
