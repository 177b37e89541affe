"""``{progress}``: すべての練習を，章ごとに並べる。正誤の印は，頁の働き（``exercises.js``）が付ける。"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import (
    exercise_enumerable_node,
    exercise_node,
    exercise_subtitle,
)

from bookkit.directives.filled_later import (
    add_place,
    filled_later,
    outdated_when_changed,
)
from bookkit.notebooks.build import chapters
from bookkit.pages import maths

NAME = "progress"
IN_PAGE = re.compile(r'class="answer" data-exercise="([a-z0-9-]+)" data-plan=')
"""章の実行が渡した，頁の上で答えられる練習。"""
LENGTH = 30
"""題のない練習の，問いの初めを見せる長さ（字）。"""


def note(app: Sphinx, doctree: nodes.document) -> None:
    """読んだ頁の練習を覚える：``(名札, 題か問いの初め, 頁の上で答えられるか)``。"""
    answerable = {
        name
        for raw in doctree.findall(nodes.raw)
        for name in IN_PAGE.findall(raw.astext())
    }
    found = []
    for kind in (exercise_node, exercise_enumerable_node):
        for node in doctree.findall(kind):
            title = next(iter(node.findall(exercise_subtitle)), None)
            body = next(iter(node.findall(nodes.paragraph)), None)
            text = maths.plain_text(title or body) if title or body else ""
            text = re.sub(r"\s+", "", text) if title else _start(text)
            label = str(node["label"])
            found.append((label, text, label.removeprefix("exercise-") in answerable))
    app.env.metadata[app.env.docname]["exercises"] = found


def _start(text: str) -> str:
    first = text.strip().partition("。")[0]
    return first if len(first) <= LENGTH else first[: LENGTH - 1] + "…"


def _listing(app: Sphinx, place: filled_later, docname: str) -> list[nodes.Node]:
    rows = nodes.bullet_list("", classes=[NAME])
    for chapter in chapters(app.env):
        exercises = app.env.metadata[chapter].get("exercises", ())
        if not exercises:
            continue
        address = app.builder.get_relative_uri(docname, chapter)
        inner = nodes.bullet_list()
        numbers = app.env.toc_fignumbers.get(chapter, {}).get("exercise", {})
        for label, text, in_page in exercises:
            number = ".".join(map(str, numbers.get(label, ())))
            where = "" if in_page else "（ノートブックで）"
            link = nodes.reference(
                "", f"練習 {number}", refuri=f"{address}#{label}", internal=True
            )
            line = nodes.paragraph("", "", link, nodes.Text(f"：{text}{where}"))
            inner += nodes.list_item("", line)
        title = app.env.titles[chapter].astext()
        link = nodes.reference("", title, refuri=address, internal=True)
        rows += nodes.list_item("", nodes.paragraph("", "", link), inner)
    return [rows]


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    app.connect("doctree-read", note)
    add_place(app, NAME, _listing)
    outdated_when_changed(
        app,
        "env-updated",
        NAME,
        lambda app: [
            (name, app.env.metadata[name].get("exercises"))
            for name in chapters(app.env)
        ],
    )
