"""行の中のノード：文字，強調，リンク，数式，引用，脚注の番号。"""

from __future__ import annotations

import re
from html import escape as escape_html

from docutils import nodes

from bookkit.notebooks.markdown import syntax as md
from bookkit.notebooks.markdown.writer import Writer

_PLAIN_TAGS = re.compile(
    r"\s*(</?(br|b|i|em|strong|kbd|sub|sup|small|mark|u|s|wbr|rp|rt|ruby)\s*/?>\s*)+"
)
_SD_ICON = re.compile(r"\s*<svg\b.*</svg>\s*", re.DOTALL)


class Inlines(Writer):
    """行の中のノードの書き方。"""

    def visit_Text(self, node: nodes.Text) -> None:
        self.text(md.escape(node.astext()))

    def visit_inline(self, node: nodes.Element) -> None:
        self.children(node)

    visit_generated = visit_abbreviation = visit_acronym = visit_inline
    visit_problematic = visit_pending_xref = visit_inline

    def visit_emphasis(self, node: nodes.Element) -> None:
        self.text(md.emphasis(self.inline(node)))

    visit_title_reference = visit_emphasis

    def visit_strong(self, node: nodes.Element) -> None:
        self.text(md.strong(self.inline(node)))

    def visit_subscript(self, node: nodes.Element) -> None:
        self.text(f"<sub>{self.inline(node)}</sub>")

    def visit_superscript(self, node: nodes.Element) -> None:
        self.text(f"<sup>{self.inline(node)}</sup>")

    def visit_literal(self, node: nodes.Element) -> None:
        self.text(md.code(node.astext()))

    def visit_math(self, node: nodes.Element) -> None:
        self.text(md.math(node.astext()))

    def visit_reference(self, node: nodes.Element) -> None:
        self.text(md.link(self.inline(node), self.address(node)))

    def visit_download_reference(self, node: nodes.Element) -> None:
        self.warn(
            f"ファイル {node.get('reftarget')!r} へのリンクは，ノートブックからは開けません。"
            "本の頁の名前か，https:// で始まる番地を書いてください。",
            node,
        )

    def visit_footnote_reference(self, node: nodes.Element) -> None:
        self.text(f"<sup>[{escape_html(node.astext())}]</sup>")

    def visit_image(self, node: nodes.Element) -> None:
        uri = node["uri"]
        if "://" not in uri:
            if uri not in self.env.images:
                self.warn(f"絵 {uri!r} が見つかりません。", node)
                return
            name = self.env.images[uri][1]
            uri = f"{self.app.config.html_baseurl}{self.app.builder.imagedir}/{name}"
        self.text(md.image(node.get("alt", ""), uri))

    def visit_raw(self, node: nodes.Element) -> None:
        """そのままの HTML。文字を飾る札だけを通し，ほかは警告する。"""
        if "html" not in node.get("format", "").split():
            return
        html = node.astext()
        if _PLAIN_TAGS.fullmatch(html):
            self.text(html)
        elif not _SD_ICON.fullmatch(html) and not _is_machinery(node):
            self.warn(
                f"HTML {html.strip()[:40]!r} は，ノートブックに写せません。Markdown で書くか，"
                "ノードの型を作って notebook=(visit, None) を登録してください。",
                node,
            )


def _is_machinery(node: nodes.Element) -> bool:
    """書いた人ではなく，拡張が頁の仕掛けのために足した ``<script>`` か。"""
    return node.source is None and node.astext().lstrip().startswith("<script")
