"""``python -m bookkit rehearse``：できたノートブックを，読者と同じ条件で動かしてみる。"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

from bookkit.notebooks import record
from bookkit.notebooks.assemble import METADATA
from bookkit.notebooks.oldest import oldest
from bookkit.notebooks.places import FOLDER
from bookkit.notebooks.rehearsal import Outcome, rehearse

BUILD = "_build"


def packages(root: Path) -> str:
    """いま入っている Python とパッケージの版を表す短い文字列。"""
    names = [row.partition("==")[0] for row in oldest(root / "pyproject.toml")]
    versions = [f"{name} {metadata.version(name)}" for name in names]
    text = "\n".join([platform.python_version(), *versions])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def rehearse_book(
    root: Path,
    names: Sequence[str] = (),
    *,
    again: bool = False,
    report: Callable[[str], None] = print,
) -> list[str]:
    """できた本のノートブックを動かし，困ったことを並べて返す。結果は記録に残す。

    Args:
        root: 本の置き場所。``_build/html`` に本ができていること。
        names: ``attention/cam`` のような章の名前。空ならすべて。
        again: 真なら，記録が今のコードのものでも動かす。
        report: 経過を一行ずつ伝える関数。
    """
    paths = find_notebooks(root / BUILD / "html" / FOLDER, names)
    file = root / BUILD / record.FILE
    records = record.load(file)
    here = packages(root)
    waiting: list[tuple[float, Path]] = []
    for path in paths:
        about = json.loads(path.read_text("utf8"))["metadata"][METADATA]
        last = records.get(about["chapter"])
        if last and (last.code, last.packages) == (about["code"], here) and not again:
            report(f"{about['chapter']}: 前のリハーサルのまま（{last}）")
        else:
            waiting.append((last.seconds if last else float("inf"), path))
    waiting.sort(key=lambda pair: -pair[0])  # 長いものから始める

    def finished(outcome: Outcome) -> None:
        said = "困ったことがあります" if outcome.problems else "動きました"
        report(f"{outcome.chapter}: {said}（{outcome.seconds:.0f} 秒）")
        records.pop(outcome.chapter, None)
        if outcome.record:
            records[outcome.chapter] = outcome.record.made_with(here)
        record.save(file, records)

    outcomes = rehearse(
        root, [path for _, path in waiting], jobs=cores(), report=finished
    )
    return [problem for outcome in outcomes for problem in outcome.problems]


def find_notebooks(folder: Path, names: Sequence[str]) -> list[Path]:
    """ノートブックの場所を，名前の順に返す。

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
    return [found[name] for name in names or found]


def cores() -> int:
    """使える核の数。"""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
