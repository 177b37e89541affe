"""解決の済んだ文書の木を，Markdown とコードのセルの列にする。

ノードの型一つに，方法が一つ。知らない型は黙って捨てずに，警告にする。
ほかの拡張のノードは，``app.add_node(型, html=…, notebook=(visit, depart))`` で
Markdown での書き方を登録する。``visit`` の第一引数が書き手（``MarkdownWriter``）で，
``text``・``block``・``inline``・``blocks``・``children`` を使って書く。
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any
from urllib.parse import urljoin, urlsplit

from docutils import nodes
from docutils.utils import get_source_line
from sphinx.application import Sphinx
from sphinx.util import logging

from bookkit.notebooks.markdown import syntax as md

logger = logging.getLogger(__name__)


MADE = ("_images/", "_static/", "notebooks/")
"""ビルドが作るファイルのフォルダー。"""
Piece = str | int
"""文章の塊か，コードのセルの番号。"""
Handler = Callable[[Any, Any], None]


class Writer:
    """書きかけの枠を重ねながら木を歩く，書き手の土台。

    Args:
        hidden: 頁に出ないコードのセル ``{番号: 原稿での始まりの行}``。
            行を頼りに，元の場所に戻す。
    """

    def __init__(self, app: Sphinx, docname: str, hidden: dict[int, int]) -> None:
        self.app, self.docname, self.env = app, docname, app.env
        self.hidden = hidden
        self.path = str(app.env.doc2path(docname))
        self._registered = app.registry.translation_handlers.get("notebook", {})
        self._frames: list[list[Piece]] = [[]]
        self._inline = 0
        self.warned = False
        """書けないノードやリンクがあったか。"""

    # 書く -------------------------------------------------------------

    def text(self, text: str) -> None:
        """行の中に書く。"""
        self._frames[-1].append(text)

    def block(self, text: str) -> None:
        """前後に空行のある塊を書く。"""
        if text.strip():
            self._frames[-1].append(f"\n\n{text}\n\n" if self._inline else text)

    def add(self, pieces: Iterable[Piece]) -> None:
        """``blocks`` が返した塊やセルを，そのまま書く。"""
        self._frames[-1].extend(pieces)

    def inline(self, node: Iterable[nodes.Node]) -> str:
        """``node`` の子（またはノードの列）を，行の中の Markdown にして返す。"""
        self._inline += 1
        self._frames.append([])
        self.children(node)
        self._inline -= 1
        return "".join(str(piece) for piece in self._frames.pop()).strip(" ")

    def blocks(self, node: Iterable[nodes.Node]) -> list[Piece]:
        """``node`` の子（またはノードの列）を，塊とセルの列にして返す。"""
        inline, self._inline = self._inline, 0
        self._frames.append([])
        self.children(node)
        self._inline = inline
        return self._frames.pop()

    def wrap(self, pieces: Iterable[Piece], change: Callable[[str], str]) -> None:
        """続く塊をまとめて ``change`` で包む。コードのセルは包めないので，そこで分ける。"""
        for is_text, group in groupby(pieces, lambda piece: isinstance(piece, str)):
            if is_text:
                self.block(change("\n\n".join(map(str, group))))
            else:
                self.add(group)

    def quote(self, pieces: Iterable[Piece], title: str = "") -> None:
        """塊の列を引用の形で囲む。``title`` は一行めに置く Markdown。"""
        self.wrap([title, *pieces] if title else pieces, md.quote)

    def fold(self, pieces: Iterable[Piece], summary: str) -> None:
        """塊の列を畳む。``summary`` は，畳んだときに見える，記法のない言葉。"""
        self.wrap(pieces, lambda text: md.fold(summary, text))

    def add_hidden_cells(self, *, line: float = 0, index: float = 0) -> None:
        """``line`` 行より，または ``index`` 番より前にある，まだ書いていない隠れたセルを書く。"""
        ready = [i for i, start in self.hidden.items() if start < line or i < index]
        for number in sorted(ready):
            del self.hidden[number]
            self.add([number])

    def top(self) -> bool:
        """囲みの外（章の本文の段）にいるか。"""
        return len(self._frames) == 1

    # 歩く -------------------------------------------------------------

    def children(self, node: Iterable[nodes.Node]) -> None:
        """``node`` の子（またはノードの列）を順に書く。"""
        for child in node:
            self.visit(child)

    def visit(self, node: nodes.Node) -> None:
        """ノードを，型の（なければ親の型の）名前で選んだ方法で書く。"""
        if self.top() and getattr(node, "source", None) == self.path:
            self.add_hidden_cells(line=node.line or 0)
        names = [kind.__name__ for kind in type(node).__mro__]
        methods = (getattr(self, f"visit_{name}", None) for name in names)
        if names[0] in self._registered:
            self._visit_registered(node, *self._registered[names[0]])
        elif method := next(filter(None, methods), None):
            method(node)
        else:
            self.warn(
                f"ノートブックは，ノードの型 {names[0]} の書き方を知りません。"
                f"app.add_node({names[0]}, notebook=(visit, None), …) で登録してください。",
                node,
            )

    def _visit_registered(
        self, node: Any, visit: Handler | None, depart: Handler | None
    ) -> None:
        """docutils の約束どおりに，登録された ``visit`` と ``depart`` を呼ぶ。"""
        with contextlib.suppress(nodes.SkipNode):
            if visit is not None:
                visit(self, node)
            self.children(node)
            if depart is not None:
                depart(self, node)

    def run(self, document: nodes.document) -> list[Piece]:
        """文書の全体を書き，塊とセルの列を返す。"""
        self.children(document)
        self.add_hidden_cells(line=float("inf"))
        return self._frames[0]

    def warn(self, message: str, node: nodes.Node | None = None) -> None:
        """ファイルと行を添えて警告する。``-W`` の付いたビルドは失敗する。"""
        self.warned = True
        source, line = get_source_line(node) if node else (None, None)
        where = f"{source}:{line or ''}" if source else self.docname
        logger.warning(message, location=where, type="notebooks")

    # 番号と番地 -------------------------------------------------------

    def figure_number(self, figtype: str, node: nodes.Element) -> str:
        """図・表・式・練習の，頁と同じ番号（「3.1」）。番号がなければ空文字列。"""
        numbers = self.env.toc_fignumbers.get(self.docname, {}).get(figtype, {})
        return ".".join(map(str, numbers.get(next(iter(node["ids"]), ""), ())))

    def label(self, node: nodes.Element) -> str:
        """番号に種類を添えた言葉（「図 3.1」）。番号がなければ空文字列。"""
        domain: Any = self.env.get_domain("std")
        figtype = domain.get_enumerable_node_type(node)
        number = self.figure_number(figtype, node) if figtype else ""
        return self.app.config.numfig_format[figtype] % number if number else ""

    def address(self, node: nodes.Element) -> str:
        """リンクの先を，公開先から始まる番地にする。本の外への相対リンクは警告する。"""
        site: str = self.app.config.html_baseurl
        page_of: Any = self.app.builder.get_target_uri
        target = node.get("refuri") or f"#{node.get('refid', '')}"
        if urlsplit(target).scheme or urlsplit(target).netloc:
            return target
        url = urljoin(site + page_of(self.docname), target)
        path = url.removeprefix(site).partition("#")[0]
        inside = url.startswith(site) and (
            path.startswith(MADE) or path in map(page_of, self.env.found_docs)
        )
        if not inside:
            self.warn(
                f"リンクの先 {target!r} は本の外にあり，ノートブックからは開けません。"
                "本の頁の名前か，https:// で始まる番地を書いてください。",
                node,
            )
        return url
