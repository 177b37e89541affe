"""``{execution-status}``: すべての章と GPU 用のセルの，実行の状態を表にする。"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookkit.book import Book
from bookkit.directives.filled_later import outdated_when_changed
from bookkit.execution import wording
from bookkit.execution.book import Result
from bookkit.execution.recordings import FRESH, GpuCell

NAME = "execution-status"
CHAPTERS = ("章", "状態", "秒（CPU）", "メモリー", "装置", "日")
GPU_CELLS = ("章", "行", "鍵", "状態", "記録した装置", "日", "秒")


class ExecutionStatusDirective(SphinxDirective):
    """``{execution-status}``: 章の表と，GPU 用のセルの表。"""

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname][NAME] = True
        chapters, cells = _rows(self.env.app)
        text = [
            "章ごとの，最後に実行したときの値です。",
            _table(CHAPTERS, chapters),
            "GPU 用のセルです。" if cells else "GPU 用のセルはありません。",
            *([_table(GPU_CELLS, cells)] if cells else []),
        ]
        content = self.parse_text_to_nodes("\n\n".join(text))
        for table in content:
            if isinstance(table, nodes.table):
                table["classes"] = [NAME]
        return content


def _table(head: Sequence[str], rows: list[list[str]]) -> str:
    """Markdown の表。"""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(app: Sphinx) -> tuple[list[list[str]], list[list[str]]]:
    """二つの表の行。目次の順。どの行も，章へのリンクから始まる。"""
    results: dict[str, Result] = getattr(app, "bookkit_results", {})
    order = dict.fromkeys([one.docname for one in Book(Path(app.srcdir)).toc])
    links = {
        f"{{doc}}`/{name}`": results[name]
        for name in order | dict.fromkeys(results)
        if name in results
    }
    chapters = [[link, *_measures(result)] for link, result in links.items()]
    cells = [
        [link, *_gpu_cell(cell)]
        for link, result in links.items()
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
    if cell.recording is None or cell.recorded is None:
        return [*row, "－", "－", "－"]
    found = cell.recording.run
    place = wording.where(found.device_name, found.simulated)
    return [*row, place, found.when[:10], f"{cell.recorded.seconds:.0f}"]


def setup(app: Sphinx) -> None:
    """Sphinx に組み込む。"""
    app.add_directive(NAME, ExecutionStatusDirective)
    outdated_when_changed(app, "env-get-outdated", NAME, _rows)
