"""``{effect-records}``: 効果の記録が新しいか，約束と記録がいつ決まったかを並べる。"""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import groupby

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


@functools.lru_cache(maxsize=1)
def _found(app: Sphinx) -> list[Recorded]:
    """いまの記録。一度のビルドでは，一度だけ調べる。"""
    return list(recorded(book_root(app)))


def _listing(app: Sphinx, place: filled_later, docname: str) -> list[nodes.Node]:
    found = _found(app)
    stale = _grouped(found, lambda one: "，".join(one.why))
    said = (
        "まだ測っていないか，記録が古い効果は，次のとおりです。"
        "古い記録の値は，いまのコードや重みで測ったものとは限りません。"
        if stale
        else "どの記録も，いまの約束，コード，重みで測ったものです。"
    )
    dates = _grouped(found, _days)
    return [nodes.paragraph("", said), *_bullets(stale), *_bullets(dates)]


def _grouped(found: list[Recorded], by: Callable[[Recorded], str]) -> list[str]:
    """``by`` の返す文ごとに，効果の名前を並べた行。空の文のものは除く。"""
    return [
        f"{said}：{''.join(f'「{one.title}」' for one in group)}"
        for said, group in groupby(sorted(found, key=by), key=by)
        if said
    ]


def _days(one: Recorded) -> str:
    """約束と記録を最後に変えた日とコミット。git の記録がなければ空。"""

    def when(commit: Commit | None) -> str:
        return f"{commit.date}（{commit.key[:7]}）" if commit else "まだ"

    if one.promised is None:
        return ""
    return f"約束 {when(one.promised)}，記録 {when(one.measured)}"


def _bullets(rows: list[str]) -> list[nodes.Node]:
    items = (nodes.list_item("", nodes.paragraph("", row)) for row in rows)
    return [nodes.bullet_list("", *items, classes=[NAME])] if rows else []


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    add_place(app, NAME, _listing)
    outdated_when_changed(app, "env-updated", NAME, _found)
