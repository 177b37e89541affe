"""用語集を読む：見出し語，よみ，英語名，説明，教える章。検索と用語の札が使う。"""

from __future__ import annotations

import re
from dataclasses import dataclass

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment

from bookkit.pages import maths

# 説明の初め：「（よみ：ざんさねっと，英：residual network，ResNet）」。よみも英語名も，並べられる。
OPENING = re.compile(
    r"^\s*（よみ：(?P<reading>[^）]+?)(?:，英：(?P<english>[^）]+))?）\s*"
)


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
    text: str
    chapter: str


def read_terms(env: BuildEnvironment) -> list[Term]:
    """本のすべての用語を，載っている順に返す。"""
    pages = sorted(
        {docname for (kind, _), (docname, _) in _objects(env).items() if kind == "term"}
    )
    return [term for page in pages for term in terms_of(env, page)]


def terms_of(env: BuildEnvironment, page: str) -> list[Term]:
    """一つの頁にある用語を返す。"""
    found = []
    for glossary in env.get_doctree(page).findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            definition = next(item.findall(nodes.definition), None)
            text = definition.astext() if definition is not None else ""
            opening = OPENING.match(text)
            reading, english = (
                (opening["reading"], opening["english"] or "") if opening else ("", "")
            )
            chapter = _chapter(env, page, definition)
            body = _body(env, page, definition) if definition is not None else ""
            found += [
                Term(
                    name=term.astext(),
                    anchor=term["ids"][0],
                    page=page,
                    reading=reading.strip(),
                    english=english.strip(),
                    text=OPENING.sub("", body).strip(),
                    chapter=chapter,
                )
                for term in item.findall(nodes.term)
            ]
    return found


def _objects(env: BuildEnvironment) -> dict[tuple[str, str], tuple[str, str]]:
    return env.domains["std"].objects


def _target(env: BuildEnvironment, page: str, xref: nodes.Element) -> str:
    """``{doc}`` または ``[](章.md)`` の先の文書の名前。文書でなければ空。"""
    if xref.get("reftype") not in ("doc", "myst") and xref.get("refdomain") != "doc":
        return ""
    target = re.sub(r"\.md$", "", str(xref.get("reftarget", "")))
    folder = page.rpartition("/")[0]
    for name in (target.lstrip("/"), f"{folder}/{target}"):
        if name in env.found_docs:
            return name
    return ""


def _chapter(
    env: BuildEnvironment, page: str, definition: nodes.definition | None
) -> str:
    if definition is None:
        return ""
    for xref in definition.findall(addnodes.pending_xref):
        target = _target(env, page, xref)
        if target:
            return target
    return ""


def _body(env: BuildEnvironment, page: str, definition: nodes.definition) -> str:
    """説明の文。章へのリンクは，章の題名にする。"""
    copy = definition.deepcopy()
    for xref in list(copy.findall(addnodes.pending_xref)):
        target = _target(env, page, xref)
        if target and not xref.get("refexplicit"):
            title = maths.plain_text(env.titles[target])
            xref.replace_self(nodes.inline("", f"「{title}」"))
    return (
        re.sub(r"\s*\n\s*", " ", maths.plain_text(copy))
        .replace(" 「", "「")
        .replace("」 ", "」")
    )
