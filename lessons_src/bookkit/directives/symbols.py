"""``{symbols} 表.csv``: 式の記号を，読み・意味・コード・使う章と並べる。``:kind:`` は種類。

表の列：``kind``（種類），``tex``（受け持つ記号。空白で区切る），``shown``（見せ方），``reading``，
``meaning``，``code``，``result``。「使う章」は，すべての章の式から作る。使わない記号は頁に出ない。
"""

from __future__ import annotations

import csv
import functools
import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.directives.filled_later import outdated_when_changed
from bookkit.execution.extension import book_root

NAME = "symbols"
SHOWN = 4  # 並べる章の数
TOKEN = re.compile(
    r"\\operatorname\*?\{arg[^}]*\}|\\(?:begin|end)\{[^}]*\}"
    r"|\\[A-Za-z]+|\\[^A-Za-z\s]|[!-/:-@\[-`{-~]"
)
"""式の記号：命令，最大や最小を探す関数，字でも数でもない印。"""


def used_in(book: Book) -> dict[str, list[str]]:
    """章の名前（``attention/cam``）から，使う記号を引く表。目次の順。"""
    pages = [page for page in book.chapters if not page.draft]
    return {page.name: sorted(_symbols_of(page)) for page in pages}


def _symbols_of(page: Chapter) -> set[str]:
    captions = (str(cell.settings().get("caption", "")) for cell in page.cells)
    inline = (tex for text in captions for tex in re.findall(r"\$([^$]+)\$", text))
    return {
        one
        for tex in (*(one.latex for one in page.outline.formulas), *inline)
        for one in TOKEN.findall(tex)
    }


@functools.lru_cache(maxsize=1)
def _used(app: Sphinx) -> tuple[dict[str, str], dict[str, list[str]]]:
    """章の短い題と，使う記号。一度のビルドでは，一度だけ調べる。"""
    book = Book(book_root(app))
    heads = {page.name: page.outline.headings[0].text for page in book.chapters}
    titles = {name: head.partition("：")[0] for name, head in heads.items()}
    return titles, used_in(book)


class SymbolsDirective(SphinxDirective):
    """``{symbols}``: 記号の，読みと意味の一覧。"""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"kind": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname][NAME] = True
        path = Path(__file__).parents[2] / "lessons" / self.arguments[0]
        if not path.is_file():
            raise self.error(f"symbols: 表 {self.arguments[0]!r} がありません。")
        self.env.note_dependency(str(path))
        rows = list(csv.DictReader(path.read_text("utf8").splitlines()))
        kind = self.options.get("kind")
        text = [self._entry(row) for row in rows if row["kind"] == kind]
        if not text:
            kinds = "，".join(dict.fromkeys(row["kind"] for row in rows))
            raise self.error(f"symbols: 種類 {kind!r} がありません。ある種類: {kinds}")
        return self.parse_text_to_nodes("\n\n".join(filter(None, text)))

    def _entry(self, row: dict[str, str]) -> str:
        titles, used = _used(self.env.app)
        own, mine = set(row["tex"].split()), self.env.docname.removeprefix("book/")
        pages = [name for name in used if own & set(used[name]) and name != mine]
        links = [f"{{doc}}`{titles[name]} </book/{name}>`" for name in pages]
        more = f"など {len(pages)} 章" if len(pages) > SHOWN else ""
        places = f"使う章：{'，'.join(links[:SHOWN])}{more}"
        code = f"`{row['code']}` → `{row['result']}`" if row["code"] else ""
        body = "\n\n  ".join(filter(None, [row["meaning"], code, places]))
        return f"{row['shown']}　{row['reading']}\n: {body}" if pages else ""


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    app.add_directive(NAME, SymbolsDirective)
    outdated_when_changed(app, "env-get-outdated", NAME, _used)
