"""章のための MyST のディレクティブ：章の箱，関数の出典，その章の文献。

- ``{lesson}``: 学ぶこと（3 行）・前提・実行の箱。章の最初に一つ置く。
- ``{source}``: lessons の関数やクラスを，ソースのまま載せる。写しではない。
- ``{cited}``: この章が引いた文献の一覧。
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import solution_node

from bookkit.sources import find_source, lessons_root

logger = logging.getLogger(__name__)

LEARN_ITEMS = 3
"""「学ぶこと」の数。"""


class lesson_box(nodes.General, nodes.Element):
    """章の最初の箱。``requires`` に前提の章の名前を持つ。"""


class lesson_run(nodes.General, nodes.Element):
    """箱の中の「実行」の欄。中身はビルドのときに測った値から作る。"""


class cited_works(nodes.General, nodes.Element):
    """この章の文献の場所。中身は参照を解くときに作る。"""


class LessonDirective(SphinxDirective):
    """``{lesson}``: 章の箱。本文は，学ぶことを 3 つ並べた箇条書き。"""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"requires": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        lists = list(body.findall(nodes.bullet_list))
        if len(lists) != 1 or len(lists[0]) != LEARN_ITEMS:
            raise self.error(
                f"lesson の中には「学ぶこと」を {LEARN_ITEMS} つ，- で始まる行で並べてください。"
            )
        requires = self.options.get("requires", "").split()
        box = lesson_box(classes=["lesson-box"], requires=requires)
        self.set_source_info(box)
        box += labelled("学ぶこと", lists[0])
        box += labelled("前提", self._links(requires))
        box += labelled("実行", lesson_run())
        return [box]

    def _links(self, requires: list[str]) -> nodes.paragraph:
        paragraph = nodes.paragraph()
        if not requires:
            paragraph += nodes.Text("なし")
        for number, name in enumerate(requires):
            if number:
                paragraph += nodes.Text("，")
            docname = f"book/{name}"
            if docname not in self.env.found_docs:
                raise self.error(
                    f"前提の章 {name!r} がありません。book/ の下の名前（例: basics/softmax）を書き，"
                    "_toc.yml にも載せてください。"
                )
            reference = pending_xref(
                "",
                nodes.inline(),
                refdomain="std",
                reftype="doc",
                refdoc=self.env.docname,
                reftarget="/" + docname,
                refexplicit=False,
                refwarn=True,
            )
            paragraph += reference
        return paragraph


def labelled(label: str, content: nodes.Node) -> nodes.container:
    """見出しの語と中身を一行にする。"""
    row = nodes.container(classes=["lesson-row"])
    row += nodes.paragraph("", "", nodes.strong("", label), classes=["lesson-label"])
    row += content
    return row


class SourceDirective(SphinxDirective):
    """``{source} lessons.attention.cam.class_activation_map``: 実物のソースを載せる。"""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"docstring": directives.flag}

    def run(self) -> list[nodes.Node]:
        target = self.arguments[0]
        try:
            path, code = find_source(
                lessons_root(), target, keep_docstring="docstring" in self.options
            )
        except LookupError as error:
            raise self.error(str(error)) from error
        self.env.note_dependency(str(path))
        block = nodes.literal_block(code, code, language="python", classes=["source"])
        self.set_source_info(block)
        caption = nodes.paragraph(
            "",
            "",
            nodes.literal("", target),
            nodes.Text(" "),
            nodes.inline("", "のソース", classes=["unbroken"]),
            classes=["source-name"],
        )
        return [nodes.container("", caption, block, classes=["source-box"])]


class CitedDirective(SphinxDirective):
    """``{cited}``: この章が引いた文献を，著者の順に並べる。"""

    def run(self) -> list[nodes.Node]:
        node = cited_works()
        self.set_source_info(node)
        return [node]


def fill_cited(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """``{cited}`` の場所を，引いた文献の一覧で置き換える。"""
    places = list(doctree.findall(cited_works))
    if not places:
        return
    domain: Any = app.env.get_domain("cite")
    keys = {
        target.key
        for reference in domain.citation_refs
        if reference.docname == docname
        for target in reference.targets
    }
    listing = nodes.bullet_list(classes=["cited"])
    for citation in domain.citations:  # 文献の頁と同じ順に並んでいる
        if citation.key in keys:
            listing += nodes.list_item(
                "", domain.backend.paragraph(citation.formatted_entry)
            )
    for place in places:
        if not keys:
            logger.warning(
                "cited: この章には文献の引用がありません。{cite:t} か {cite:p} で引いてください。",
                location=place,
            )
        place.replace_self(listing if len(listing) else [])


def name_solutions(app: Sphinx, doctree: nodes.document) -> None:
    """解答の題「解答」に「：」を付ける。あとに練習の番号が続くため（解答：練習 1.1）。"""
    for node in doctree.findall(solution_node):
        node["title"] = node["title"].rstrip("：") + "："


def required_chapters(doctree: nodes.document) -> list[str]:
    """章の箱に書かれた前提の章（``book/`` を除いた名前）を返す。"""
    return [name for box in doctree.findall(lesson_box) for name in box["requires"]]


def _visit_box(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "div", CLASS="lesson-box"))


def _depart_box(self: Any, node: nodes.Element) -> None:
    self.body.append("</div>\n")


def _skip(self: Any, node: nodes.Element) -> None:
    raise nodes.SkipNode


def _box_in_notebook(writer: Any, node: nodes.Element) -> None:
    """箱を，題と中身を並べた引用にする。中身のない欄は書かない。"""
    pieces = []
    for label, content in node.children:
        body = writer.blocks([content])
        if isinstance(content, nodes.paragraph) and body:
            body = [f"{writer.inline(label)}：{body[0]}"]
        elif body:
            body.insert(0, writer.inline(label))
        pieces += body
    writer.quote(pieces)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """ディレクティブを登録する。"""
    app.add_node(
        lesson_box, html=(_visit_box, _depart_box), notebook=(_box_in_notebook, None)
    )
    app.add_node(lesson_run, html=(_skip, None), notebook=(_skip, None))
    app.add_node(cited_works, html=(_skip, None), notebook=(_skip, None))
    app.add_directive("lesson", LessonDirective)
    app.add_directive("source", SourceDirective)
    app.add_directive("cited", CitedDirective)
    app.connect("doctree-read", name_solutions)
    app.connect("doctree-resolved", fill_cited)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
