"""できた本のノートブックを，読者と同じ条件で動かす。結果は本の実行とは別の所に残す。"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import nbformat

from bookkit.arguments import UsageError
from bookkit.chapter import Cell, Chapter
from bookkit.execution import keys
from bookkit.execution.book import Result, Runner, State
from bookkit.execution.cache import Cache, Entry
from bookkit.execution.machine import Machine, lessons_root, pins
from bookkit.execution.outcome import Failure, Outcome
from bookkit.execution.trace import Stamps
from bookkit.execution.workplace import Workplace
from bookkit.notebooks.addresses import FOLDER
from bookkit.notebooks.assemble import METADATA
from bookkit.notebooks.rehearsal.outputs import problem
from bookkit.notebooks.rehearsal.reader import as_reader

KEPT = ".rehearsal"
"""``_build`` の中の，結果のフォルダーの名前。"""
TIMEOUT = 600
"""一つのセルにかけてよい秒数。"""
WHERE = """\
import platform, torch
from lessons import runtime
on_gpu = runtime.device().type == "cuda"
device = torch.cuda.get_device_name() if on_gpu else "CPU"
version = torch.__version__.partition("+")[0]
print(f"Python {platform.python_version()}・torch {version}・{device}", end="")
"""
"""最後に動かして，何の上で動いたかを尋ねるコード。"""


def read_notebook(path: Path) -> Chapter:
    """できたノートブックから，コードのセルを読む。

    行は，セルの名前 ``line-42`` から分かる（``lessons`` を入れるセルは 1 行めとする）。
    """
    found: Any = nbformat.read(path, as_version=4)
    cells = [
        Cell(cell.source, line=int(line[1]) if line else 1)
        for cell in found.cells
        if cell.cell_type == "code"
        for line in [re.fullmatch(r"line-(\d+)", cell.id)]
    ]
    name = found.metadata[METADATA]["chapter"]
    return Chapter(name, Path(f"{name}.md"), (*cells, Cell(WHERE)))


def read_notebooks(folder: Path, names: Sequence[str]) -> list[Chapter]:
    """ノートブックを，名前の順に読む。

    Raises:
        UsageError: ノートブックがないとき。
    """
    found = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for path in sorted(folder.rglob("*.ipynb"))
    }
    missing = [name for name in names if name not in found]
    if missing or not found:
        raise UsageError(
            f"{folder} に {'，'.join(missing) or 'ノートブック'} がありません。"
            f"先に make book で本を作ってください。ある章: {'，'.join(found) or 'なし'}"
        )
    return [read_notebook(found[name]) for name in names or found]


class Rehearsal(Runner):
    """読者と同じ条件での実行。困ったことが何もなかった結果だけを残す。

    Args:
        root: 本の置き場所。``lessons`` をここから入れる。
        kept: 結果を残すフォルダー。
        python: カーネルを動かす Python。
    """

    def __init__(
        self,
        root: Path,
        kept: Path,
        say: Callable[[str], None] = print,
        python: str = sys.executable,
    ) -> None:
        super().__init__(root, Machine(pins=pins(root)), say, kept)
        self.python = python
        self.problems: dict[str, list[str]] = {}
        """章ごとの困ったこと。``ファイル:行: 文``。"""

    def place(self, threads: int | None) -> AbstractContextManager[Workplace]:
        """読者と同じ条件の場所。"""
        return as_reader(self.root, self.python)

    def keep(self, state: State, outcome: Outcome, before: Stamps) -> Result:
        """困ったことを調べてから残す。あれば，前の結果も消す。出力は残さない。"""
        found = problems(state.chapter, outcome)
        self.problems[state.chapter.name] = found
        if found:
            self.cache.forget(state.chapter.name)
            outcome.failure = outcome.failure or Failure(-1, 1, found[0])
        for cell in outcome.cells[:-1]:
            cell.outputs.clear()
        return super().keep(state, outcome, before)


def sentence(root: Path, kept: Path, chapter: Chapter) -> str:
    """章のいまのコードと部品を，最後まで動かした結果の文。なければ空。"""
    lessons, cells = lessons_root(root), keys.components(chapter, Machine()).cells
    for entry in Cache(kept).entries(chapter.name):
        if entry.components.cells == cells and not entry.trace.changes(lessons):
            return describe(entry)
    return ""


def describe(entry: Entry) -> str:
    """いつ，何の上で，何秒で動いたか。"""
    where = entry.cells[-1].outputs[0]["text"]
    seconds = max(1, round(sum(cell.seconds for cell in entry.cells)))
    return f"{entry.run.when[:10]}・{where}・{seconds} 秒"


def problems(chapter: Chapter, outcome: Outcome) -> list[str]:
    """途中で止まったわけか，読者を困らせる出力。"""
    if outcome.failure:
        where = f"{chapter.path}:{outcome.failure.line}"
        message = f"{outcome.failure.what}\n{outcome.failure.traceback[-3000:]}"
        return [f"{where}: {message.strip()}"]
    return [
        f"{chapter.path}:{cell.line}: {what}"
        for cell, result in zip(chapter.cells[:-1], outcome.cells, strict=False)
        for output in result.outputs
        if (what := problem(output))
    ]


def rehearse(
    root: Path,
    names: Sequence[str] = (),
    *,
    again: bool = False,
    folder: Path | None = None,
    python: str | None = None,
    timeout: int = TIMEOUT,
    say: Callable[[str], None] = print,
) -> list[str]:
    """ノートブックを動かし，困ったことを並べて返す。

    前に動かしてから，コードも，使う部品も，版も変わっていないノートブックは飛ばす。

    Args:
        root: 本の置き場所。``_build/html`` に本ができていること。
        names: ``attention/cam`` のような章の名前。空ならすべて。
        again: 真なら，変わっていないものも動かす。
        folder: 渡せば，ここのノートブックを動かし，結果を残さない。
        python: 渡せば，この Python で動かし，結果を残さない。
        timeout: 一つのセルにかけてよい秒数。
        say: 経過を一行ずつ伝える関数。
    """
    build = root / "_build"
    chapters = read_notebooks(folder or build / "html" / FOLDER, names)
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch) if folder or python else build / KEPT
        rehearsal = Rehearsal(root, kept, say, python or sys.executable)
        waiting = []
        for chapter in chapters:
            state = rehearsal.state(chapter)
            if state.entry and not again:
                say(f"変わりません {chapter.name}：{describe(state.entry)}")
            else:
                waiting.append(state)
        rehearsal.run(waiting, timeout=timeout)
    found = rehearsal.problems
    return [what for chapter in chapters for what in found.get(chapter.name, [])]
