"""ノートブックを，読者と同じ条件で動かし，困ったことと記録を作る。"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat

from bookkit.chapter import Cell, Chapter
from bookkit.execution.closure import Library
from bookkit.execution.kernel import Outcome
from bookkit.execution.keys import Observed
from bookkit.execution.machine import lessons_root, workers
from bookkit.execution.schedule import Job, run_all
from bookkit.notebooks.assemble import METADATA
from bookkit.notebooks.rehearsal.outputs import problem
from bookkit.notebooks.rehearsal.reader import as_reader
from bookkit.notebooks.rehearsal.record import Record, packages

TIMEOUT = 600
"""一つのセルにかけてよい秒数。"""

WHERE = """\
import platform, torch
from lessons import runtime
on_gpu = runtime.device().type == "cuda"
print([
    platform.python_version(),
    torch.__version__.partition("+")[0],
    torch.cuda.get_device_name() if on_gpu else "CPU",
])
"""
"""最後に動かして，何の上で動いたかを尋ねるコード。"""


@dataclass
class Notebook:
    """リハーサルをするノートブック。"""

    chapter: Chapter
    code: str
    """コードのセルの ``code_digest``。"""

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """できたノートブックから，コードのセルを読む。"""
        found: Any = nbformat.read(path, as_version=4)
        about = found.metadata[METADATA]
        cells = [
            Cell(cell.source, line=_line(cell.id))
            for cell in found.cells
            if cell.cell_type == "code"
        ]
        name = about["chapter"]
        chapter = Chapter(name, Path(f"{name}.md"), (*cells, Cell(WHERE)))
        return cls(chapter, about["code"])


@dataclass
class Rehearsed:
    """ノートブック一つのリハーサルの結果。"""

    chapter: str
    problems: list[str]
    """困ったこと。``ファイル:行: 文``。"""
    record: Record | None = None
    """困ったことが何もないときの記録。"""


def _line(cell_id: str) -> int:
    """セルの名前 ``line-42`` から，原稿の行。``lessons`` を入れるセルは 1 行めとする。"""
    match = re.fullmatch(r"line-(\d+)", cell_id)
    return int(match[1]) if match else 1


def rehearse(
    root: Path,
    notebooks: Sequence[tuple[Notebook, float | None]],
    *,
    python: str = sys.executable,
    timeout: int = TIMEOUT,
    say: Callable[[str], None] = print,
    done: Callable[[Rehearsed], None] = lambda rehearsed: None,
) -> list[Rehearsed]:
    """ノートブックを並べて実行し，結果を ``notebooks`` の順に返す。

    Args:
        root: 本の置き場所。``lessons`` をここから入れ，その後は見えなくする。
        notebooks: ノートブックと，前にかかった秒数（初めてなら ``None``）。
        python: カーネルを動かす Python。
        say: 進み具合を一行ずつ伝える関数。
        done: 一つ終わるたびに呼ぶ関数。
    """
    by_name = {notebook.chapter.name: notebook for notebook, _ in notebooks}
    found: dict[str, Rehearsed] = {}

    def finished(chapter: Chapter, outcome: Outcome) -> None:
        found[chapter.name] = judge(root, by_name[chapter.name], outcome)
        done(found[chapter.name])

    jobs = [Job(one.chapter, expected, timeout) for one, expected in notebooks]
    run_all(root, jobs, workers(), say, finished, place=as_reader(root, python))
    return [found[name] for name in by_name]


def judge(root: Path, notebook: Notebook, outcome: Outcome) -> Rehearsed:
    """実行の結果から，困ったことと記録を作る。"""
    chapter, cells = notebook.chapter, outcome.cells
    if outcome.failure:
        where = f"{chapter.path}:{outcome.failure.line}"
        message = f"{outcome.failure.what}\n{outcome.failure.traceback[-3000:]}"
        return Rehearsed(chapter.name, [f"{where}: {message.strip()}"])
    problems = [
        f"{chapter.path}:{cell.line}: {what}"
        for cell, result in zip(chapter.cells[:-1], cells, strict=False)
        for output in result.outputs
        if (what := problem(output))
    ]
    if problems:
        return Rehearsed(chapter.name, problems)
    said = "".join(str(output["text"]) for output in cells[-1].outputs)
    python, torch, device = ast.literal_eval(said)
    report = outcome.report
    record = Record(
        code=notebook.code,
        date=datetime.now().astimezone().date().isoformat(),
        python=python,
        torch=torch,
        device=device,
        seconds=round(sum(cell.seconds for cell in cells), 1),
        packages=packages(root),
        used=Observed.of(
            Library(lessons_root(root)),
            [*report["files"], *report["modules"]],
            report["folders"],
        ),
    )
    return Rehearsed(chapter.name, [], record)
