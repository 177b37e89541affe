"""``python -m bookkit gpu``：GPU 用のセルを全規模で実行し，出力を記録する。"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.execution import machine
from bookkit.execution.book import Runner
from bookkit.execution.recordings import FRESH, TooLarge
from bookkit.execution.status import describe

TIMEOUT = 3600
"""全規模の一つのセルに許す秒数。"""


def gpu(root: Path, names: list[str], *, stale_only: bool = False) -> int:
    """GPU 用のセルを全規模で実行し，記録する。

    章を省くと，GPU 用のセルのある章すべてを，一つずつ実行します。
    記録は book/recorded/ に残ります。

    Args:
        root: 本のフォルダー。
        names: 章の名前（``attention/cam``）。空なら，GPU 用のセルのある章すべて。
        stale_only: 記録が新しい章を飛ばす。

    Returns:
        すべて記録できれば 0。
    """
    here = machine.look(root)
    if here.kind != "cuda":
        print(
            "GPU（CUDA）が見つかりません。GPU のある計算機（Colab など）で動かしてください。\n"
            "GPU なしで全規模を計算して記録するなら，環境変数 LESSONS_DEVICE=cuda を付けます"
            "（時間がかかり，頁には CPU で計算したと出ます）。"
        )
        return 1
    chapters = _wanted(root, names)
    if chapters is None:
        return 1
    book = Runner(root, here)
    failed = 0
    for chapter in chapters:
        cells = book.recordings.cells(chapter)
        if stale_only and all(cell.state == FRESH for cell in cells):
            print(f"{chapter.name}：記録は新しいので，実行しません。")
            continue
        print(
            f"{chapter.name}：GPU 用のセルが {len(cells)} つ。{here.name} で実行します。"
        )
        failed += not _record(book, chapter)
    if failed:
        print(f"{failed} 章を記録できませんでした。")
    return int(failed > 0)


def _wanted(root: Path, names: list[str]) -> list[Chapter] | None:
    """実行する章。名前がおかしければ，そう言って ``None``。"""
    marked = {c.name: c for c in Book(root).chapters if c.gpu_cells}
    if not marked:
        print("GPU 用のセルのある章はありません（セルに gpu のタグを付けます）。")
    if not names:
        return list(marked.values())
    unknown = [name for name in names if name not in marked]
    for name in unknown:
        listed = "，".join(marked) or "なし"
        print(f"{name!r} は，GPU 用のセルのある章ではありません。ある章：{listed}")
    return None if unknown else [marked[name] for name in names]


def _record(book: Runner, chapter: Chapter) -> bool:
    """章を実行し，GPU 用のセルの出力を記録する。"""
    timeout = max(TIMEOUT, chapter.timeout or 0)
    state = book.state(replace(chapter, timeout=timeout))
    # GPU のある計算機では，スレッドの数を決めない。
    threads = machine.THREADS if book.machine.simulated else None
    result = book.run([state], side_by_side=1, threads=threads)[chapter.name]
    if failure := result.failure:
        print(f"{chapter.path}:{failure.line}: {failure.what}\n{failure.traceback}")
        return False
    if result.entry is None:
        print(f"{chapter.name}：もう一度動かしてください。")
        return False
    try:
        path = book.recordings.save(chapter, result.entry)
    except TooLarge as error:
        print(error)
        return False
    print(f"記録しました {path.relative_to(book.root)}")
    for cell in book.recordings.cells(chapter):
        print(describe(cell))
    return True
