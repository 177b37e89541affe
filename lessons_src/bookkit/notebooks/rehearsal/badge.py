"""頁の「動作確認」：その章のノートブックが，いつ，どこで，最後まで動いたか。

リハーサルの結果だけから作る。その後でコードや部品が変わっていれば，何も出さない。
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookkit.directives.lesson import labelled, lesson_box
from bookkit.notebooks.build import chapters, is_html, notebook_path
from bookkit.notebooks.rehearsal.run import KEPT, read_notebook, sentence

SHOWN = re.compile(r'<p class="rehearsed">(.*?)</p>')
"""できた頁の中の「動作確認」の文。"""


def rehearsed(app: Sphinx, docname: str) -> str:
    """いまのノートブックを動かした結果の文。なければ空。"""
    path, kept = notebook_path(app, docname), Path(app.outdir).parent / KEPT
    if not path.is_file():
        return ""
    return sentence(Path(app.srcdir), kept, read_notebook(path))


def show_badge(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """章の箱に「動作確認」の行を足す。"""
    if not is_html(app):
        return
    for box in doctree.findall(lesson_box):
        if text := rehearsed(app, docname):
            line = nodes.paragraph("", text, classes=["rehearsed"])
            box += labelled("動作確認", line)


def outdated_badges(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """頁に出ている「動作確認」が，いまの結果と違う章。"""
    if not is_html(app):
        return []
    return [name for name in chapters(env) if _shown(app, name) != rehearsed(app, name)]


def _shown(app: Sphinx, docname: str) -> str:
    page = Path(app.outdir, app.builder.get_target_uri(docname))
    match = SHOWN.search(page.read_text("utf8")) if page.is_file() else None
    return html.unescape(match[1]) if match else ""


def setup(app: Sphinx) -> None:
    """ビルドの節目につなぐ。ノートブックを書いた後で，頁の木に足す。"""
    app.connect("env-updated", outdated_badges)
    app.connect("doctree-resolved", show_badge, priority=910)
