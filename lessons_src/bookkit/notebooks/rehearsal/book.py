"""本の全体のリハーサル：どのノートブックを動かすかを決め，結果を記録に残す。"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bookkit.execution.closure import Library
from bookkit.execution.machine import lessons_root
from bookkit.notebooks.addresses import FOLDER
from bookkit.notebooks.rehearsal.record import FILE, load, packages, save
from bookkit.notebooks.rehearsal.run import Notebook, Rehearsed, rehearse

BUILD = "_build"


def rehearse_book(
    root: Path,
    names: Sequence[str] = (),
    *,
    again: bool = False,
    say: Callable[[str], None] = print,
) -> list[str]:
    """できた本のノートブックを動かし，困ったことを並べて返す。結果は記録に残す。

    前に動かしてから，コードも，使う部品も，版も変わっていないノートブックは飛ばす。

    Args:
        root: 本の置き場所。``_build/html`` に本ができていること。
        names: ``attention/cam`` のような章の名前。空ならすべて。
        again: 真なら，変わっていないものも動かす。
        say: 経過を一行ずつ伝える関数。
    """
    file = root / BUILD / FILE
    records = load(file)
    here, library = packages(root), Library(lessons_root(root))
    waiting: list[tuple[Notebook, float | None]] = []
    for notebook in read_notebooks(root / BUILD / "html" / FOLDER, names):
        last = records.get(notebook.chapter.name)
        same = (
            last and last.packages == here and last.is_true_of(notebook.code, library)
        )
        if same and not again:
            say(f"変わりません {notebook.chapter.name}：{last}")
        else:
            waiting.append((notebook, last.seconds if last else None))

    def done(one: Rehearsed) -> None:
        records.pop(one.chapter, None)
        if one.record:
            records[one.chapter] = one.record
        save(file, records)

    found = rehearse(root, waiting, say=say, done=done)
    return [problem for one in found for problem in one.problems]


def rehearse_folder(
    root: Path,
    folder: Path,
    names: Sequence[str] = (),
    *,
    python: str = sys.executable,
    say: Callable[[str], None] = print,
) -> list[str]:
    """``folder`` のノートブックを，別の Python で動かす。記録は残さない。"""
    waiting = [(notebook, None) for notebook in read_notebooks(folder, names)]
    found = rehearse(root, waiting, python=python, say=say)
    return [problem for one in found for problem in one.problems]


def read_notebooks(folder: Path, names: Sequence[str]) -> list[Notebook]:
    """ノートブックを，名前の順に読む。

    Raises:
        FileNotFoundError: ノートブックがないとき。
    """
    found = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for path in sorted(folder.rglob("*.ipynb"))
    }
    missing = [name for name in names if name not in found]
    if missing or not found:
        raise FileNotFoundError(
            f"{folder} に {'，'.join(missing) or 'ノートブック'} がありません。"
            f"先に make book で本を作ってください。ある章: {'，'.join(found) or 'なし'}"
        )
    return [Notebook.read(found[name]) for name in names or found]
