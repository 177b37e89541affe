"""``{practicals}``：頁から Colab・Binder・.ipynb への道。"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from bookkit.notebooks.build import chapters, is_html
from bookkit.notebooks.places import ARCHIVE, FOLDER, Places


class practicals(nodes.General, nodes.Element):
    """``{practicals}`` の場所。中身は参照を解くときに作る。"""


class PracticalsDirective(SphinxDirective):
    """``{practicals}``: すべての章のノートブックを，目次の順に，ボタンを付けて並べる。"""

    def run(self) -> list[nodes.Node]:
        node = practicals()
        self.set_source_info(node)
        return [node]


def fill_practicals(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """``{practicals}`` を，実習の一覧と，まとめたファイルへのリンクで置き換える。"""
    for place in list(doctree.findall(practicals)):
        here = app.builder.get_target_uri(docname)
        listing = nodes.bullet_list(classes=["practicals"])
        for name in chapters(app.env):
            listing += nodes.list_item("", *_practical(app, here, name))
        archive = nodes.paragraph(classes=["practicals-archive"])
        archive += _reference(
            "すべてのノートブック（zip）", relative_uri(here, ARCHIVE)
        )
        place.replace_self([listing, archive])


def _practical(app: Sphinx, here: str, name: str) -> list[nodes.paragraph]:
    """章の題名の行と，ボタンの行。"""
    places = Places.of(app)
    title = app.env.titles[name].astext()
    targets = [
        ("Colab", places.in_colab(name), f"{title}を Colab で開く"),
        ("Binder", places.in_binder(name), f"{title}を Binder で開く"),
        (
            ".ipynb",
            relative_uri(here, f"{FOLDER}/{places.file(name)}"),
            f"{title}のノートブックを保存する",
        ),
    ]
    page = relative_uri(here, app.builder.get_target_uri(name))
    head = nodes.paragraph("", "", _reference(title, page or "#", internal=True))
    row = nodes.paragraph(classes=["practical-buttons"])
    for label, url, hint in targets:
        classes = ["sd-btn", "sd-btn-outline-primary"]
        row += _reference(label, url, reftitle=hint, classes=classes)
        row += nodes.Text(" ")
    return [head, row]


def _reference(text: str, url: str, **attributes: Any) -> nodes.reference:
    return nodes.reference("", text, refuri=url, **attributes)


def outdated_practicals(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """章が増えたり減ったり，題名が変わったりしたら，``{practicals}`` の頁も書き直す。"""
    if not is_html(app):
        return []
    listing = [(name, env.titles[name].astext()) for name in chapters(env)]
    if getattr(env, "bookkit_practicals", None) == listing:
        return []
    env.bookkit_practicals = listing  # type: ignore[attr-defined]
    return [
        name
        for name in env.found_docs
        if next(env.get_doctree(name).findall(practicals), None)
    ]


def setup(app: Sphinx) -> None:
    """``{practicals}`` を組み込む。"""
    app.add_node(practicals)
    app.add_directive("practicals", PracticalsDirective)
    app.connect("env-updated", outdated_practicals)
    app.connect("doctree-resolved", fill_practicals)
