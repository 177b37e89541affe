"""頁の枠に渡す値：題名，説明，目次，ボタン，安全の決まり（CSP）。枠は templates/layout.html。"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from docutils import nodes
from sphinx.application import Sphinx

from bookkit.directives import video
from bookkit.pages import assets, body, maths, social
from bookkit.pages.figures import Picture, measure
from bookkit.pages.history import History, in_japanese

TEMPLATES = Path(__file__).parent.parent / "templates"
DESCRIPTION = 120
"""説明の長さ（字）。"""

LAUNCH = {"Colab": "Colab で動かす"}
ACTIONS = {
    "Binder": "Binder で動かす",
    "download-notebook-button": "ノートブックを手元に取る",
    "download-source-button": "原稿を手元に取る",
    "source-edit-button": "この頁の直しを提案する",
    "source-issues-button": "まちがいを知らせる",
    "source-repository-button": "この本のリポジトリを見る",
}
"""テーマのボタンの名前から，この本の言葉への対応。ここにないボタンは，元の言葉で出す。"""


@cache
def theme_script() -> str:
    """明るさを，頁を描く前に決める短いスクリプト。"""
    return (assets.STATIC / "theme.js").read_text("utf8").strip()


@cache
def policy() -> str:
    """Content-Security-Policy。よその番地は，押したあとの動画だけを許す。"""
    digest = base64.b64encode(hashlib.sha256(theme_script().encode()).digest()).decode()
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'sha256-{digest}'",
            "style-src 'self' 'unsafe-inline'",  # KaTeX は style 属性で字を並べる
            "img-src 'self' data:",
            "font-src 'self'",
            f"frame-src {' '.join(video.FRAMES)}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    )


def describe(doctree: nodes.document) -> str:
    """頁の説明：本文の最初の文を 120 字ほど。"""
    found = ""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            text = re.sub(r"\s+", " ", maths.plain_text(paragraph)).strip()
            found += text
            if len(found) >= DESCRIPTION // 2:
                break
    return found if len(found) <= DESCRIPTION else found[: DESCRIPTION - 1] + "…"


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def _buttons(context: dict[str, Any], title: str) -> tuple[list[Any], list[Any]]:
    """テーマが用意したボタンを，「動かす」と「この頁を…」に分ける。"""
    found: dict[str, dict[str, Any]] = {}
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", [group]):
            if button.get("url"):
                found[str(button.get("label") or button.get("text"))] = button
    launch = [
        {"text": text, "url": found.pop(name)["url"]}
        for name, text in LAUNCH.items()
        if name in found
    ]
    order = [
        *(n for n in ACTIONS if n in found),
        *(n for n in found if n not in ACTIONS),
    ]
    actions = [
        {
            "text": ACTIONS.get(name) or found[name].get("text", ""),
            "url": _issue(found[name]["url"], title),
            "download": name.startswith("download-"),
        }
        for name in order
    ]
    return launch, actions


def _issue(address: str, title: str) -> str:
    """まちがいを知らせる番地の，英語の題名と本文を，頁の題名に替える。"""
    start, mark, _ = address.partition("/issues/new?")
    return f"{start}{mark}title={quote('「' + title + '」の頁')}" if mark else address


def _name_of(pagename: str, href: str, suffix: str) -> str:
    """頁から見たリンクの先の，頁の名前。"""
    if href.startswith(("http:", "https:")):
        return ""
    if href in ("#", ""):
        return pagename
    path = posixpath.normpath(
        posixpath.join(posixpath.dirname(pagename), unquote(href))
    )
    return path.removesuffix(suffix)


def _finder(app: Sphinx, pagename: str) -> body.Find:
    """頁から見た絵の番地を，元のファイルに直して調べる関数。"""
    images: dict[str, str] = app.builder.images
    originals = {name: original for original, name in images.items()}

    def find(address: str) -> Picture | None:
        name = posixpath.basename(unquote(address))
        if name not in originals:
            return None
        path = Path(app.srcdir, originals[name])
        return measure(path) if path.is_file() else None

    return find


def fill(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """頁の枠に渡す値をそろえ，本文を整える。"""
    if app.builder.format != "html":
        return
    if context.get("body"):
        context["body"] = body.tidy(context["body"], _finder(app, pagename))
    title = _plain(str(context.get("title") or "")) or str(app.config.html_title)
    site = str(app.config.html_title)
    is_root = pagename == app.config.root_doc
    launch, actions = _buttons(context, title)
    history: History = app.bookkit_history  # type: ignore[attr-defined]
    source = str(app.env.doc2path(pagename, base=False)) if doctree else ""
    date = history.last(source) if source else None
    base = str(app.config.html_baseurl)
    toc = str(
        context["toctree"](
            collapse=False, maxdepth=1, includehidden=True, titles_only=True
        )
        or ""
    )
    description = describe(doctree) if doctree is not None else f"{site}：{title}"
    context["book"] = {
        "title": escape(site if is_root else f"{title} — {site}"),
        "plain_title": escape(site if is_root else title),
        "description": escape(description or title, quote=True),
        "author": escape(str(app.config.author)),
        "policy": policy(),
        "theme_script": theme_script(),
        "version": assets.version(app),
        "scripts": assets.other_scripts(context.get("script_files", [])),
        "has_math": 'class="katex' in str(context.get("body", "")),
        "url": context.get("pageurl") or "",
        "image": social.address(app, pagename, base) if doctree is not None else "",
        "date": date.isoformat() if date else "",
        "date_text": in_japanese(date) if date else "",
        "launch": launch,
        "actions": actions if doctree is not None else [],
        "toc": body.book_toc(toc, lambda href: _name_of(pagename, href, ".html")),
        "page_toc": body.page_toc(str(context.get("toc") or "")) if doctree else "",
        "is_document": doctree is not None and bool(launch),
    }


def setup(app: Sphinx) -> None:
    """頁の枠を登録する。"""
    app.config.templates_path.insert(0, str(TEMPLATES))
    app.connect("config-inited", _templates)
    app.connect("html-page-context", fill, priority=990)


def _templates(app: Sphinx, config: Any) -> None:
    if str(TEMPLATES) not in config.templates_path:
        config.templates_path.insert(0, str(TEMPLATES))
    config.html_use_index = False
    config.html_sidebars = {"**": []}
