"""頁を書くときに，ノートブックも書く。"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookkit.chapter import Cell
from bookkit.notebooks.assemble import Chapter, assemble
from bookkit.notebooks.components import MarkdownWriter
from bookkit.notebooks.outputs import is_glue
from bookkit.notebooks.places import FOLDER, Places
from bookkit.notebooks.publish import write_archive, write_branch
from bookkit.notebooks.setup_cell import setup_code
from bookkit.notebooks.writer import HiddenCells
from bookkit.reading import read_chapter


def is_html(app: Sphinx) -> bool:
    """頁を作るビルドか。"""
    return app.builder.format == "html"


def chapters(env: BuildEnvironment) -> list[str]:
    """ノートブックになる文書の名前を，目次の順に返す。"""
    order: dict[str, None] = {}

    def walk(name: str) -> None:
        if name not in order:
            order[name] = None
            for child in env.toctree_includes.get(name, []):
                walk(child)

    for name in [env.config.root_doc, *sorted(env.found_docs)]:
        walk(name)
    return [name for name in order if "kernelspec" in env.metadata.get(name, {})]


def notebook_path(app: Sphinx, docname: str) -> Path:
    """ノートブックを書く場所。"""
    return Path(app.outdir, FOLDER, Places.of(app).file(docname))


def write_notebook(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """解決の済んだ木から，ノートブックを書く。困ったことがあれば，書かずに知らせる。"""
    if not is_html(app) or "kernelspec" not in app.env.metadata[docname]:
        return
    path = notebook_path(app, docname)
    path.unlink(missing_ok=True)  # 失敗したときに，古いものを残さない
    source = Path(app.env.doc2path(docname))
    extensions = app.env.myst_config.enable_extensions  # type: ignore[attr-defined]
    cells = read_chapter(Path(app.srcdir), source, extensions).cells
    writer = MarkdownWriter(app, docname, _hidden(cells, doctree))
    pieces = writer.run(doctree)
    if writer.warned:
        return
    places = Places.of(app)
    chapter = Chapter(
        docname=docname,
        page=places.site + app.builder.get_target_uri(docname),
        cells=cells,
        setup=setup_code(places.repository, places.revision),
        outputs=_outputs(app, docname) if app.config.notebook_keep_outputs else {},
    )
    notebook = assemble(pieces, chapter)
    nbformat.validate(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), "utf8")


def _hidden(cells: Sequence[Cell], doctree: nodes.document) -> HiddenCells:
    """頁の木に現れないセル。"""
    shown = {
        node["cell_index"]
        for node in doctree.findall(nodes.container)
        if node.get("nb_element") == "cell_code"
    }
    return HiddenCells({c.index: c.fence_line for c in cells if c.index not in shown})


def _outputs(app: Sphinx, docname: str) -> dict[int, list[Any]]:
    """ビルドのときの出力を，セルの番号で引けるようにする。"""
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"
    cells = json.loads(executed.read_text("utf8"))["cells"]
    found = nbformat.from_dict(cells)
    return {
        index: [output for output in cell.outputs if not is_glue(output)]
        for index, cell in enumerate(found)
        if cell.cell_type == "code"
    }


def missing_notebooks(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """ノートブックのない章。頁と一緒に書き直す。前に失敗した章も，ここに入る。"""
    if not is_html(app):
        return []
    return [name for name in chapters(env) if not notebook_path(app, name).is_file()]


def finish(app: Sphinx, exception: Exception | None) -> None:
    """なくなった章のノートブックと，テーマが作る生の写しを消し，一つにまとめる。"""
    if exception or not is_html(app):
        return
    folder = Path(app.outdir, FOLDER)
    names = chapters(app.env)
    wanted = {notebook_path(app, name) for name in names}
    for path in folder.rglob("*.ipynb"):
        if path not in wanted:
            path.unlink()
    for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
        path.unlink()
    write_archive(app)
    write_branch(app, names)


def setup(app: Sphinx) -> None:
    """ビルドの節目につなぐ。"""
    app.connect("env-updated", missing_notebooks)
    app.connect("doctree-resolved", write_notebook, priority=900)
    app.connect("build-finished", finish)
