"""``{ruby}`顕著性|けんちょせい` ``: むずかしい語に読みをふる。

用語集にある語なら，``{term}`` と同じく用語集へのリンクにもなる。
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxRole


class ruby(nodes.Inline, nodes.TextElement):
    """読みをふった語。子は語，``reading`` は読み。"""


class RubyRole(SphinxRole):
    """``語|よみ`` を読む。"""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        word, _, reading = (part.strip() for part in self.text.partition("|"))
        if word and reading:
            return [ruby(self.rawtext, word, reading=reading)], []
        message = self.inliner.reporter.error(
            f"ruby は {{ruby}}`語|よみ` の形で書いてください（{self.text!r}）。",
            line=self.lineno,
        )
        wrong = self.inliner.problematic(self.rawtext, self.rawtext, message)
        return [wrong], [message]


class RubyTerms(SphinxPostTransform):
    """用語集にある語の読みを，用語集へのリンクで包む。見出しとリンクの中では包まない。"""

    default_priority = 5  # リンクの行き先を決める変換（10）より前
    OUTSIDE: ClassVar = (nodes.title, nodes.reference, addnodes.pending_xref)

    def run(self, **kwargs: Any) -> None:
        """読みをふった語を，一つずつ調べる。"""
        terms = self.env.domains["std"].objects
        for node in list(self.document.findall(ruby)):
            word = node.astext()
            if ("term", word) not in terms or _inside(node, self.OUTSIDE):
                continue
            link = addnodes.pending_xref(
                "",
                refdomain="std",
                reftype="term",
                reftarget=word,
                refdoc=self.env.docname,
                refexplicit=True,
                refwarn=True,
            )
            node.replace_self(link)
            link += nodes.inline("", "", node, classes=["xref", "std", "std-term"])


def _inside(node: nodes.Node | None, kinds: tuple[type, ...]) -> bool:
    return node is not None and (isinstance(node, kinds) or _inside(node.parent, kinds))


def _reading(node: ruby) -> str:
    """読みの部分。よみをふれない所では「（よみ）」と読める。"""
    return f"<rp>（</rp><rt>{escape(node['reading'])}</rt><rp>）</rp></ruby>"


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    app.add_node(
        ruby,
        html=(
            lambda self, node: self.body.append("<ruby>"),
            lambda self, node: self.body.append(_reading(node)),
        ),
        notebook=(
            lambda writer, node: writer.text("<ruby>"),
            lambda writer, node: writer.text(_reading(node)),
        ),
    )
    app.add_role("ruby", RubyRole())
    app.add_post_transform(RubyTerms)
