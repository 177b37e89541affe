"""``{solution}``（sphinx-exercise）：題「解答」に「：」を付け，見せる日の前なら中身を隠す。

「：」は，あとに練習の番号が続くため（解答：練習 1.1）。見せる日は，いちばん新しい年度の設定の ``answers``。
隠すのは頁・ノートブック・検索・配る原稿。書きながら見るときは，いつも見せる。
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import solution_node

from bookkit import classes
from bookkit.book import BookError
from bookkit.directives.filled_later import outdated_when_changed
from bookkit.pages.dates import JAPAN

NAME = "solution"
SOURCE = re.compile(
    r"^(?P<head>(?P<fence>`{3,}|:{3,})\{solution\}.*\n(?::.*\n)*)(?:.*\n)*?(?=(?P=fence)[ \t]*$)",
    re.MULTILINE,
)
"""原稿の中の解答：囲みと設定の行，その後の中身。"""


def today() -> datetime.date:
    """いまの，日本の日付。"""
    return datetime.datetime.now(JAPAN).date()


def note(app: Sphinx) -> str:
    """解答のかわりに見せる文。もう見せてよければ空。"""
    try:
        newest = classes.newest(Path(app.srcdir))
    except BookError:  # 決まりの調べが言う
        newest = None
    day = newest.answers if newest else None
    if day is None or day <= today() or getattr(app.config, "bookkit_live", False):
        return ""
    return f"解答は {day.month}月{day.day}日に出ます。"


def name_solutions(app: Sphinx, doctree: nodes.document) -> None:
    """読んだ頁の解答の題を直し，まだ見せないなら，中身を日付の文に替える。"""
    said = note(app)
    for node in doctree.findall(solution_node):
        app.env.metadata[app.env.docname][NAME] = True
        node["title"] = node["title"].rstrip("：") + "："
        for body in list(node.findall(nodes.section)) if said else ():
            body.children = []
            body += nodes.paragraph("", said)


def hide_in_sources(app: Sphinx, error: Exception | None) -> None:
    """配る原稿の写しからも，まだ見せない解答を除く。"""
    said = note(app)
    for path in Path(app.outdir, "_sources").rglob("*.md*") if said else ():
        text = path.read_text("utf8")
        hidden = SOURCE.sub(rf"\g<head>\n{said}\n", text)
        if hidden != text:
            path.write_text(hidden, "utf8")


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。日が来たら，解答のある頁を読み直す。"""
    app.connect("doctree-read", name_solutions)
    app.connect("build-finished", hide_in_sources)
    outdated_when_changed(app, "env-get-outdated", NAME, note)
