"""塊になるノード：見出し，段落，箇条書き，囲み，表，数式，脚注，セル，練習，カードやタブ。"""

from __future__ import annotations

from typing import Any, cast

from docutils import nodes
from sphinx.locale import admonitionlabels

from bookkit.notebooks.markdown import syntax as md
from bookkit.notebooks.markdown.inlines import Inlines

ICONS = {
    "attention": "⚠️",
    "caution": "⚠️",
    "danger": "⛔",
    "error": "⛔",
    "hint": "💡",
    "important": "❗",
    "note": "📝",
    "seealso": "🔗",
    "tip": "💡",
    "warning": "⚠️",
}
"""囲みの種類ごとの印。"""


class MarkdownWriter(Inlines):
    """章の木の書き手。myst-nb，sphinx-exercise，sphinx-design のノードも書く。"""

    _level = 0

    # 見出しと段落 -----------------------------------------------------

    def visit_section(self, node: nodes.Element) -> None:
        if not self.top():  # 練習の中身も section に入っている
            self.children(node)
            return
        self._level += 1
        self.children(node)
        self._level -= 1

    def visit_title(self, node: nodes.Element) -> None:
        title = self.inline(node)
        if not isinstance(node.parent, nodes.section):
            self.block(md.strong(f"{self.label(node.parent)} {title}".strip()))
            return
        anchor = "" if self._level == 1 else "#" + node.parent["ids"][0]
        numbers = self.env.toc_secnumbers.get(self.docname, {}).get(anchor)
        if numbers:
            suffix = self.app.config.html_secnumber_suffix
            title = f"{'.'.join(map(str, numbers))}{suffix}{title}"
        self.block(f"{'#' * self._level} {title}")

    visit_subtitle = visit_title

    def visit_rubric(self, node: nodes.Element) -> None:
        self.block(md.strong(self.inline(node)))

    def visit_paragraph(self, node: nodes.Element) -> None:
        for part in self.inline(node).split("\n\n"):  # 数式の塊は段落を分ける
            self.block(part if part.startswith("$$") else md.paragraph(part.strip()))

    visit_attribution = visit_paragraph

    def visit_compound(self, node: nodes.Element) -> None:
        """中身だけを書けばよいもの。"""
        self.children(node)

    visit_target = visit_legend = visit_glossary = visit_compound
    visit_definition_list_item = visit_definition = visit_compound

    def visit_transition(self, node: nodes.Element) -> None:
        self.block("---")

    def visit_literal_block(self, node: nodes.Element) -> None:
        language = node.get("language", "")
        plain = language in ("none", "default", "text")
        self.block(md.fence(node.astext(), "" if plain else language))

    def visit_math_block(self, node: nodes.Element) -> None:
        number = str(node.get("number") or "")
        if number and self.app.config.math_numfig and self.app.config.numfig:
            number = self.figure_number("displaymath", node)
        self.block(md.display_math(node.astext(), number))

    def visit_Invisible(self, node: nodes.Element) -> None:
        """頁に出ないものは，ノートブックにも出さない。"""

    visit_system_message = visit_highlightlang = visit_Invisible
    visit_docinfo = visit_meta = visit_Invisible

    # 箇条書き ---------------------------------------------------------

    def visit_bullet_list(self, node: nodes.Element) -> None:
        self._list(node, ["-"] * len(node))

    def visit_enumerated_list(self, node: nodes.Element) -> None:
        start = node.get("start", 1)
        self._list(node, [f"{start + number}." for number in range(len(node))])

    def _list(self, node: nodes.Element, markers: list[str]) -> None:
        entries = [
            md.item(marker, self._joined(entry))
            for marker, entry in zip(markers, node.children, strict=True)
        ]
        self.block(md.items(entries))

    def _joined(self, node: nodes.Node) -> str:
        """セルを含まない塊の列を，一つの文字列にする。"""
        return "\n\n".join(str(piece) for piece in self.blocks(cast(Any, node)))

    def visit_definition_list(self, node: nodes.Element) -> None:
        self._list(node, ["-"] * len(node))

    def visit_term(self, node: nodes.Element) -> None:
        self.block(md.strong(self.inline(node)))

    # 囲み -------------------------------------------------------------

    def visit_block_quote(self, node: nodes.Element) -> None:
        self.quote(self.blocks(node))

    def visit_Admonition(self, node: nodes.Element) -> None:
        """題のある囲み。``dropdown`` の付いたものは畳む。"""
        name = type(node).__name__
        title = admonitionlabels.get(name, "")
        body = list(node.children)
        if body and isinstance(body[0], nodes.title):
            title = body.pop(0).astext()
        kind = next((c for c in [name, *node["classes"]] if c in ICONS), "note")
        pieces = self.blocks(body)
        title = f"{ICONS[kind]} {title}"
        if "dropdown" in node["classes"]:
            self.fold(pieces, title)
        else:
            self.quote(pieces, md.strong(md.escape(title)))

    visit_topic = visit_sidebar = visit_Admonition

    # 図と表 -----------------------------------------------------------

    def visit_figure(self, node: nodes.Element) -> None:
        for child in node.children:
            if isinstance(child, nodes.caption):
                self.visit_caption(child)
            elif isinstance(child, nodes.image | nodes.reference):
                self.block(self.inline([child]))
            else:
                self.visit(child)

    def visit_caption(self, node: nodes.Element) -> None:
        label = self.label(node.parent)
        head = f"{md.strong(label)} " if label else ""
        self.block(head + self.inline(node))

    def visit_table(self, node: nodes.Element) -> None:
        group = node.next_node(nodes.tgroup)
        for title in node.findall(nodes.title):
            self.visit_caption(title)
        head = [r for part in group.findall(nodes.thead) for r in part.children]
        body = [r for part in group.findall(nodes.tbody) for r in part.children]
        entries = group.findall(nodes.entry)
        if any({"morecols", "morerows"} & {*entry.attributes} for entry in entries):
            self.warn("またがる欄のある表は，ノートブックに写せません。", node)
        rows = [[self._joined(entry) for entry in row.children] for row in head + body]
        if not head:
            rows.insert(0, [""] * int(group["cols"]))
        aligns = [_align(entry) for entry in (head or body)[0].children]
        self.block(md.table(rows, aligns))

    # 脚注 -------------------------------------------------------------

    def visit_footnote(self, node: nodes.Element) -> None:
        label, *body = node.children
        text = self._joined(body)
        self.block(f"<sup>[{label.astext()}]</sup> {text}")

    # コードのセルと，拡張のノード -------------------------------------

    def visit_container(self, node: nodes.Element) -> None:
        part = node.get("design_component")
        if node.get("nb_element") == "cell_code":
            self._cell(node)
        elif part == "card":
            self.quote(self.blocks(node))
        elif part == "card-title":
            self.block(md.strong(self.inline(node)))
        else:
            self.children(node)

    def _cell(self, node: nodes.Element) -> None:
        """コードのセルと，その図のキャプション。出力は書かない。"""
        self.add_hidden_cells(index=node["cell_index"])
        self.add([node["cell_index"]])
        for figure in node.findall(nodes.figure):
            for caption in figure.findall(nodes.caption):
                self.visit_caption(caption)

    def visit_exercise_node(self, node: nodes.Element) -> None:
        self.quote(self.blocks(node))

    visit_exercise_enumerable_node = visit_exercise_node

    def visit_solution_node(self, node: nodes.Element) -> None:
        title, *body = node.children
        self.fold(self.blocks(body), title.astext())

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


def _align(entry: nodes.Element) -> str:
    for name in ("left", "center", "right"):
        if f"text-{name}" in entry["classes"]:
            return name
    return ""
