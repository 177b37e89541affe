"""頁を書くときに，ノートブックも書く。"""

from __future__ import annotations

from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookkit.notebooks.addresses import FOLDER, Addresses
from bookkit.notebooks.assemble import assemble
from bookkit.notebooks.markdown.blocks import MarkdownWriter
from bookkit.notebooks.publish import fill_template, write_archive, write_branch
from bookkit.reading import read_chapter


def is_html(app: Sphinx) -> bool:
    """頁を作るビルドか。"""
    return app.builder.format == "html"


def chapters(env: BuildEnvironment) -> list[str]:
    """ノートブックになる文書の名前を，目次の順に返す。"""
    order = dict.fromkeys([*env.collect_relations(), *sorted(env.found_docs)])
    return [name for name in order if "kernelspec" in env.metadata.get(name, {})]


def notebook_path(app: Sphinx, docname: str) -> Path:
    """ノートブックを書く場所。"""
    return Path(app.outdir, FOLDER, Addresses.of(app).file(docname))


def write_notebook(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """解決の済んだ木から，ノートブックを書く。困ったことがあれば，書かずに知らせる。"""
    if not is_html(app) or "kernelspec" not in app.env.metadata[docname]:
        return
    path = notebook_path(app, docname)
    path.unlink(missing_ok=True)  # 失敗したときに，古いものを残さない
    source = Path(app.env.doc2path(docname))
    extensions = app.env.myst_config.enable_extensions  # type: ignore[attr-defined]
    cells = read_chapter(Path(app.srcdir), source, extensions).cells
    shown = {
        node["cell_index"]
        for node in doctree.findall(nodes.container)
        if node.get("nb_element") == "cell_code"
    }
    hidden = {cell.index: cell.fence_line for cell in cells if cell.index not in shown}
    writer = MarkdownWriter(app, docname, hidden)
    pieces = writer.run(doctree)
    if writer.warned:
        return
    addresses = Addresses.of(app)
    install = fill_template(
        "install_cell.txt", parts=addresses.requirement, revision=addresses.revision
    )
    notebook = assemble(
        docname,
        pieces,
        cells,
        page=addresses.site + app.builder.get_target_uri(docname),
        install=install.rstrip(),
    )
    nbformat.validate(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), "utf8")


def missing_notebooks(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """ノートブックのない章。頁と一緒に書き直す。前に失敗した章も，ここに入る。"""
    if not is_html(app):
        return []
    return [name for name in chapters(env) if not notebook_path(app, name).is_file()]


def finish(app: Sphinx, exception: Exception | None) -> None:
    """なくなった章のノートブックを消し，一つにまとめる。"""
    if exception or not is_html(app):
        return
    names = chapters(app.env)
    wanted = {notebook_path(app, name) for name in names}
    for path in Path(app.outdir, FOLDER).rglob("*.ipynb"):
        if path not in wanted:
            path.unlink()
    write_archive(app)
    write_branch(app, names)


def setup(app: Sphinx) -> None:
    """ビルドの節目につなぐ。"""
    app.connect("env-updated", missing_notebooks)
    app.connect("doctree-resolved", write_notebook, priority=900)
    app.connect("build-finished", finish)
