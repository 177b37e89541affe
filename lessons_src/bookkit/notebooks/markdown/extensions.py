"""拡張のノード：コードのセル，練習と解答，sphinx-design のカード・タブ・畳んだ囲み。"""

from __future__ import annotations

from docutils import nodes

from bookkit.notebooks.markdown import syntax as md
from bookkit.notebooks.markdown.blocks import Blocks
from bookkit.notebooks.markdown.inlines import Inlines


class MarkdownWriter(Inlines, Blocks):
    """章の木の書き手。myst-nb，sphinx-exercise，sphinx-design のノードの書き方を足す。"""

    def visit_container(self, node: nodes.Element) -> None:
        part = node.get("design_component")
        if node.get("nb_element") == "cell_code":
            self._cell(node)
        elif part == "card":
            self.quote(self.blocks(node))
        elif part == "card-title":
            self.block(md.strong(self.inline(node)))
        elif "toggle" in node["classes"]:
            self.fold(self.blocks(node), "開いて読む")
        else:
            self.children(node)

    def _cell(self, node: nodes.Element) -> None:
        """コードのセルと，その図のキャプション。出力は書かない。"""
        self.add_hidden_cells(index=node["cell_index"])
        self.add([node["cell_index"]])
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
        """タブを切り替える仕掛け。ノートブックでは，すべてのタブを順に書く。"""

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

    def visit_PassthroughTextElement(self, node: nodes.Element) -> None:
        self.children(node)

    def visit_sd_icon(self, node: nodes.Element) -> None:
        """飾りの絵文字は，文章に要らない。"""

    visit_fontawesome = visit_sd_icon

    def visit_sd_line_break(self, node: nodes.Element) -> None:
        self.text("<br>")
