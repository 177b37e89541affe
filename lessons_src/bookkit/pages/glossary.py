"""用語集を読む：見出し語，よみ，英語名，別名，説明，教える章。検索と用語の札が使う。"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment

from bookkit.pages import maths

# 説明の初め：「（よみ：ざんさねっと，英：residual network，ResNet，別名：残差網，関連：VGG）」。どれも並べられる。
# 「関連」は，この本にない言葉のうち，この語が近いもの。
OPENING = re.compile(
    r"^\s*（よみ：(?P<reading>[^）]+?)(?:，英：(?P<english>[^）]+?))?(?:，別名：(?P<aliases>[^）]+?))?(?:，関連：(?P<related>[^）]+))?）\s*"
)


NAMES = ("reading", "english", "aliases", "related")
ROWS = "あかさたなはまやらわ"
"""五十音の行。"""
FIRST_OF_ROWS = "ぁかさたなはまゃらゎ"
"""それぞれの行の，文字の番号がいちばん小さい字。"""


def row_of(reading: str) -> str:
    """よみが属する五十音の行。かなで始まらなければ空。"""
    first = unicodedata.normalize("NFD", reading[:1])[:1]
    if not "ぁ" <= first <= "ん":
        return ""
    return ROWS[bisect.bisect(FIRST_OF_ROWS, first) - 1]


def rows(node: addnodes.glossary) -> dict[str, str]:
    """それぞれの行の，最初の語の番地。語のない行は入れない。"""
    found: dict[str, str] = {}
    for item in node.findall(nodes.definition_list_item):
        opening = OPENING.match(next(item.findall(nodes.definition)).astext())
        row = row_of(opening["reading"].strip()) if opening else ""
        if row:
            found.setdefault(row, next(item.findall(nodes.term))["ids"][0])
    return found


def names_in(text: str) -> list[str]:
    """「，」か「・」で並べた名前を分ける。"""
    return [name.strip() for name in re.split("[，、・]", text) if name.strip()]


@dataclass(frozen=True)
class Term:
    """用語集の一語。``chapter`` は説明が指す最初の章（文書の名前。なければ空）。"""

    name: str
    anchor: str
    page: str
    reading: str
    english: str
    aliases: str
    related: str
    text: str
    chapter: str


def read_terms(env: BuildEnvironment) -> list[Term]:
    """本のすべての用語を，載っている順に返す。"""
    objects = env.domains["std"].objects.items()
    pages = {page for (kind, _), (page, _) in objects if kind == "term"}
    return [
        term
        for page in sorted(pages)
        for glossary in env.get_doctree(page).findall(addnodes.glossary)
        for item in glossary.findall(nodes.definition_list_item)
        for term in _terms(env, page, item)
    ]


def _terms(env: BuildEnvironment, page: str, item: nodes.Element) -> Iterator[Term]:
    """一つの説明の付いた見出し語。章へのリンクは，説明の文では章の題名にする。"""
    definition = next(item.findall(nodes.definition), nodes.definition())
    opening = OPENING.match(definition.astext())
    names = opening.groupdict("") if opening else dict.fromkeys(NAMES, "")
    text, chapter = with_titles(env, page, definition)
    text = OPENING.sub("", text).strip()
    for term in item.findall(nodes.term):
        yield Term(
            name=term.astext(),
            anchor=term["ids"][0],
            page=page,
            reading=names["reading"].strip(),
            english=names["english"].strip(),
            aliases=names["aliases"].strip(),
            related=names["related"].strip(),
            text=text,
            chapter=chapter,
        )


def with_titles(
    env: BuildEnvironment, page: str, element: nodes.Element
) -> tuple[str, str]:
    """``page`` にある要素の一行の文と，それが指す最初の文書（なければ空）。

    題名を書いていないリンクは，「題名」にする。
    """
    copy, first = element.deepcopy(), ""
    for link in list(copy.findall(addnodes.pending_xref)):
        target = _target(env, page, link)
        first = first or target
        if target and not link.get("refexplicit"):
            title = maths.plain_text(env.titles[target])
            link.replace_self(nodes.inline("", f"「{title}」"))
    text = re.sub(r"\s*\n\s*", " ", maths.plain_text(copy))
    return text.replace(" 「", "「").replace("」 ", "」").strip(), first


def _target(env: BuildEnvironment, page: str, link: nodes.Element) -> str:
    """``{doc}`` または ``[](章.md)`` の先の文書の名前。文書でなければ空。"""
    if link.get("reftype") not in ("doc", "myst") and link.get("refdomain") != "doc":
        return ""
    target = re.sub(r"\.md$", "", str(link.get("reftarget", "")))
    folder = page.rpartition("/")[0]
    for name in (target.lstrip("/"), f"{folder}/{target}"):
        if name in env.found_docs:
            return name
    return ""
