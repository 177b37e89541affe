"""頁の枠に渡す値：説明，目次，ボタン，安全の決まり（CSP）。枠は layout.html。"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment.adapters.toctree import document_toc

from bookkit import palette
from bookkit.directives import video
from bookkit.notebooks.addresses import FOLDER, Addresses
from bookkit.pages import maths, social
from bookkit.pages.dates import in_words, page_date
from bookkit.theme.builder import THEME, version

DESCRIPTION = 120
"""説明の長さ（字）。"""


@cache
def brightness() -> dict[str, str]:
    """明るさを，頁を描く前に決める短いスクリプト（``script``）と，それだけを許すための印
    （``digest``：Content-Security-Policy に書く）。"""
    script = (THEME / "brightness.js").read_text("utf8").strip()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {"script": script, "digest": digest}


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


def book_toc(app: Sphinx) -> list[dict[str, Any]]:
    """本の目次：部の名前と，その頁（名前と，番号の付いた題名）。"""
    env = app.env
    parts = []
    for toctree in env.get_doctree(env.config.root_doc).findall(addnodes.toctree):
        pages = []
        for title, name in toctree["entries"]:
            if name not in env.titles:
                continue
            number = env.toc_secnumbers.get(name, {}).get("")
            digits = ".".join(map(str, number)) + ". " if number else ""
            text = title or maths.plain_text(env.titles[name])
            pages.append({"name": name, "title": digits + text})
        parts.append({"caption": toctree.get("caption") or "", "pages": pages})
    return parts


def page_toc(app: Sphinx, pagename: str) -> str:
    """この頁の見出し（題名を除く）の一覧。見出しが一つ以下なら空。"""
    whole = document_toc(app.env, pagename, app.tags)
    lists = list(whole.findall(nodes.bullet_list))
    if len(lists) < 2 or len(lists[1]) < 2:
        return ""
    builder: Any = app.builder
    return str(builder.render_partial(lists[1])["fragment"])


def ways(app: Sphinx, pagename: str, title: str) -> dict[str, str]:
    """この頁から行ける所の番地。章でなければ，動かす所とノートブックはない。"""
    addresses = Addresses.of(app)
    launch = addresses.launch(pagename)
    found = {
        "source": f"_sources/{app.env.doc2path(pagename, base=False)}",
        "file": str(app.env.doc2path(pagename, base=False)),
        "subject": quote(f"「{title}」の頁"),
        "repository": addresses.repository,
    }
    if "kernelspec" in app.env.metadata.get(pagename, {}):
        found |= {
            "colab": launch["Colab"],
            "binder": launch["Binder"],
            "notebook": f"{FOLDER}/{addresses.file(pagename)}",
        }
    return found


def start_of_site(app: Sphinx) -> str:
    """公開先での番地の頭（``/dl-psychology/``）。"""
    return urlsplit(str(app.config.html_baseurl)).path.rstrip("/") + "/"


def fill(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """頁の枠に渡す値をそろえる。"""
    if app.builder.format != "html":
        return
    site = str(app.config.html_title)
    written = app.env.titles.get(pagename) if doctree else None
    title = maths.plain_text(written) if written else context.get("title") or site
    date = page_date(app, pagename) if doctree else None
    if not hasattr(app.builder, "bookkit_toc"):
        app.builder.bookkit_toc = book_toc(app)  # type: ignore[attr-defined]
    if pagename in ("404", "offline"):  # どの番地でも出る頁
        start = context["content_root"] = start_of_site(app)
        uri = app.builder.get_target_uri
        context["pathto"] = lambda name, resource=False: (
            start + (name if resource else uri(name))
        )
    context["book"] = {
        "title": title if pagename != app.config.root_doc else site,
        "description": (describe(doctree) or title) if doctree else f"{site}：{title}",
        "author": app.config.author,
        "frames": video.FRAMES,
        "brightness": brightness(),
        "version": version(),
        "colour": palette.colours(),
        "has_math": 'class="katex' in str(context.get("body", "")),
        "image": social.address(app, doctree) if doctree else "",
        "draft": "draft" in app.env.metadata.get(pagename, {}),
        "date": date.isoformat() if date else "",
        "date_text": in_words(app, date) if doctree else "",
        "ways": ways(app, pagename, title) if doctree else {},
        "toc": app.builder.bookkit_toc,  # type: ignore[attr-defined]
        "page_toc": page_toc(app, pagename)
        if doctree and pagename != app.config.root_doc
        else "",
    }


def setup(app: Sphinx) -> None:
    """枠に渡す値を登録する。"""
    app.connect("html-page-context", fill, priority=990)
