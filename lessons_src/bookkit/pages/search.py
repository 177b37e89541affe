"""検索の索引：頁を節に分け，見出しと文を集める。探す働きは theme/static/search.js にある。

Sphinx の検索は日本語の問いを分かち書きしないので使わない。代わりに，文字をそろえ，
二文字ずつ照らし合わせる。索引は，はじめて探すときにだけ読み込まれる。
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

import bookkit
from bookkit.directives.lesson import lesson_box
from bookkit.pages import maths
from bookkit.pages.glossary import Term, names_in, read_terms

Section = tuple[str, str, str]
"""節の ``(アンカー, 見出し, 文)``。"""

# 探しても役に立たないもの：コード，数式，図の中身，目次。
SKIP = (
    *(nodes.literal_block, nodes.math_block, nodes.raw, nodes.comment, nodes.image),
    *(addnodes.toctree, addnodes.compact_paragraph, lesson_box),
)


SHORT_FORMULA = 16
READINGS = Path(bookkit.__file__).with_name("readings.csv")
"""用語集にない，ふつうの言葉のよみ。"""


def sections_of(doctree: nodes.document) -> list[Section]:
    """頁を節に分ける。最初の節の見出しは，頁の題名になる。用語は一語を一節とする。"""
    found: list[Section] = []
    for section in doctree.findall(nodes.section):
        title = next(iter(section.children), None)
        if not isinstance(title, nodes.title):  # 練習の囲みの中身。文は外の節に入る
            continue
        anchor = section["ids"][0] if section["ids"] else ""
        heading = maths.plain_text(title)
        own = [
            child
            for child in section.children
            if not isinstance(child, (nodes.section, nodes.title))
        ]
        found.append((anchor, heading, " ".join(filter(None, map(_text, own)))))
        found += [
            (term["ids"][0], term.astext(), _text(definition))
            for child in own
            for glossary in child.findall(addnodes.glossary)
            for item in glossary.findall(nodes.definition_list_item)
            for definition in item.findall(nodes.definition)
            for term in item.findall(nodes.term)
        ]
    return found


def _text(node: nodes.Node) -> str:
    """要素の中の文。段落の間には空白を置く。"""
    if isinstance(node, (*SKIP, addnodes.glossary)):
        return ""
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, nodes.math):  # 短い式だけを，一行の文字で残す
        formula = maths.plain(node.astext())
        return formula if len(formula) <= SHORT_FORMULA else "…"
    if isinstance(node, nodes.Element) and "source-name" in node.get("classes", []):
        return ""
    inline = isinstance(node, nodes.TextElement)
    parts = [_text(child) for child in node.children]
    text = ("" if inline else " ").join(part for part in parts if part)
    return re.sub(r"\s+", " ", text).strip() if not inline else text


def _store(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "search"


def note_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """書いた頁の節を覚えておく。書かなかった頁は，前に覚えたものを使う。"""
    if doctree is None:
        return
    path = _store(app) / f"{pagename}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sections_of(doctree), ensure_ascii=False), "utf8")


def write_index(app: Sphinx, error: Exception | None) -> None:
    """``search-index.js`` と，用語の札の ``glossary.js`` を書く。"""
    if error or app.builder.format != "html":
        return
    env, builder = app.env, app.builder
    terms = read_terms(env)
    with_terms = {term.page for term in terms}
    pages = [
        {
            "name": name,
            "url": builder.get_target_uri(name),
            "title": maths.plain_text(env.titles[name]),
            "glossary": name in with_terms,
            "sections": json.loads(path.read_text("utf8")),
        }
        for name in sorted(env.found_docs)
        if (path := _store(app) / f"{name}.json").is_file()
    ]
    with READINGS.open(encoding="utf8", newline="") as file:
        words = list(csv.reader(file))[1:]
    index = {"pages": pages, "terms": [_names(term) for term in terms], "words": words}
    cards = {
        term.anchor: {
            key: asdict(term)[key] for key in ("name", "reading", "english", "text")
        }
        for term in terms
    }
    static = Path(app.outdir) / "_static"
    _write(static / "search-index.js", "bookIndex", index)
    _write(static / "glossary.js", "bookGlossary", cards)


def _names(term: Term) -> dict[str, Any]:
    """探すための名前。"""
    return {
        "name": term.name,
        "readings": names_in(term.reading),
        "english": names_in(term.english),
        "aliases": names_in(term.aliases),
        "related": names_in(term.related),
        "chapter": term.chapter,
    }


def _write(path: Path, name: str, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"window.{name}={text};\n", "utf8")


def setup(app: Sphinx) -> None:
    """索引を作る仕事を登録する。"""
    app.connect("html-page-context", note_page)
    app.connect("build-finished", write_index)
