"""GPU 用のセル：どこでも縮小版が動き，GPU のある計算機では全規模が動く。

縮小版は，本を作ったときの結果を読む（章をもう一度は動かさない）。
``pytest -m gpu`` は全規模を動かす。GPU のない計算機では選ばれず，数だけが表示される。
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.execution import machine
from bookkit.execution.book import CACHE_FOLDER, Runner

from .conftest import executed

ROOT = Path(__file__).resolve().parents[2]
MARKED = [chapter for chapter in Book(ROOT).chapters if chapter.gpu_cells]
each_chapter = pytest.mark.parametrize("chapter", MARKED, ids=lambda c: c.name)


def check(chapter: Chapter, number: int, count: int | None, outputs: Any) -> None:
    """GPU 用のセルが最後まで動き，何かを出力したことを確かめる。"""
    where = f"{chapter.path}:{chapter.cells[number].line}"
    assert count is not None, f"{where}: 実行されていません"
    kinds = {output["output_type"] for output in outputs}
    assert "error" not in kinds, where
    assert kinds, f"{where}: 何も出力していません"


def test_there_are_marked_cells() -> None:
    assert len(MARKED) >= 2, "GPU 用のセルのある章が二つありません"


@each_chapter
def test_sizes_come_from_the_budget(chapter: Chapter) -> None:
    """GPU 用のセルか，その前のセルが，規模を budget で決めている。"""
    last = max(chapter.gpu_cells)
    code = "\n".join(cell.source for cell in chapter.cells[: last + 1])
    assert "budget(" in code


@each_chapter
def test_the_book_ran_every_marked_cell(chapter: Chapter) -> None:
    notebook = executed(f"book/{chapter.name}")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number in chapter.gpu_cells:
        check(chapter, number, code[number].execution_count, code[number].outputs)


@pytest.mark.gpu
@each_chapter
def test_full_form_runs(chapter: Chapter, tmp_path: Path) -> None:
    """全規模が動く。

    記録したばかりの結果（同じ鍵）があれば，それを読む。なければ，本の結果の置き場所には
    書かずに，写しの中で動かす。
    """
    here = machine.look(ROOT)
    assert here.kind == "cuda", "GPU がありません。GPU のある計算機で動かしてください。"
    kept, copy = ROOT / "_build" / CACHE_FOLDER, tmp_path / CACHE_FOLDER
    if kept.is_dir():
        shutil.copytree(kept, copy)
    result = Runner(ROOT, here, cache=copy).results([chapter], 3600)[chapter.name]
    assert result.failure is None, f"{chapter.path}:{result.failure}"
    assert result.run is not None
    for number in chapter.gpu_cells:
        check(chapter, number, result.cells[number].count, result.cells[number].outputs)
