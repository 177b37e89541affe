"""GPU 用のセル：どこでも縮小版が動き，GPU のある計算機では全規模が動く。

``pytest -m gpu`` は全規模を動かす。GPU のない計算機では選ばれず，数だけが表示される。
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.execution import machine
from bookkit.execution.book import Runner

ROOT = Path(__file__).resolve().parents[2]
MARKED = [chapter for chapter in Book(ROOT).chapters if chapter.gpu_cells]
each_chapter = pytest.mark.parametrize("chapter", MARKED, ids=lambda c: c.name)


def run(chapter: Chapter, timeout: int) -> None:
    """章を実行し，GPU 用のセルがすべて終わったことを確かめる。

    同じ鍵の結果があれば，それを使う（コード・部品・重み・版・装置が同じときだけ）。
    """
    book = Runner(ROOT, machine.look(ROOT))
    result = book.results([chapter], timeout)[chapter.name]
    assert result.failure is None, f"{chapter.path}:{result.failure}"
    assert result.run is not None
    for number in chapter.gpu_cells:
        cell = result.cells[number]
        where = f"{chapter.path}:{chapter.cells[number].line}"
        assert cell.count is not None, f"{where}: 実行されていません"
        kinds = {output["output_type"] for output in cell.outputs}
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
def test_reduced_form_runs(chapter: Chapter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LESSONS_DEVICE", "cpu")
    run(chapter, timeout=180)


@pytest.mark.gpu
@each_chapter
def test_full_form_runs(chapter: Chapter) -> None:
    here = machine.look(ROOT)
    assert here.kind == "cuda", "GPU がありません。GPU のある計算機で動かしてください。"
    run(chapter, timeout=3600)
