"""日本語の組み：段落の中の改行をつなぐ。検索のために，文字をそろえて二文字ずつに分ける。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

# かな，漢字，全角の英数字。
LETTER = re.compile(
    r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff10-\uff5a\uff66-\uff9f々〆]"
)
# 句読点やかっこなど，前後に空白を置かない記号。
MARK = re.compile(
    r"[\u3000-\u3004\u3008-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65\u2014\u2015\u2025\u2026]"
)
SPACED_MARK = re.compile(f"(?<=[^ ]) +({MARK.pattern})|({MARK.pattern}) +")
SKIP = (nodes.literal, nodes.math, nodes.raw, nodes.FixedTextElement)


def joins_without_space(before: str, after: str) -> bool:
    """``before`` の末尾と ``after`` の先頭の間の改行を，空白なしでつなぐかどうか。

    日本語どうし，またはどちらかが全角の記号なら，つなぐ。
    英語と日本語の間は，同じ行に書くときと同じく空白を置く。
    """
    if not before or not after:
        return False
    left, right = before[-1], after[0]
    if MARK.match(left) or MARK.match(right):
        return True
    return bool(LETTER.match(left) and LETTER.match(right))


def join_lines(parts: list[str]) -> list[str]:
    """続いた文字列 ``parts`` の中の改行を，日本語の間でだけ取り除く。"""
    done: list[str] = []
    for index, part in enumerate(parts):
        lines = part.split("\n")
        text = lines[0]
        for number, line in enumerate(lines[1:], start=1):
            before = text or "".join(done)
            rest = "".join(parts[index + 1 :])
            after = line or ("" if number < len(lines) - 1 else rest)
            text += ("" if joins_without_space(before, after) else "\n") + line
        done.append(text)
    return done


class JoinJapaneseLines(SphinxTransform):
    """段落・見出し・キャプションなどの中の改行が，日本語の間で空白にならないようにする。"""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        for block in self.document.findall(_is_block):
            leaves = list(block.findall(nodes.Text))
            before = [str(leaf) for leaf in leaves]
            for leaf, old, new in zip(leaves, before, join_lines(before), strict=True):
                if new != old and not _is_code(leaf):
                    _replace(leaf, new)


def trim_spaces(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """日本語の間の余分な空白を取り除く。

    全角の記号に接した空白（``ました （Sutton, 2019）``）と，用語や引用の前後で
    日本語に挟まれた空白（``関数 です``）。引用は参照を解いてから字になるので，その後に行う。
    """
    for block in doctree.findall(_is_block):
        leaves = list(block.findall(nodes.Text))
        before = [str(leaf) for leaf in leaves]
        for leaf, old, new in zip(leaves, before, tighten(before), strict=True):
            if new != old and not _is_code(leaf):
                _replace(leaf, new)


def tighten(parts: list[str]) -> list[str]:
    """続いた文字列 ``parts`` から，日本語の間の余分な空白を取り除く。"""
    done = list(parts)
    for index, text in enumerate(parts):
        before = "".join(done[:index])
        after = "".join(parts[index + 1 :])
        start, end = text.lstrip(" "), text.rstrip(" ")
        if start != text and joins_without_space(before, start or after.lstrip(" ")):
            text = start
        if end != text and joins_without_space(end or before, after.lstrip(" ")):
            text = text.rstrip(" ")
        done[index] = SPACED_MARK.sub(r"\1\2", text)
    return done


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


def fold(text: str) -> str:
    """検索のために文字をそろえる：NFKC（ＣＮＮ → CNN），小文字，カタカナ → ひらがな。

    頁のスクリプト（``search.js``）の ``fold`` と同じ働きをする。
    """
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub("[ァ-ヶ]", lambda m: chr(ord(m[0]) - 0x60), text)


# 日本語の字の続き，またはそれ以外の字の続き（英語の語，数）。
RUN = re.compile(
    r"[\u3041-\u30ff\u3400-\u9fff々〆]+|[^\W\u3041-\u30ff\u3400-\u9fff々〆_]+"
)


def grams(text: str) -> Iterator[str]:
    """検索の単位を順に返す。日本語は二文字ずつ，英語と数は一語ずつ。

    一文字だけの日本語は，そのまま返す。``text`` は ``fold`` を通したもの。
    """
    for match in RUN.finditer(text):
        run = match[0]
        if not LETTER.match(run) or len(run) == 1:
            yield run
        else:
            yield from (first + second for first, second in pairwise(run))


def setup(app: Sphinx) -> dict[str, Any]:
    """改行をつなぐ変換と，すき間を消す変換を登録する。"""
    app.add_transform(JoinJapaneseLines)
    app.connect("doctree-resolved", trim_spaces, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
