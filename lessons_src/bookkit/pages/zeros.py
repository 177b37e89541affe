"""負の零：丸めて零になった負の数（``-0.00``）を，ただの零にする。文，動かせる図の文，セルの印字で。"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

MINUS_ZERO = re.compile(r"(?<![\w.,)\]’-])[-−](0(?:\.0+)?)(?![\d.\w])")
BETWEEN_TAGS = re.compile(r">[^<]+")
PRINTED = "myst-ansi"
"""セルの印字の，色の付け方の名前。"""


def plain(text: str) -> str:
    """負の零を零にした文。"""
    return MINUS_ZERO.sub(r"\1", text)


def make_plain(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """頁の負の零を零にする。コードと式は変えない。印字では，けたをそろえたままにする。"""
    for block in doctree.findall(nodes.literal_block):
        if block.get("language") == PRINTED:
            text = MINUS_ZERO.sub(r" \1", block.astext())
            block.rawsource, block.children = text, []
            block += nodes.Text(text)
    for raw in doctree.findall(nodes.raw):
        if "html" in raw.get("format", "").split():
            html = BETWEEN_TAGS.sub(lambda part: plain(part[0]), raw.astext())
            raw.rawsource, raw.children = html, []
            raw += nodes.Text(html)
    fixed = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.math_block)
    for leaf in list(doctree.findall(nodes.Text)):
        if MINUS_ZERO.search(leaf) and not isinstance(leaf.parent, (*fixed, nodes.raw)):
            leaf.parent.replace(leaf, nodes.Text(plain(leaf)))


def setup(app: Sphinx) -> None:
    """変換を登録する。"""
    app.connect("doctree-resolved", make_plain)
