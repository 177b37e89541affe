"""``{ruby}`` の役目：むずかしい語に読みをふる。``{ruby}`顕著性|けんちょせい` ``。

用語集にある語なら，``{term}`` と同じく用語集へのリンクにもなる。
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class ruby(nodes.Inline, nodes.TextElement):
    """読みをふった語。子は語，``reading`` は読み。"""


def ruby_role(
    name: str,
    rawtext: str,
    text: str,
    lineno: int,
    inliner: Inliner,
    options: dict[str, Any] | None = None,
    content: list[str] | None = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """``語|よみ`` を読む。"""
    word, bar, reading = (part.strip() for part in text.partition("|"))
    if not (word and bar and reading):
        message = inliner.reporter.error(
            f"ruby は {{ruby}}`語|よみ` の形で書いてください（{text!r}）。", line=lineno
        )
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    return [ruby(rawtext, word, reading=reading)], []


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
            text = nodes.inline(classes=["xref", "std", "std-term"])
            node.replace_self(link)
            link += text
            text += node


def _inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node := node.parent:
        if isinstance(node, kinds):
            return True
    return False


def visit_ruby(self: Any, node: ruby) -> None:
    """``<ruby>`` を開く。"""
    self.body.append("<ruby>")


def depart_ruby(self: Any, node: ruby) -> None:
    """読みを書いて ``</ruby>`` を閉じる。"""
    reading = escape(node["reading"])
    self.body.append(f"<rp>（</rp><rt>{reading}</rt><rp>）</rp></ruby>")


def _plain(self: Any, node: ruby) -> None:
    """HTML でない書き出しでは，語だけを書く。"""


def _in_notebook(writer: Any, node: ruby) -> None:
    """ノートブックでも，よみをふる。よみをふれない所では「語（よみ）」になる。"""
    reading = escape(node["reading"])
    tail = f"<rp>（</rp><rt>{reading}</rt><rp>）</rp>"
    writer.text(f"<ruby>{writer.inline(node)}{tail}</ruby>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """役目と，用語集につなぐ変換を登録する。"""
    app.add_node(
        ruby,
        html=(visit_ruby, depart_ruby),
        latex=(_plain, _plain),
        text=(_plain, _plain),
        notebook=(_in_notebook, None),
    )
    app.add_role("ruby", ruby_role)
    app.add_post_transform(RubyTerms)
