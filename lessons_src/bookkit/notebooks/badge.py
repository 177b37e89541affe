"""頁の「動作確認」：その章のノートブックが，いつ，どこで，最後まで動いたか。

リハーサルの記録だけから作る。記録の後でコードや部品が変わっていれば，何も出さない。
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookkit.chapters import labelled, lesson_box
from bookkit.execution.machine import lessons_root
from bookkit.notebooks import record
from bookkit.notebooks.assemble import code_of
from bookkit.notebooks.build import chapters, is_html, notebook_path

SHOWN = re.compile(r'<p class="rehearsed">(.*?)</p>')
"""できた頁の中の「動作確認」の文。"""


def records(app: Sphinx) -> dict[str, record.Record]:
    """このビルドの置き場所にある記録。"""
    return record.load(Path(app.outdir).parent / record.FILE)


def badge(app: Sphinx, docname: str, found: dict[str, record.Record]) -> str:
    """いまのノートブックを動かした記録の文。なければ空文字列。"""
    path = notebook_path(app, docname)
    one = found.get(docname)
    if one is None or not path.is_file():
        return ""
    lessons = lessons_root(Path(app.srcdir))
    return str(one) if one.is_true_of(code_of(path), lessons) else ""


def show_badge(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """章の箱に「動作確認」の行を足す。"""
    if not is_html(app):
        return
    text = badge(app, docname, records(app))
    for box in doctree.findall(lesson_box):
        if text:
            box += labelled(
                "動作確認", nodes.paragraph("", text, classes=["rehearsed"])
            )


def outdated_badges(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """頁に出ている「動作確認」が，いまの記録と違う章。"""
    if not is_html(app):
        return []
    found = records(app)
    return [
        name for name in chapters(env) if _shown(app, name) != badge(app, name, found)
    ]


def _shown(app: Sphinx, docname: str) -> str:
    page = Path(app.outdir, app.builder.get_target_uri(docname))
    match = SHOWN.search(page.read_text("utf8")) if page.is_file() else None
    return html.unescape(match[1]) if match else ""


def setup(app: Sphinx) -> None:
    """ビルドの節目につなぐ。ノートブックを書いた後で，頁の木に足す。"""
    app.connect("env-updated", outdated_badges)
    app.connect("doctree-resolved", show_badge, priority=910)
