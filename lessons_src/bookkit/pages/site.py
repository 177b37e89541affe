"""本の全体に一つずつあるもの：見つからない頁，地図（sitemap），端末に入れるための札と働き。"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from sphinx.application import Sphinx

from bookkit.pages import assets
from bookkit.pages.history import History
from bookkit.pages.social import rasterise

OFFLINE_PAGE = """<h1>この頁は，まだ端末にありません</h1>
<p>電波のある所で一度開くと，次からは電波がなくても読めます。
「この頁を…」の「本を全部，端末に保存する」で，すべての頁を残せます。</p>"""


def extra_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """検索の頁，見つからない頁，電波がないときの頁。"""
    yield "search", {"title": "検索"}, "search.html"
    yield "404", {"title": "頁が見つかりません"}, "notfound.html"
    yield "offline", {"title": "電波がありません", "body": OFFLINE_PAGE}, "page.html"


def prefix(app: Sphinx) -> str:
    """公開先での番地の頭（``/dl-psychology/``）。"""
    return urlsplit(str(app.config.html_baseurl)).path.rstrip("/") + "/"


def finish(app: Sphinx, error: Exception | None) -> None:
    """頁のほかのファイルを書く。"""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    _front_door(app, out)
    _absolute(out / "404.html", prefix(app))
    _icons(out / "_static")
    (out / "manifest.webmanifest").write_text(_manifest(app), "utf8")
    (out / "sitemap.xml").write_text(_sitemap(app), "utf8")
    (out / ".nojekyll").touch()
    files = _files(out)
    (out / "offline.json").write_text(json.dumps(files, ensure_ascii=False), "utf8")
    (out / "sw.js").write_text(_worker(app, out, files), "utf8")


FRONT_DOOR = """\
<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url=@URL@">
<title>@TITLE@</title>
<link rel="canonical" href="@URL@">
<link rel="icon" type="image/svg+xml" href="_static/icon.svg">
</head>
<body><p><a href="@URL@">表紙へ</a></p></body>
</html>
"""


def _front_door(app: Sphinx, out: Path) -> None:
    """本の番地を開いた人を表紙へ送る ``index.html``。表紙がそこにあれば何もしない。"""
    root = str(app.config.root_doc)
    if root != "index":
        text = FRONT_DOOR.replace("@URL@", app.builder.get_target_uri(root))
        text = text.replace("@TITLE@", escape(str(app.config.html_title)))
        (out / "index.html").write_text(text, "utf8")


def _absolute(page: Path, start: str) -> None:
    """見つからない頁は，どの番地でも出る。リンクを本の頭からの番地にする。"""
    html = page.read_text("utf8")
    pattern = r'\b(href|src|action)="(?!#|/|[a-z][a-z+.-]*:)([^"]*)"'
    html = re.sub(pattern, lambda m: f'{m[1]}="{start}{m[2]}"', html)
    html = re.sub(r'data-content_root="[^"]*"', f'data-content_root="{start}"', html)
    page.write_text(html, "utf8")


def _icons(static: Path) -> None:
    svg = (assets.STATIC / "icon.svg").read_text("utf8")
    for size in (192, 512):
        path = static / f"icon-{size}.png"
        if not path.is_file():
            image: Image.Image = rasterise(svg, size, size)
            image.save(path, "PNG", optimize=True)


def _manifest(app: Sphinx) -> str:
    title = str(app.config.html_title)
    icons: list[dict[str, str]] = [
        {
            "src": f"_static/icon-{size}.png",
            "sizes": f"{size}x{size}",
            "type": "image/png",
        }
        for size in (192, 512)
    ]
    icons.append({"src": "_static/icon.svg", "sizes": "any", "type": "image/svg+xml"})
    manifest = {
        "name": title,
        "short_name": "DL と心理学",
        "lang": "ja",
        "start_url": app.builder.get_target_uri(app.config.root_doc),
        "scope": "./",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0072b2",
        "icons": icons,
    }
    return json.dumps(manifest, ensure_ascii=False, indent=1)


def _sitemap(app: Sphinx) -> str:
    history: History = app.bookkit_history  # type: ignore[attr-defined]
    base = str(app.config.html_baseurl).rstrip("/") + "/"
    rows = []
    for name in sorted(app.env.found_docs):
        date = history.last(str(app.env.doc2path(name, base=False)))
        when = f"<lastmod>{date.date().isoformat()}</lastmod>" if date else ""
        place = escape(base + app.builder.get_target_uri(name))
        rows.append(f"<url><loc>{place}</loc>{when}</url>")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        + "".join(rows)
        + "</urlset>\n"
    )


def _files(out: Path) -> list[str]:
    """端末に全部残すときのファイル。"""
    skip = {
        "404.html",
        "sw.js",
        "offline.json",
        "sitemap.xml",
        "feed.xml",
        "sphinx-design.min.css",
    }
    kinds = {
        ".html",
        ".css",
        ".js",
        ".svg",
        ".png",
        ".webp",
        ".woff2",
        ".csv",
        ".webmanifest",
        ".jpg",
    }
    return sorted(
        path.relative_to(out).as_posix()
        for path in out.rglob("*")
        if path.is_file()
        and path.suffix in kinds
        and path.name not in skip
        and path.relative_to(out).parts[0] not in ("_sources", ".doctrees")
        and "social" not in path.parts
    )


def _worker(app: Sphinx, out: Path, files: list[str]) -> str:
    """端末に残す働き。版は，本の中身が変わると変わる。"""
    digest = hashlib.sha256()
    for name in files:
        digest.update(name.encode())
        digest.update((out / name).read_bytes())
    version = assets.version(app)
    core = [f"_static/book.css?v={version}", f"_static/book.js?v={version}"]
    text = (assets.STATIC / "sw.js").read_text("utf8")
    text = text.replace("@VERSION@", digest.hexdigest()[:12])
    return text.replace('["@CORE@"]', json.dumps(core))


def setup(app: Sphinx) -> None:
    """本の全体の仕事を登録する。いちばん最後に行う。"""
    app.connect("html-collect-pages", extra_pages)
    app.connect("build-finished", finish, priority=990)
