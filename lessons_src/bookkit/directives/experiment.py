"""``{visual-search-experiment}``: 視覚探索の実験を，頁の中に置く。

``:model:`` に，モデルの数を渡すセルの名前（``lessons.glue.embed`` に書いた名前）を書く。
実験は素の JavaScript（``theme/static/visual_search_experiment.js``）で動き，記録をどこにも送らない。
スクリプトは，実験のある頁だけが読み込む。
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

NAME = "visual_search_experiment"
BOOKKIT = Path(__file__).parents[1]


class visual_search_experiment(nodes.General, nodes.Element):
    """実験の場所。``model`` に，モデルの数を持つ要素の id を持つ。"""


class ExperimentDirective(SphinxDirective):
    """``{visual-search-experiment}``: 実験を置く。"""

    option_spec: ClassVar[dict[str, Any]] = {"model": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        if "model" not in self.options:
            raise self.error(
                "visual-search-experiment には :model: が要ります。"
                "モデルの数を embed で渡すセルの名前を書いてください。"
            )
        node = visual_search_experiment(model=self.options["model"])
        self.set_source_info(node)
        return [node]


def _load_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """実験のある頁にだけ，スクリプトを読み込ませる。"""
    if doctree is not None and next(doctree.findall(visual_search_experiment), None):
        app.add_js_file(f"{NAME}.js", loading_method="defer")


def _visit_html(self: Any, node: visual_search_experiment) -> None:
    page = (BOOKKIT / "templates" / f"{NAME}.html").read_text("utf8")
    self.body.append(page.replace("@MODEL@", escape(node["model"], quote=True)))
    raise nodes.SkipNode


def _visit_notebook(writer: Any, node: visual_search_experiment) -> None:
    page = writer.app.builder.get_target_uri(writer.docname)
    address = f"{writer.app.config.html_baseurl}{page}"
    writer.block(f"（視覚探索の実験は，[本の頁]({address}) で試せます。）")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx に組み込む。"""
    app.add_node(
        visual_search_experiment,
        html=(_visit_html, None),
        notebook=(_visit_notebook, None),
    )
    app.add_directive("visual-search-experiment", ExperimentDirective)
    app.connect("html-page-context", _load_script, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
