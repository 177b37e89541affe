"""本文の木を HTML にする：図，表とコードの横送り，用語のリンク，日本語の言葉。

Sphinx の書き方のうち，この本が違うものだけを書き直す。
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes

from bookkit.execution.book import CACHE_FOLDER
from bookkit.execution.extension import book_root
from bookkit.notebooks.addresses import Addresses
from bookkit.pages import assets, figures, glossary
from bookkit.pages.figures import Picture, measure
from bookkit.theme.folds import FoldTranslator

WORDS = {
    "Link to this heading": "この見出しへのリンク",
    "Link to this image": "この図へのリンク",
    "Link to this table": "この表へのリンク",
    "Link to this code": "このコードへのリンク",
    "Link to this term": "この用語へのリンク",
    "Link to this definition": "この定義へのリンク",
    "Link to this toctree": "この目次へのリンク",
}
"""Sphinx の日本語訳にない言葉。"""

KEPT = re.compile(
    r"(?<![\w-])([A-Za-z]{1,8}-[A-Za-z]{1,5}|\d+(?: ?[×・] ?\d+)+)(?![\w-])|(よく(?:学習|似)[しただる]*)"
)
"""途中で折らない言葉（U-Net，NanoDet-g，3・4・5，よく学習した，など）。"""

SHORT = 14
"""途中で折らないコードの，字の数。"""


class BookTranslator(FoldTranslator):
    """この本の HTML の書き方。"""

    closing = ""
    """式と一緒に書いたので，続く文から除く句読点。"""

    def starttag(
        self,
        node: nodes.Element,
        tagname: str,
        suffix: str = "\n",
        empty: bool = False,
        **attributes: Any,
    ) -> str:
        """始まりの札。``pre`` は，長い行をキーボードで横に送れるようにする。"""
        if tagname == "pre":
            attributes["tabindex"] = "0"
        return str(super().starttag(node, tagname, suffix, empty, **attributes))

    def visit_Text(self, node: nodes.Text) -> None:
        """名前を途中で折らない。式のすぐ後の句読点は，もう書いてある。"""
        text = node.astext().removeprefix(self.closing)
        self.closing = ""
        if self.protect_literal_text:
            super().visit_Text(nodes.Text(text))
        else:
            kept = r'<span class="unbroken">\g<0></span>'
            self.body.append(KEPT.sub(kept, self.encode(text)))

    def add_permalink_ref(self, node: nodes.Element, title: str) -> None:
        """見出しや図へのリンク。吹き出しと読み上げの言葉を日本語にする。"""
        if node["ids"] and self.builder.add_permalinks:
            words = WORDS.get(title, title)
            self.body.append(
                f'<a aria-label="{words}" class="headerlink" href="#{node["ids"][0]}" '
                f'title="{words}">{self.config.html_permalinks_icon}</a>'
            )

    # ---- 図 ----

    def picture(self, node: nodes.image) -> Picture | None:
        """絵のファイルについて，頁が知るべきこと。よその絵なら ``None``。"""
        known = node["uri"] in self.builder.images
        return measure(Path(self.builder.srcdir, node["uri"])) if known else None

    def address(self, uri: str) -> str:
        """頁から見た，絵の番地。"""
        name = self.builder.images.get(uri)
        return posixpath.join(self.builder.imgpath, quote(name)) if name else uri

    def visit_image(self, node: nodes.image) -> None:
        """大きさを書き，下の方の絵は遅れて読み，明暗の二枚を並べる。"""
        picture, source = self.picture(node), self.address(node["uri"])
        size = self.image_size(node)
        attributes = {
            "alt": node.get("alt", node["uri"]),
            "loading": "lazy",
            "decoding": "async",
        }
        if size:
            attributes["style"] = size
        elif picture:
            attributes |= {"width": str(picture.width), "height": str(picture.height)}
        if picture and picture.has_dark:
            dark = nodes.image(classes=[*node["classes"], "only-dark"])
            node["classes"].append("only-light")
            twin = f"{posixpath.splitext(source)[0]}-dark.svg"
            pairs = [(node, source), (dark, twin)]
        else:
            pairs = [(node, source)]
        for image, address in pairs:
            self.body.append(self.emptytag(image, "img", src=address, **attributes))

    def depart_image(self, node: nodes.image) -> None:
        """``visit_image`` がすべてを書いた。"""

    def visit_raw(self, node: nodes.raw) -> None:
        """動かせる図が持つ数は，頁に書かずに CSV のファイルにする。章が置いたファイルを配り，ノートブックの番地を書く。"""
        if "asset:" in node.astext():
            kept = book_root(self.builder.app) / "_build" / CACHE_FOLDER / "assets"
            start = self.builder.imgpath.removesuffix(self.builder.imagedir)
            out = Path(self.builder.outdir)
            html = assets.publish(node.astext(), kept, out, start)
            node = nodes.raw("", html, **node.attributes)
        if 'href="notebook:"' in node.astext():
            launch = Addresses.of(self.builder.app).launch(self.builder.current_docname)
            html = node.astext().replace("notebook:", escape(launch["Colab"]))
            node = nodes.raw("", html, **node.attributes)
        data = figures.data_of(node.astext())
        if data and "html" in node.get("format", "").split():
            name = f"{hashlib.sha256(data.encode()).hexdigest()[:16]}.csv"
            folder = Path(self.builder.outdir, self.builder.imagedir)
            figures.write_data(data, folder / name)
            node["data"] = posixpath.join(self.builder.imgpath, name)
            node = nodes.raw("", figures.without_data(node.astext()), **node.attributes)
        super().visit_raw(node)

    def depart_caption(self, node: nodes.Element) -> None:
        """図の説明の後に，図の数値（CSV）へのリンクを置く。"""
        super().depart_caption(node)
        if not isinstance(node.parent, nodes.figure):
            return
        for child in node.parent.findall():
            data = child.get("data") if isinstance(child, nodes.raw) else ""
            if isinstance(child, nodes.image):
                picture = self.picture(child)
                if picture and picture.has_data:
                    data = posixpath.splitext(self.address(child["uri"]))[0] + ".csv"
            if data:
                name = (node.parent["ids"] or ["figure"])[0]
                self.body.append(
                    f'<p class="figure-data"><a download="{name}.csv" '
                    f'href="{data}">図の数値（CSV）</a></p>'
                )

    # ---- 表とコード ----

    def visit_table(self, node: nodes.table) -> None:
        """表を，横に送れる枠に入れる。枠の中だけが横に動き，キーボードでも動かせる。"""
        caption = next(iter(node.findall(nodes.title)), None)
        numbers = self.builder.fignumbers.get("table", {})
        number = ".".join(map(str, numbers.get((node["ids"] or [""])[0], ())))
        words = f"表 {number}".strip()
        label = f"{words} {caption.astext()}" if caption is not None else words
        self.body.append(
            '<div class="table-frame" tabindex="0" role="group" '
            f'aria-label="{escape(label)}">'
        )
        super().visit_table(node)

    def depart_table(self, node: nodes.table) -> None:
        """枠を閉じる。"""
        super().depart_table(node)
        self.body.append("</div>\n")

    def visit_literal_block(self, node: nodes.literal_block) -> None:
        """色を付けたコードも，キーボードで横に送れるようにする。"""
        try:
            super().visit_literal_block(node)
        except nodes.SkipNode:
            self.body[-1] = self.body[-1].replace("<pre>", '<pre tabindex="0">', 1)
            raise

    def visit_literal(self, node: nodes.literal) -> None:
        """短いコードを途中で折らない。"""
        text = node.astext()
        if " " in text and len(text) <= SHORT:
            node["classes"].append("unbroken")
        super().visit_literal(node)

    # ---- 用語集・リンク・文献 ----

    def visit_glossary(self, node: addnodes.glossary) -> None:
        """用語集の上に，五十音の行へ飛ぶ目次を置く。語のない行は，リンクにしない。"""
        super().visit_glossary(node)
        first = glossary.rows(node)
        links = "".join(
            f'<li><a href="#{first[row]}" aria-label="{row}行">{row}</a></li>'
            if row in first
            else f"<li><span>{row}</span></li>"
            for row in glossary.ROWS
        )
        self.body.append(
            f'<nav class="rows" aria-label="五十音"><ul>{links}</ul></nav>\n'
        )

    def visit_reference(self, node: nodes.reference) -> None:
        """用語のリンクに札の印を，よその番地に ``rel`` を付ける。目次のリンクには何も付けない。"""
        if isinstance(node.parent, addnodes.compact_paragraph):
            number = ".".join(map(str, node.get("secnumber") or ()))
            start = self.starttag(nodes.inline(), "a", "", href=node["refuri"] or "#")
            self.body.append(start + (number and number + self.secnumber_suffix))
            return
        anchor = node.get("refid") or str(node.get("refuri", "")).partition("#")[2]
        is_term = any(
            "std-term" in inner["classes"] for inner in node.findall(nodes.inline)
        )
        if is_term and anchor.startswith("term-"):
            node["classes"].append("term")
        if not node.get("internal") and "refuri" in node:
            node.setdefault("rel", "noopener")
        if "reftitle" in node:
            node["reftitle"] = re.sub(r"\s+", " ", node["reftitle"])
        super().visit_reference(node)

    def visit_citation(self, node: nodes.citation) -> None:
        """文献の一覧は，ふつうの箇条書き。"""
        if not isinstance(node.previous_sibling(), nodes.citation):
            self.body.append('<ul class="citation-list">\n')
        self.body.append(self.starttag(node, "li", CLASS="citation"))

    def depart_citation(self, node: nodes.citation) -> None:
        """一覧の最後なら，箇条書きを閉じる。"""
        self.body.append("</li>\n")
        after = node.next_node(descend=False, siblings=True)
        if not isinstance(after, nodes.citation):
            self.body.append("</ul>\n")

    def visit_label(self, node: nodes.label) -> None:
        """文献の札は，一覧では著者と年がすぐ後にあるので書かない。"""
        if isinstance(node.parent, nodes.citation):
            raise nodes.SkipNode
        super().visit_label(node)
