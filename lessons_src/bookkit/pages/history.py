"""git の記録から，頁の日付，更新履歴の頁，Atom フィードを作る。"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from bookkit.pages import maths

MOST = 60
"""更新履歴に載せる変更の数。"""


@dataclass(frozen=True)
class Change:
    """一つの変更：いつ，何を，どの文書に。"""

    key: str
    date: datetime
    subject: str
    files: tuple[str, ...]


def last_change(changes: list[Change], path: str) -> datetime | None:
    """ファイルが最後に変わったとき。"""
    return next((change.date for change in changes if path in change.files), None)


def page_date(app: Sphinx, docname: str) -> datetime | None:
    """文書の原稿が最後に変わったとき。"""
    changes: list[Change] = app.bookkit_changes  # type: ignore[attr-defined]
    return last_change(changes, str(app.env.doc2path(docname, base=False)))


def read_history(root: Path) -> list[Change]:
    """``root`` の下の原稿（book/）の記録を，新しい順に読む。git がなければ空。"""
    command = ["git", "-c", "core.quotepath=off", "log", "--no-merges", "--relative"]
    form = "--format=%x00%H%x09%cI%x09%s"
    try:
        done = subprocess.run(
            [*command, form, "--name-only", "--", "book"],
            cwd=root,
            capture_output=True,
            text=True,
            encoding="utf8",
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [_change(entry) for entry in done.stdout.split("\0")[1:]]


def _change(entry: str) -> Change:
    head, _, rest = entry.partition("\n")
    key, date, subject = head.split("\t", 2)
    files = tuple(line for line in rest.splitlines() if line)
    return Change(key, datetime.fromisoformat(date), subject, files)


def in_japanese(date: datetime) -> str:
    """``2026年11月24日`` の形。"""
    return f"{date.year}年{date.month}月{date.day}日"


def changed_pages(app: Sphinx) -> list[dict[str, Any]]:
    """載せる変更：いつ（``date``），何を（``subject``），どの頁に（``pages``）。新しい順。"""
    changes: list[Change] = app.bookkit_changes  # type: ignore[attr-defined]
    titles = app.env.titles
    found = []
    for change in changes:
        names = [re.sub(r"\.(md|ipynb|rst)$", "", path) for path in change.files]
        pages = [
            {"name": name, "title": maths.plain_text(titles[name])}
            for name in names
            if name in titles
        ]
        if pages:
            found.append({**asdict(change), "pages": pages})
    return found[:MOST]


def changes_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """更新履歴の頁を作る。"""
    days = [
        {"text": text, "changes": list(changes)}
        for text, changes in groupby(
            changed_pages(app), key=lambda change: in_japanese(change["date"])
        )
    ]
    yield "changes", {"days": days, "title": "更新履歴"}, "changes.html"


def _read(app: Sphinx) -> None:
    app.bookkit_changes = read_history(Path(app.srcdir))  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """更新履歴を登録する。フィードは ``site`` が書く。"""
    app.connect("builder-inited", _read)
    app.connect("html-collect-pages", changes_page)
