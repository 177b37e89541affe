"""拡張のノード：コードのセル，練習と解答，札・カード・畳んだ囲み。"""

from __future__ import annotations

from docutils import nodes

from bookkit.notebooks import markdown as md
from bookkit.notebooks.blocks import Blocks
from bookkit.notebooks.inlines import Inlines
from bookkit.notebooks.writer import CodeCell

_TRANSPARENT = {
    "aside",
    "aside-body",
    "accordion",
    "card-body",
    "card-carousel",
    "card-content",
    "card-footer",
    "card-header",
    "card-overlay",
    "dropdown-body",
    "grid-container",
    "grid-item",
    "grid-row",
    "step-content",
    "tab-content",
    "tab-item",
    "tab-set",
}
"""中身だけを書けばよい，sphinx-design の部品。"""


class MarkdownWriter(Inlines, Blocks):
    """章の木の書き手。"""

    def visit_container(self, node: nodes.Element) -> None:
        part = node.get("design_component", "")
        if node.get("nb_element") == "cell_code":
            self._cell(node)
        elif part == "card":
            self.quote(self.blocks(node))
        elif part == "card-title":
            self.block(md.strong(self.inline(node)))
        elif "toggle" in node["classes"]:
            self.fold(self.blocks(node), "開いて読む")
        elif part and part not in _TRANSPARENT:
            self.warn(
                f"ノートブックは，sphinx-design の部品 {part} の書き方を知りません。"
                "bookkit/notebooks/components.py に足してください。",
                node,
            )
        else:
            self.children(node)

    def _cell(self, node: nodes.Element) -> None:
        """コードのセルと，その図のキャプション。出力は書かない。"""
        index = node["cell_index"]
        self.add([*self.hidden.before(index=index), CodeCell(index)])
        self.hidden.lines.pop(index, None)
        for figure in node.findall(nodes.figure):
            for caption in figure.findall(nodes.caption):
                self.visit_caption(caption)

    # 練習 -------------------------------------------------------------

    def visit_exercise_node(self, node: nodes.Element) -> None:
        self.quote(self.blocks(node))

    visit_exercise_enumerable_node = visit_exercise_node

    def visit_solution_node(self, node: nodes.Element) -> None:
        title, *body = node.children
        self.fold(self.blocks(body), title.astext())

    # sphinx-design ----------------------------------------------------

    def visit_sd_tab_input(self, node: nodes.Element) -> None:
        """札を切り替える仕掛け。ノートブックでは，すべての札を順に書く。"""

    def visit_sd_tab_label(self, node: nodes.Element) -> None:
        self.block(md.strong(f"［{self.inline(node)}］"))

    def visit_dropdown_main(self, node: nodes.Element) -> None:
        title, *body = node.children
        summary = "".join(
            text.astext()
            for text in title.findall(nodes.Text)
            if not isinstance(text.parent, nodes.raw)
        )
        self.fold(self.blocks(body), summary.strip() or "開いて読む")

    def visit_steps_list(self, node: nodes.Element) -> None:
        self.visit_enumerated_list(node)
