"""表紙の部品：``{cover-start}``（始めるボタン），``{cover-slider}``（章の動かす図を借りる），
``{gallery}``（すべての章の札）。どれも，章の木から数えたこと（``pages.facts``）だけを言う。"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from bookkit import classes
from bookkit.book import BookError
from bookkit.directives.filled_later import (
    add_place,
    filled_later,
    outdated_when_changed,
)
from bookkit.pages import covers, facts, maths
from bookkit.theme.frame import book_toc

logger = logging.getLogger(__name__)
NAMES = ("cover-start", "cover-slider", "gallery")


def render(app: Sphinx, template: str, **values: Any) -> Iterator[nodes.raw]:
    """雛形 ``template`` から作った HTML。HTML でない書き手には，何も渡さない。"""
    if app.builder.format == "html":
        builder: Any = app.builder
        yield nodes.raw("", builder.templates.render(template, values), format="html")


def class_years(app: Sphinx) -> list[classes.ClassYear]:
    """年度ごとの授業。読めない設定は，決まりの調べ（``lint.house``）が言う。"""
    try:
        return classes.years(Path(app.srcdir))
    except BookError:
        return []


def names(app: Sphinx, name: str) -> tuple[str, str]:
    """章の題名と副題（「：」の後）。"""
    head, _, rest = maths.plain_text(app.env.titles[name]).partition("：")
    return head, rest


def parts(app: Sphinx, here: str) -> list[dict[str, Any]]:
    """部ごとの，箱のある章の札。リンクは頁 ``here`` から。"""
    found = []
    for part in book_toc(app):
        cards = [
            _card(app, page["name"], page["title"], here)
            for page in part["pages"]
            if "facts" in app.env.metadata.get(page["name"], {})
        ]
        if cards:
            found.append({"caption": part["caption"], "cards": cards})
    return found


def _card(app: Sphinx, name: str, numbered: str, here: str) -> dict[str, Any]:
    known = app.env.metadata[name]["facts"]
    head, rest = names(app, name)
    link = functools.partial(app.builder.get_relative_uri, here)
    return {
        "name": name,
        "link": link(name),
        "number": numbered.partition(".")[0] if numbered[:1].isdigit() else "",
        "title": head,
        "rest": rest,
        "minutes": known["minutes"],
        "touches": [(k, facts.badge(k, v)) for k, v in known["touches"].items()],
        "requires": [
            (names(app, f"book/{one}")[0], link(f"book/{one}"))
            for one in known["requires"]
        ],
        "picture": known["picture"],
    }


def _gallery(app: Sphinx, place: filled_later, docname: str) -> Iterator[nodes.raw]:
    here, out = app.builder.get_target_uri(docname), Path(app.outdir)
    found = parts(app, docname)
    for card in (card for part in found for card in part["cards"]):
        if card["picture"]:
            made = covers.publish(Path(app.srcdir, card["picture"]["uri"]), out)
            card["images"] = {k: relative_uri(here, v) for k, v in made.items()}
    yield from render(app, "gallery.html", parts=found, size=covers.SIZE)


def _start(app: Sphinx, place: filled_later, docname: str) -> Iterator[nodes.raw]:
    cards = [card for part in parts(app, docname) for card in part["cards"]]
    lecture = next(reversed(class_years(app)), None)
    yield from render(
        app,
        "start.html",
        first=cards[0] if cards else None,
        lecture=lecture,
        lecture_link=lecture and app.builder.get_relative_uri(docname, lecture.docname),
        count=len(cards),
        touches=facts.TOUCHES,
    )


def _slider(app: Sphinx, place: filled_later, docname: str) -> Iterator[nodes.raw]:
    """章の最初の動かす図を，そのまま置く。"""
    name = f"book/{place['argument']}"
    known = app.env.metadata.get(name, {}).get("facts", {})
    if "slider" not in known.get("touches", {}):
        logger.warning(
            f"cover-slider の章 {place['argument']!r} に，動かす図がありません。"
            "動かす図のある章の名前（例: basics/softmax）を書いてください。",
            location=place,
        )
        return
    for node in app.env.get_doctree(name).findall(nodes.raw):
        if node.astext().startswith('<fieldset class="slider'):
            yield nodes.raw("", node.astext(), format="html")
            return


def _known(app: Sphinx) -> object:
    return [
        (part["caption"], page, app.env.metadata.get(page["name"], {}).get("facts"))
        for part in book_toc(app)
        for page in part["pages"]
    ], class_years(app)


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    for name, fill in zip(NAMES, (_start, _slider, _gallery), strict=True):
        add_place(app, name, fill)
        outdated_when_changed(app, "env-updated", name, _known)
