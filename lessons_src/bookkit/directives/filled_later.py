"""中身を後から作るディレクティブの土台：場所だけを置き，参照を解くときに中身で置き換える。"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective


class filled_later(nodes.General, nodes.Element):
    """中身を後から作る場所。``name`` はディレクティブの名前，``argument`` はその後の語。"""


Fill = Callable[[Sphinx, filled_later, str], Iterable[nodes.Node]]
"""``fill(app, 場所, 頁の名前)``：場所を置き換えるノードの列を返す関数。"""


def add_place(app: Sphinx, name: str, fill: Fill) -> None:
    """``{name}`` と書いた所を，参照を解くときに ``fill`` の返す列で置き換える。"""

    class PlaceDirective(SphinxDirective):
        optional_arguments = 1

        def run(self) -> list[nodes.Node]:
            self.env.metadata[self.env.docname][name] = True
            place = filled_later(name=name, argument="".join(self.arguments))
            self.set_source_info(place)
            return [place]

    def replace(app: Sphinx, doctree: nodes.document, docname: str) -> None:
        for place in list(doctree.findall(filled_later)):
            if place["name"] == name:
                place.replace_self(list(fill(app, place, docname)))

    app.add_directive(name, PlaceDirective)
    app.connect("doctree-resolved", replace)


def outdated_when_changed(
    app: Sphinx, event: str, name: str, contents: Callable[[Sphinx], object]
) -> None:
    """``contents`` の返す値（``repr`` で比べる）が前のビルドと違えば，``{name}`` のある頁を作り直す。

    ``event`` は，読み直すなら ``env-get-outdated``，書き直すだけなら ``env-updated``。
    """

    def outdated(app: Sphinx, env: BuildEnvironment, *rest: object) -> list[str]:
        seen = env.__dict__.setdefault("bookkit_contents", {})
        now = repr(contents(app))
        if seen.get(name) == now:
            return []
        seen[name] = now
        return [page for page in env.found_docs if name in env.metadata.get(page, {})]

    app.connect(event, outdated, priority=600)  # 実行（500）の後
