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
    chosen = {
        name: one
        for one in getattr(lecture, "practicals", ())
        if (name := f"book/{one['chapter']}") in app.env.titles  # 下書きは，調べが言う
    }
    rest = []
    for part in book_toc(app):
        pages = [page["name"] for page in part["pages"]]
        others = [n for n in chapters(app.env) if n in pages and n not in chosen]
        if others:
            rest.append((part["caption"], [_row(app, docname, n) for n in others]))
    newer = known[-1] if known and known[-1] is not lecture else None
    yield from render(
        app,
        f"{place['name']}.html",
        lecture=lecture,
        newer=newer,
        newer_link=newer and app.builder.get_relative_uri(docname, newer.docname),
        chosen=[_row(app, docname, name) | one for name, one in chosen.items()],
        rest=rest,
        archive=relative_uri(here, ARCHIVE),
    )


def _row(app: Sphinx, docname: str, name: str) -> dict[str, Any]:
    """章の題名とボタン。リンクは頁 ``docname`` から。"""
    title, rest = names(app, name)
    return {
        "link": app.builder.get_relative_uri(docname, name) or "#",
        "title": title,
        "rest": rest,
        "buttons": Addresses.of(app).buttons(name, app.builder.get_target_uri(docname)),
    }


def _known(app: Sphinx) -> object:
    titles = [(name, app.env.titles[name].astext()) for name in chapters(app.env)]
    return titles, class_years(app)


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    for name in TEMPLATES:
        add_place(app, name, _fill)
        outdated_when_changed(app, "env-updated", name, _known)
