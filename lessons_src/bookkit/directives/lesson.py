"""``{lesson}``: 章の最初の箱。学ぶこと（3 行）・前提・実行。時間とできることは ``pages.facts`` が足す。

````
:::{lesson}
:requires: basics/softmax
- 学ぶことを 3 つ
:::
````
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookkit.execution import wording

LEARN_ITEMS = 3
"""「学ぶこと」の数。"""


class lesson_box(nodes.General, nodes.Element):
    """章の最初の箱。"""


class LessonDirective(SphinxDirective):
    """``{lesson}``: 本文は，学ぶことを 3 つ並べた箇条書き。``:requires:`` に前提の章。"""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"requires": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        body = self.parse_content_to_nodes()
        lists = [node for node in body if isinstance(node, nodes.bullet_list)]
        if len(lists) != 1 or len(lists[0]) != LEARN_ITEMS:
            raise self.error(
                f"lesson の中には「学ぶこと」を {LEARN_ITEMS} つ，- で始まる行で並べてください。"
            )
        box = lesson_box(requires=self.options.get("requires", "").split())
        self.set_source_info(box)
        box += labelled("学ぶこと", lists[0])
        box += labelled("前提", self._links(box["requires"]))
        box += labelled("実行", self._measured())
        return [box]

    def _links(self, required: list[str]) -> nodes.paragraph:
        for name in required:
            if f"book/{name}" not in self.env.found_docs:
                raise self.error(
                    f"前提の章 {name!r} がありません。book/ の下の名前（例: basics/softmax）を書き，"
                    "_toc.yml にも載せてください。"
                )
        links = "，".join(f"{{doc}}`/book/{name}`" for name in required)
        content, messages = self.parse_inline(links or "なし")
        return nodes.paragraph("", "", *content, *messages)

    def _measured(self) -> nodes.paragraph:
        """ビルドのときに測った値の文。"""
        results = getattr(self.env.app, "bookkit_results", {})
        result = results.get(self.env.docname)
        text = wording.cost(result) if result else "コードはありません"
        return nodes.paragraph("", text, classes=["lesson-run"])


def labelled(label: str, content: nodes.Node) -> nodes.container:
    """見出しの語と中身を一行にする。"""
    row = nodes.container(classes=["lesson-row"])
    row += nodes.paragraph("", "", nodes.strong("", label), classes=["lesson-label"])
    row += content
    return row


def _visit_html(self: Any, node: lesson_box) -> None:
    self.body.append(self.starttag(node, "div", CLASS="lesson-box"))


def _depart_html(self: Any, node: lesson_box) -> None:
    self.body.append("</div>\n")


def _visit_notebook(writer: Any, node: lesson_box) -> None:
    """箱を，題と中身を並べた引用にする。"""
    pieces = []
    for label, content in node.children:
        body = writer.blocks([content])
        if isinstance(content, nodes.paragraph):
            body = [f"{writer.inline(label)}：{body[0]}"]
        else:
            body.insert(0, writer.inline(label))
        pieces += body
    writer.quote(pieces)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    app.add_node(
        lesson_box, html=(_visit_html, _depart_html), notebook=(_visit_notebook, None)
    )
    app.add_directive("lesson", LessonDirective)
