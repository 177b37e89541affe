"""``{execution-status}``: すべての章と GPU 用のセルの，実行の状態を表にする。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from bookkit.directives.filled_later import (
    add_place,
    filled_later,
    rewrite_when_changed,
)
from bookkit.execution import wording
from bookkit.execution.book import Result
from bookkit.execution.recordings import FRESH, GpuCell

NAME = "execution-status"
CHAPTERS = ("章", "状態", "秒（CPU）", "メモリー", "装置", "日")
GPU_CELLS = ("章", "行", "鍵", "状態", "記録した装置", "日", "秒")


class execution_status(filled_later):
    """状態の表の場所。"""


def _results(app: Sphinx) -> dict[str, Result]:
    """章の実行の結果を，目次の順に返す。"""
    results: dict[str, Result] = getattr(app, "bookkit_results", {})
    order = dict.fromkeys([*app.env.collect_relations(), *results])
    return {name: results[name] for name in order if name in results}


def _rows(app: Sphinx) -> tuple[list[list[str]], list[list[str]]]:
    """二つの表の行。どの行も，文書の名前から始まる。"""
    results = _results(app)
    chapters = [[name, *_measures(result)] for name, result in results.items()]
    cells = [
        [name, *_gpu_cell(cell)]
        for name, result in results.items()
        for cell in result.gpu
    ]
    return chapters, cells


def _measures(result: Result) -> list[str]:
    """状態，秒，メモリー，装置，日。"""
    if result.failure:
        return ["失敗", "", "", "", ""]
    run = result.run
    assert run is not None
    return [
        "新しい",
        f"{run.cpu_seconds:.1f}",
        wording.size(run.memory),
        run.device_name or run.device,
        run.when[:10],
    ]


def _gpu_cell(cell: GpuCell) -> list[str]:
    """行，鍵，状態，記録した装置，日，秒。"""
    state = cell.state
    if state != FRESH:
        state = f"縮小版（{'，'.join([state, *cell.reasons])}）"
    row = [str(cell.line), cell.key[:12], state]
    if cell.recording is None:
        return [*row, "－", "－", "－"]
    found = cell.recording.run
    place = wording.where(found.device_name, found.simulated)
    return [*row, place, found.when[:10], f"{found.seconds:.0f}"]


def _tables(app: Sphinx, place: filled_later, docname: str) -> list[nodes.Node]:
    chapters, cells = _rows(app)
    text = "GPU 用のセルです。" if cells else "GPU 用のセルはありません。"
    tables: list[nodes.Node] = [
        nodes.paragraph("", "章ごとの，最後に実行したときの値です。"),
        _table(app, docname, CHAPTERS, chapters),
        nodes.paragraph("", text),
    ]
    return [*tables, _table(app, docname, GPU_CELLS, cells)] if cells else tables


def _table(
    app: Sphinx, docname: str, head: Sequence[str], rows: list[list[str]]
) -> nodes.table:
    """見出しの行のある表。初めの欄は，文書へのリンクにする。"""

    def link(name: str) -> nodes.reference:
        uri = app.builder.get_relative_uri(docname, name)
        title = app.env.titles[name].astext()
        return nodes.reference("", title, refuri=uri, internal=True)

    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", _row(map(nodes.Text, head)))
    body = ([link(name), *map(nodes.Text, rest)] for name, *rest in rows)
    group += nodes.tbody("", *map(_row, body))
    return nodes.table("", group, classes=[NAME])


def _row(contents: Any) -> nodes.row:
    cells = (nodes.paragraph("", "", content) for content in contents)
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx に組み込む。"""
    add_place(app, NAME, execution_status, _tables)
    rewrite_when_changed(app, NAME, _rows)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
