"""``{effect-records}``: 効果の記録が新しいか，約束と記録がいつ決まったかを並べる。"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from bookkit.directives.filled_later import (
    add_place,
    filled_later,
    outdated_when_changed,
)
from bookkit.effects import Commit, Recorded, recorded
from bookkit.execution.extension import book_root

NAME = "effect-records"


def _found(app: Sphinx) -> list[Recorded]:
    """いまの記録。一度のビルドでは，一度だけ調べる。"""
    if not hasattr(app, "bookkit_effects"):
        app.bookkit_effects = list(recorded(book_root(app)))  # type: ignore[attr-defined]
    found: list[Recorded] = app.bookkit_effects  # type: ignore[attr-defined]
    return found


def _listing(app: Sphinx, place: filled_later, docname: str) -> list[nodes.Node]:
    found = _found(app)
    stale = [one for one in found if one.why]
    said = (
        "古い記録は，次のとおりです。値は，いまのコードや重みで測ったものとは限りません。"
        if stale
        else "どの記録も，いまの約束，コード，重みで測ったものです。"
    )
    rows = [f"{one.id}：{'，'.join(one.why)}" for one in stale]
    dated = [_dates(one) for one in found if one.promised]
    return [nodes.paragraph("", said), *_bullets(rows), *_bullets(dated)]


def _dates(one: Recorded) -> str:
    """約束と記録の日とコミット。"""

    def when(commit: Commit | None) -> str:
        return f"{commit.date}（{commit.key[:7]}）" if commit else "まだ"

    return f"{one.id}：約束 {when(one.promised)}，記録 {when(one.measured)}"


def _bullets(rows: list[str]) -> list[nodes.Node]:
    items = (nodes.list_item("", nodes.paragraph("", row)) for row in rows)
    return [nodes.bullet_list("", *items, classes=[NAME])] if rows else []


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx に組み込む。"""
    add_place(app, NAME, _listing)
    outdated_when_changed(app, "env-updated", NAME, _found)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
