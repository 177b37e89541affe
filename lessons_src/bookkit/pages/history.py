"""git の記録から，頁の日付，更新履歴の頁，Atom フィードを作る。"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
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


@dataclass(frozen=True)
class History:
    """本の記録。git がなければ空。"""

    changes: list[Change] = field(default_factory=list)

    def last(self, path: str) -> datetime | None:
        """ファイルが最後に変わったとき。"""
        return next((c.date for c in self.changes if path in c.files), None)


def read_history(root: Path) -> History:
    """``root`` の下の原稿（book/）の記録を，新しい順に読む。"""
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
        return History()
    return History([_change(entry) for entry in done.stdout.split("\0")[1:]])


def _change(entry: str) -> Change:
    head, _, rest = entry.partition("\n")
    key, date, subject = head.split("\t", 2)
    files = tuple(line for line in rest.splitlines() if line)
    return Change(key, datetime.fromisoformat(date), subject, files)


def in_japanese(date: datetime) -> str:
    """``2026年11月24日`` の形。"""
    return f"{date.year}年{date.month}月{date.day}日"


def _pages(app: Sphinx, change: Change) -> list[dict[str, str]]:
    names = (re.sub(r"\.(md|ipynb|rst)$", "", path) for path in change.files)
    titles = app.env.titles
    return [
        {"name": name, "title": maths.plain_text(titles[name])}
        for name in names
        if name in titles
    ]


def changes_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """更新履歴の頁を作る。"""
    history: History = app.bookkit_history  # type: ignore[attr-defined]
    recent = [c for c in history.changes if _pages(app, c)][:MOST]
    days = [
        {
            "text": text,
            "changes": [
                {"subject": c.subject, "pages": _pages(app, c)} for c in changes
            ],
        }
        for text, changes in groupby(recent, key=lambda c: in_japanese(c.date))
    ]
    yield "changes", {"days": days, "title": "更新履歴"}, "changes.html"


def write_feed(app: Sphinx, error: Exception | None) -> None:
    """Atom フィード ``feed.xml`` を書く。"""
    if error or app.builder.format != "html":
        return
    history: History = app.bookkit_history  # type: ignore[attr-defined]
    base = str(app.config.html_baseurl).rstrip("/") + "/"
    recent = [c for c in history.changes if _pages(app, c)][:MOST]
    updated = recent[0].date.isoformat() if recent else "1970-01-01T00:00:00+00:00"
    entries = []
    for change in recent:
        pages = _pages(app, change)
        links = "，".join(page["title"] for page in pages)
        address = base + app.builder.get_target_uri(pages[0]["name"])
        entries.append(
            f"<entry><id>{escape(base)}changes.html#{change.key}</id>"
            f"<title>{escape(change.subject)}</title>"
            f"<updated>{change.date.isoformat()}</updated>"
            f'<link href="{escape(address)}"/>'
            f"<summary>{escape(links)}</summary></entry>"
        )
    title, author = escape(str(app.config.html_title)), escape(str(app.config.author))
    feed = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja">'
        f"<id>{escape(base)}feed.xml</id><title>{title}：更新履歴</title>"
        f"<updated>{updated}</updated><author><name>{author}</name></author>"
        f'<link rel="self" href="{escape(base)}feed.xml"/><link href="{escape(base)}"/>'
        + "".join(entries)
        + "</feed>\n"
    )
    (Path(app.outdir) / "feed.xml").write_text(feed, "utf8")


def _read(app: Sphinx) -> None:
    app.bookkit_history = read_history(Path(app.srcdir))  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """更新履歴とフィードを登録する。"""
    app.connect("builder-inited", _read)
    app.connect("html-collect-pages", changes_page)
    app.connect("build-finished", write_feed)
