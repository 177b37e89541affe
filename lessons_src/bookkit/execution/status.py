"""``python -m bookkit status``：どの章が，なぜ実行し直しになるか。"""

from __future__ import annotations

from pathlib import Path

from bookkit.book import Book
from bookkit.execution import machine, wording
from bookkit.execution.book import Runner
from bookkit.execution.recordings import FRESH, GpuCell


def status(root: Path, *, gpu_only: bool = False) -> int:
    """どの章が，なぜ実行し直しになるかを言う。

    章ごとに，新しいか，何が変わって古いかを言います。

    Args:
        root: 本のフォルダー。
        gpu_only: GPU 用のセルだけを表示し，記録し直すものがあれば 1 を返す。
    """
    book = Runner(root, machine.look(root))
    chapters = Book(root).chapters
    if not gpu_only:
        stale = 0
        for chapter in chapters:
            state = book.state(chapter)
            if state.entry is None:
                stale += 1
                print(f"古い    {chapter.name}：{'，'.join(state.reasons)}")
            else:
                run = state.entry.run
                took, memory = wording.duration(run.seconds), wording.size(run.memory)
                print(f"新しい  {chapter.name}：{took}，{memory}，{run.when[:10]}")
        print(f"\n{len(chapters)} 章のうち，次のビルドで実行するのは {stale} 章です。")
    cells = [cell for c in chapters for cell in book.recordings.cells(c)]
    for cell in cells:
        print(describe(cell))
    if not cells:
        print("GPU 用のセルはありません。")
    return int(gpu_only and any(cell.state != FRESH for cell in cells))


def describe(cell: GpuCell) -> str:
    """GPU 用のセルの状態の一行。"""
    where = f"GPU 用のセル {cell.chapter.name}（{cell.line} 行）"
    if cell.state == FRESH:
        return f"{where}：{wording.of_recording(cell)}"
    return f"{where}：{'，'.join([cell.state, *cell.reasons])} → 縮小版を載せます"
