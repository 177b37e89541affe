"""頁に実行の様子を載せる：GPU 用のセルの但し書き，章の箱の「実行」，状態の表。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from bookkit.chapters import lesson_run
from bookkit.execution import labels
from bookkit.execution.book import Result
from bookkit.execution.reader import LABEL
from bookkit.execution.recordings import FRESH, GpuCell


class execution_status(nodes.General, nodes.Element):
    """状態の表の場所。中身は参照を解くときに作る。"""


class ExecutionStatusDirective(SphinxDirective):
    """``{execution-status}``: すべての章と GPU 用のセルの，実行の状態を表にする。"""

    def run(self) -> list[nodes.Node]:
        _pages(self.env).add(self.env.docname)
        return [execution_status()]


def _pages(env: BuildEnvironment) -> set[str]:
    """状態の表がある頁。"""
    pages: set[str] = env.__dict__.setdefault("bookkit_status_pages", set())
    return pages


def outdated_pages(env: BuildEnvironment, results: dict[str, Result]) -> list[str]:
    """表の中身が変わっていれば，表のある頁の名前。"""
    now = repr([(_measures(result), *_gpu_rows(result)) for result in results.values()])
    before = getattr(env, "bookkit_status", None)
    env.bookkit_status = now  # type: ignore[attr-defined]
    return [] if now == before else sorted(_pages(env) & env.found_docs)


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """読み直す頁のことを忘れる。"""
    _pages(env).discard(docname)


def merge(
    app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment
) -> None:
    """並べて読んだときの覚えを一つにする。"""
    _pages(env).update(_pages(other) & set(docnames))


def add_gpu_labels(app: Sphinx, doctree: nodes.document) -> None:
    """GPU 用のセルの出力の上に，但し書きを置く。"""
    for cell in list(doctree.findall(nodes.container)):
        label = cell.get("cell_metadata", {}).get(LABEL)
        if label is None:
            continue
        note = nodes.paragraph(
            "", label["text"], classes=["gpu-label", f"gpu-label-{label['kind']}"]
        )
        note.source, note.line = cell.source, cell.line
        outputs = [c for c in cell if c.get("nb_element") == "cell_code_output"]
        cell.insert(cell.index(outputs[0]) if outputs else len(cell), note)


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """章の箱の「実行」と，状態の表を埋める。"""
    results: dict[str, Result] = getattr(app, "bookkit_results", {})
    for place in list(doctree.findall(lesson_run)):
        result = results.get(docname)
        text = labels.cost(result) if result else "コードはありません"
        place.replace_self(nodes.paragraph("", text, classes=["lesson-run"]))
    for table in list(doctree.findall(execution_status)):
        table.replace_self(_tables(app, docname, results))


def _tables(
    app: Sphinx, docname: str, results: dict[str, Result]
) -> list[nodes.Element]:
    def link(target: str) -> nodes.Element:
        uri = app.builder.get_relative_uri(docname, target)
        title = app.env.titles[target].astext()
        reference = nodes.reference("", title, refuri=uri, internal=True)
        return nodes.paragraph("", "", reference)

    ordered = sorted(results, key=_order(app.env))
    chapters = [[link(name), *_measures(results[name])] for name in ordered]
    cells = [[link(name), *row] for name in ordered for row in _gpu_rows(results[name])]
    found = [
        nodes.paragraph("", "章ごとの，最後に実行したときの値です。"),
        table(["章", "状態", "秒（CPU）", "メモリー", "装置", "日"], chapters),
        nodes.paragraph(
            "", "GPU 用のセルです。" if cells else "GPU 用のセルはありません。"
        ),
    ]
    if cells:
        head = ["章", "行", "鍵", "状態", "記録した装置", "日", "秒"]
        found.append(table(head, cells))
    return found


def _order(env: BuildEnvironment) -> Any:
    """目次の順。"""
    order: list[str] = []

    def walk(name: str) -> None:
        if name not in order:
            order.append(name)
            for inner in env.toctree_includes.get(name, []):
                walk(inner)

    walk(env.config.root_doc)
    places = {name: number for number, name in enumerate(order)}
    return lambda name: places.get(name, len(places))


def _measures(result: Result) -> list[str]:
    """表の一行：状態，秒，メモリー，装置，日。"""
    if result.failure:
        return ["失敗", "", "", "", ""]
    run = result.run
    assert run is not None
    return [
        "新しい",
        f"{run.cpu_seconds:.1f}",
        labels.size(run.memory),
        run.device_name or run.device,
        run.when[:10],
    ]


def _gpu_rows(result: Result) -> list[list[str]]:
    return [_gpu_row(cell) for cell in result.gpu]


def _gpu_row(cell: GpuCell) -> list[str]:
    state = cell.state
    if state != FRESH:
        state = f"縮小版（{'，'.join([state, *cell.reasons])}）"
    provenance = cell.recording.provenance if cell.recording else None
    where = (
        labels.where(provenance.device_name, provenance.simulated)
        if provenance
        else "－"
    )
    return [
        str(cell.line),
        cell.key[:12],
        state,
        where,
        provenance.date if provenance else "－",
        f"{provenance.seconds:.0f}" if provenance else "－",
    ]


def table(head: list[str], rows: Sequence[Sequence[str | nodes.Node]]) -> nodes.table:
    """見出しの行のある表。"""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.table("", group, classes=["execution-status"])


def _row(cells: Sequence[str | nodes.Node]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        inner = nodes.paragraph("", cell) if isinstance(cell, str) else cell
        row += nodes.entry("", inner)
    return row


def _skip(self: Any, node: nodes.Element) -> None:
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """ディレクティブとイベントをつなぐ。"""
    app.add_node(execution_status, html=(_skip, None), notebook=(_skip, None))
    app.add_directive("execution-status", ExecutionStatusDirective)
    app.connect("doctree-read", add_gpu_labels)
    app.connect("doctree-resolved", fill)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
