"""折りたたみ：``:class: dropdown`` の囲みと，隠したセルを，スクリプトのいらない ``details`` にする。

見えているコードには，電話などで畳んだときに開くボタンを付ける。

myst-nb と sphinx-exercise の要素の書き方は，``setup`` で ``add_node`` に渡して置き換える。
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.locale import admonitionlabels
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node


class FoldTranslator(HTML5Translator):
    """囲みの HTML の書き方。"""

    def visit_admonition(self, node: nodes.Element, name: str = "") -> None:
        """囲み。``dropdown`` なら，スクリプトのいらない ``details`` にする。"""
        if not is_folded(node):
            super().visit_admonition(node, name)
            return
        if name:
            node.insert(0, nodes.title(name, admonitionlabels[name]))
        self.body.append(self.starttag(node, "details", CLASS=f"admonition {name}"))

    def depart_admonition(self, node: nodes.Element | None = None) -> None:
        """囲みを閉じる。"""
        folded = node is not None and is_folded(node)
        self.body.append("</details>\n" if folded else "</div>\n")

    def visit_title(self, node: nodes.title) -> None:
        """折りたたんだ囲みの題は，押すと開く ``summary`` にする。"""
        if not is_folded(node.parent):
            super().visit_title(node)
            return
        for link in list(node.findall(nodes.reference)):
            link.replace_self(link.children)  # 中のリンクは，開く働きとぶつかる
        self.body.append(self.starttag(node, "summary", "", CLASS="admonition-title"))
        self.context.append("</summary>\n")
        self.add_fignumber(node.parent)


def is_folded(node: nodes.Element) -> bool:
    """``:class: dropdown`` の囲みかどうか。"""
    return "dropdown" in node["classes"]


def visit_hidden_code(self: Any, node: HideCodeCellNode) -> None:
    """``hide-input`` のセル。見出しの言葉は，開いているかどうかで変わる（CSS が選ぶ）。"""
    show, hide = escape(node["prompt_show"]), escape(node["prompt_hide"])
    self.body.append(
        f'<details class="hide"><summary><span class="collapsed">{show}</span>'
        f'<span class="expanded">{hide}</span></summary>\n'
    )


def depart_hidden_code(self: Any, node: HideCodeCellNode) -> None:
    """隠したセルを閉じる。"""
    self.body.append("</details>\n")


class code_button(nodes.General, nodes.Element):
    """畳んだコードを開くボタン。"""


def visit_code_button(self: Any, node: code_button) -> None:
    """ボタンを書く。"""
    self.body.append(
        '<button class="code-open" type="button" aria-expanded="false">'
        "コードを見る</button>\n"
    )
    raise nodes.SkipNode


def skip_code_button(self: Any, node: code_button) -> None:
    """ノートブックには要らない。"""
    raise nodes.SkipNode


class CodeButtons(SphinxPostTransform):
    """見えているコードの前に，畳んだ頁で開くボタンを置く（畳まない頁では見えない）。"""

    default_priority = 250  # myst-nb が hide-input のセルを包んだ後
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """ボタンを置く。"""
        for box in list(self.document.findall(nodes.container)):
            is_code = not {"cell_input", "source-box"}.isdisjoint(box["classes"])
            if is_code and not isinstance(box.parent, HideCodeCellNode):
                place = box.parent.index(box)
                box.parent.insert(place, code_button())


def setup(app: Sphinx) -> None:
    """ほかの拡張の要素の，HTML の書き方を置き換える。"""
    app.add_post_transform(CodeButtons)
    app.add_node(
        code_button, html=(visit_code_button, None), notebook=(skip_code_button, None)
    )
    box = FoldTranslator.visit_admonition, FoldTranslator.depart_admonition
    for node in (exercise_node, exercise_enumerable_node, solution_node):
        app.add_node(node, override=True, html=box)
    hidden = visit_hidden_code, depart_hidden_code
    app.add_node(HideCodeCellNode, override=True, html=hidden)
