"""日本語の組み：日本語の間の改行と余分な空白が，頁ですき間にならないようにする。"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

# かな，漢字，全角の英数字。
LETTER = r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff10-\uff5a\uff66-\uff9f々〆]"
# 句読点やかっこなど，前後に空白を置かない記号。
MARK = (
    r"[\u3000-\u3004\u3008-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65\u2014\u2015\u2025\u2026]"
)
SKIP = (nodes.literal, nodes.math, nodes.raw, nodes.FixedTextElement)

CUT = "\x1f"
"""つないだ文字列の境の印（太字や用語の始まりと終わり）。取り除くときも残す。"""
LINE_BREAKS = re.compile(
    rf"(?<={MARK})({CUT}*)\n|\n({CUT}*)(?={MARK})"
    rf"|(?<={LETTER})({CUT}*)\n({CUT}*)(?={LETTER})"
)
"""日本語どうしの間か，全角の記号に接した改行。英語と日本語の間の改行は，空白として残す。"""
SPACES = re.compile(
    rf"(?<={MARK})({CUT}*) +| +({CUT}*)(?={MARK})"
    rf"|(?<={LETTER})({CUT}*) +({CUT}+)(?={LETTER})"
    rf"|(?<={LETTER})({CUT}+) +({CUT}*)(?={LETTER})"
)
"""全角の記号に接した空白（``ました （Sutton, 2019）``）と，用語や引用の前後で
日本語に挟まれた空白（``関数 です``）。"""


def without(gaps: re.Pattern[str], parts: list[str]) -> list[str]:
    """続いた文字列 ``parts`` から ``gaps`` を取り除く。境をまたぐすき間も除く。"""
    whole = gaps.sub(lambda gap: "".join(filter(None, gap.groups())), CUT.join(parts))
    return whole.split(CUT)


def close_up(document: nodes.document, gaps: re.Pattern[str]) -> None:
    """段落・見出し・キャプションなどから ``gaps`` を取り除く。コードと数式は変えない。"""
    for block in document.findall(_is_block):
        leaves = list(block.findall(nodes.Text))
        for leaf, text in zip(leaves, without(gaps, leaves), strict=False):
            if text != leaf and not _is_code(leaf):
                _replace(leaf, text)


class JoinJapaneseLines(SphinxTransform):
    """段落の中の改行をつなぐ。"""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        close_up(self.document, LINE_BREAKS)


def trim_spaces(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """余分な空白を取り除く。引用は参照を解いてから字になるので，その後に行う。"""
    close_up(doctree, SPACES)


def _replace(leaf: nodes.Text, text: str) -> None:
    """葉を入れ替える。改行だけの葉はたがいに等しいので，同一の物を探す。"""
    siblings = leaf.parent.children
    place = next(i for i, child in enumerate(siblings) if child is leaf)
    leaf.parent[place] = nodes.Text(text)


def _is_block(node: nodes.Node) -> bool:
    """文字を直接持つ，行内でない要素。"""
    return (
        isinstance(node, nodes.TextElement)
        and not isinstance(node, (nodes.Inline, *SKIP))
        and not isinstance(node.parent, nodes.TextElement)
    )


def _is_code(leaf: nodes.Text) -> bool:
    parent = leaf.parent
    while parent is not None:
        if isinstance(parent, SKIP):
            return True
        parent = parent.parent
    return False


def setup(app: Sphinx) -> None:
    """改行をつなぐ変換と，すき間を消す変換を登録する。"""
    app.add_transform(JoinJapaneseLines)
    app.connect("doctree-resolved", trim_spaces, priority=900)
