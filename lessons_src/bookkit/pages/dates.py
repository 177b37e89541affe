"""頁の日付：原稿が最後に変わったとき。git の記録から読み，なければ，ないと言う。"""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sphinx.application import Sphinx

JAPAN = timezone(timedelta(hours=9))
"""日付を読む人の時刻。書いた計算機や公開した計算機の時刻には頼らない。"""
NO_HISTORY = "わかりません（git の履歴のない写しから作った本です）"
NOT_YET = "まだ記録されていません"


def read_dates(root: Path) -> dict[str, datetime] | None:
    """``root`` の下の原稿（book/）が最後に変わったとき。

    git がないとき，本がほかの人の置き場所の中にあるとき，履歴の途中までの写し（shallow clone）
    では ``None``。途中までの写しでは，最も古いコミットがすべてのファイルを足したように見える。
    """

    def git(*arguments: str) -> str:
        command = ["git", "-c", "core.quotepath=off", *arguments]
        return subprocess.run(
            command, cwd=root, capture_output=True, check=True, timeout=60
        ).stdout.decode("utf8")

    try:
        if git("rev-parse", "--is-shallow-repository").strip() != "false":
            return None
        if Path(git("rev-parse", "--show-toplevel").strip()) != root.resolve():
            return None
        form = ("--no-merges", "--relative", "--format=%x00%cI", "--name-only")
        log = git("log", *form, "--", "book")
    except (OSError, subprocess.SubprocessError):
        return None
    found: dict[str, datetime] = {}
    for entry in log.split("\0")[1:]:
        date, *files = entry.split("\n")
        for file in filter(None, files):
            found.setdefault(file, datetime.fromisoformat(date).astimezone(JAPAN))
    return found


def page_date(app: Sphinx, docname: str) -> datetime | None:
    """文書の原稿が最後に変わったとき。わからなければ ``None``。"""
    dates: dict[str, datetime] | None = app.bookkit_dates  # type: ignore[attr-defined]
    return (dates or {}).get(str(app.env.doc2path(docname, base=False)))


def in_words(app: Sphinx, date: datetime | None) -> str:
    """``2026年11月24日`` の形。日付がなければ，そのわけ。"""
    if date:
        return f"{date.year}年{date.month}月{date.day}日"
    return NO_HISTORY if app.bookkit_dates is None else NOT_YET  # type: ignore[attr-defined]


def _read(app: Sphinx) -> None:
    app.bookkit_dates = read_dates(Path(app.srcdir))  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """日付を読む仕事を登録する。"""
    app.connect("builder-inited", _read)
