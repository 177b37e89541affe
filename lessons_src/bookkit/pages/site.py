"""本の全体に一つずつあるもの：見つからない頁，地図（sitemap），フィード，端末に入れるための札と働き。

形は ``bookkit/theme`` の雛形（Jinja）が決める。
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx

from bookkit import palette
from bookkit.pages.changes import page_of, read_changes
from bookkit.pages.dates import page_date
from bookkit.theme.builder import THEME, version

MOST = 60
"""フィードに載せる変更の数。"""
SAVED = {
    *(".html", ".css", ".js", ".svg", ".png", ".webp", ".jpg", ".woff2", ".csv"),
    *(".webmanifest", ".pdf"),
}
"""端末に全部残すときの，ファイルの種類。"""
NOT_SAVED = {"404.html", "sw.js"}
LARGE = ("_files/", "_static/onnxruntime/")
"""写真で試す道具の置き場所。使った人の端末にだけ残す（sw.js の ``isLarge``）。"""
CORE = ("offline.html", "search.html")
CORE_PARTS = {
    *("book.css", "book.js", "offline.js", "search.js", "search-index.js"),
    *("glossary.js", "icon.svg"),
}
"""はじめから端末に残す頁と，``_static`` のファイル。"""


def extra_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """検索の頁，見つからない頁，電波がないときの頁，前の番地を開いた人を送る頁。"""
    yield "search", {"title": "検索"}, "search.html"
    yield "404", {"title": "頁が見つかりません"}, "notfound.html"
    yield "offline", {"title": "電波がありません"}, "offline.html"
    doors = {"index": app.config.root_doc, "changes": page_of(app.env)}
    for old, new in doors.items():
        if new and new != old:
            yield old, {"to": new}, "door.html"


def finish(app: Sphinx, error: Exception | None) -> None:
    """頁のほかのファイルを書く。"""
    if error or app.builder.format != "html":
        return
    base = str(app.config.html_baseurl).rstrip("/") + "/"
    uri = app.builder.get_target_uri
    changes = read_changes(app.env)[0][:MOST]
    _render(
        app,
        "sitemap.xml",
        pages=[
            {"url": base + uri(name), "date": page_date(app, name)}
            for name in sorted(app.env.found_docs)
        ],
    )
    _render(
        app,
        "feed.xml",
        base=base,
        page=base + uri(page_of(app.env)),
        uri=uri,
        changes=changes,
        updated=changes[0].day if changes else "1970-01-01",
    )
    _render(app, "manifest.webmanifest", start_url=uri(app.config.root_doc))
    out = Path(app.outdir)
    (out / ".nojekyll").touch()
    names = _files(app)
    files = {quote(name): _digest(out / name) for name in names}
    size = sum(
        (out / name).stat().st_size for name in names if not name.startswith(LARGE)
    )
    listing = json.dumps({"bytes": size, "files": files})
    (out / "offline.json").write_text(listing, "utf8")
    _render(
        app,
        "sw.js",
        version=hashlib.sha256(listing.encode()).hexdigest()[:12],
        theme=version(),
        large=" ".join(LARGE),
        core=" ".join([*CORE, *(f"_static/{name}" for name in sorted(CORE_PARTS))]),
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _render(app: Sphinx, name: str, **values: Any) -> None:
    """雛形 ``name`` を，値を入れて書き出す。"""
    builder: Any = app.builder
    known = {
        "author": app.config.author,
        "docstitle": app.config.html_title,
        "language": app.config.language,
        "colour": palette.colours(),
    }
    text = builder.templates.render(name, known | values)
    Path(app.outdir, name).write_text(text, "utf8")


def static_files() -> set[str]:
    """``_static`` のすぐ下に，この本が置くファイルの名前。"""
    own = {path.name.removesuffix(".jinja") for path in (THEME / "static").iterdir()}
    made = {"icon-192.png", "icon-512.png", "search-index.js", "glossary.js"}
    return {name for name in own | made if "." in name}


def _files(app: Sphinx) -> list[str]:
    """端末に全部残すときのファイル。頁が使わないもの（送るときの絵，拡張の CSS）は除く。"""
    out, own = Path(app.outdir), static_files()
    found = []
    for path in out.rglob("*"):
        place = path.relative_to(out)
        folder = place.parent.as_posix()
        foreign = folder == "_static" and path.name not in own
        unseen = place.parts[0] in ("_sources", ".doctrees") or "social" in place.parts
        known = path.suffix in SAVED or place.as_posix().startswith(LARGE)
        saved = known and path.name not in NOT_SAVED
        if path.is_file() and saved and not foreign and not unseen:
            found.append(place.as_posix())
    return sorted(found)


def setup(app: Sphinx) -> None:
    """本の全体の仕事を登録する。いちばん最後に行う。"""
    app.connect("html-collect-pages", extra_pages)
    app.connect("build-finished", finish, priority=990)
