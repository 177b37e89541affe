"""更新履歴：著者が書く頁 ``changes.md`` を読み，フィードの記事にする。

頁には，日付の見出し（``## 2026年11月30日``）を新しい順に置き，その下に，読む人に伝えることを箇条書きにする。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from bookkit.pages.glossary import with_titles

logger = logging.getLogger(__name__)
DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True)
class Change:
    """一つの変更：いつ，何を。``page`` は文が指す最初の文書（なければ更新履歴の頁）。"""

    key: str
    day: date
    text: str
    page: str


def page_of(env: BuildEnvironment) -> str:
    """更新履歴の頁。なければ空。"""
    return next((n for n in env.found_docs if n.rpartition("/")[2] == "changes"), "")


def read_changes(
    env: BuildEnvironment,
) -> tuple[list[Change], list[tuple[nodes.Node, str]]]:
    """変更を新しい順に返す。書き方の誤りは，場所と言葉の組で返す。"""
    docname, before = page_of(env), date.max
    found: list[Change] = []
    wrong: list[tuple[nodes.Node, str]] = []
    for section in env.get_doctree(docname).findall(nodes.section) if docname else ():
        if not isinstance(section.parent, nodes.section):
            continue
        title = section[0]
        day = _day(title.astext())
        items = [item for part in section.children for item in _items(part)]
        if day is None:
            said = f"更新履歴の見出し「{title.astext()}」は日付ではありません。"
            wrong.append((title, said + "「## 2026年11月30日」の形で書いてください。"))
            continue
        if day >= before:
            said = f"更新履歴の「{title.astext()}」が，新しい順になっていません。"
            wrong.append((title, said + "新しい日付を上に置いてください。"))
        if not items:
            said = f"更新履歴の「{title.astext()}」に，変更が書かれていません。"
            wrong.append((title, said + "「- 」で始まる文を置いてください。"))
        before = day
        for number, item in enumerate(items, start=1):
            said, page = with_titles(env, docname, item)
            key = f"{section['ids'][0]}-{number}"
            found.append(Change(key, day, said, page or docname))
    return found, wrong


def _day(text: str) -> date | None:
    matched = DATE.fullmatch(text.strip())
    try:
        return date(*map(int, matched.groups())) if matched else None
    except ValueError:
        return None


def _items(part: nodes.Node) -> list[nodes.Element]:
    return list(part.children) if isinstance(part, nodes.bullet_list) else []


def _check(app: Sphinx, env: BuildEnvironment) -> None:
    for node, message in read_changes(env)[1]:
        logger.warning(message, location=node)


def _offer_feed(app: Sphinx, doctree: nodes.document) -> None:
    """更新履歴の初めの段落に，フィードへのリンクを足す。"""
    docname = app.env.docname
    if docname != page_of(app.env):
        return
    address = "../" * docname.count("/") + "feed.xml"
    feed = nodes.reference("", "フィード（Atom，RSS）", refuri=address)
    for first in doctree[0].children[1:2] if doctree.children else ():
        if isinstance(first, nodes.paragraph):
            first += [feed, nodes.Text("でも，同じ文が届きます。")]


def setup(app: Sphinx) -> None:
    """更新履歴を調べる仕事を登録する。フィードは ``site`` が書く。"""
    app.connect("doctree-read", _offer_feed)
    app.connect("env-check-consistency", _check)
