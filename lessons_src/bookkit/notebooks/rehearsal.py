"""リハーサル：できたノートブックを，読者の Colab と同じ条件で，一つずつ実行する。

- 部品は，置き場所（リポジトリー）からではなく，別の場所に本当に入れたものを使う。
- ノートブックごとに，新しいカーネルと空のフォルダーを使う。
- カーネルの中から置き場所のファイルを開こうとすると，その場で止まる（``guard``）。
- 本を作ったときの実行結果は使わない。

結果は ``_build/.rehearsal.json`` に残り，頁の「動作確認」になる（``badge``）。
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat

from bookkit.chapter import Cell, Chapter
from bookkit.execution.kernel import Outcome, Workplace, workplace
from bookkit.execution.machine import THREADS, lessons_root, pins, workers
from bookkit.execution.schedule import Job, run_all
from bookkit.execution.trace import Trace
from bookkit.notebooks import guard, outputs
from bookkit.notebooks.assemble import METADATA
from bookkit.notebooks.record import Record

TIMEOUT = 600
"""一つのセルにかけてよい秒数。"""

PROBE = """\
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

    path: Path
    chapter: Chapter
    code: str
    """コードの鍵。"""

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
        source = Path(f"{name}.md")
        return cls(path, Chapter(name, source, (*cells, Cell(PROBE))), about["code"])


@dataclass
class Performance:
    """ノートブック一つのリハーサルの結果。"""

    chapter: str
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    """困ったこと。``ファイル:行: 文``。"""
    record: Record | None = None
    """困ったことが何もないときの記録。"""


def _line(cell_id: str) -> int:
    """セルの名前 ``line-42`` から，原稿の行。準備のセルは 1 行めとする。"""
    match = re.fullmatch(r"line-(\d+)", cell_id)
    return int(match[1]) if match else 1


def install_parts(root: Path, target: Path) -> None:
    """部品を ``target`` に入れる。編集用の入れ方ではなく，配るときと同じ入れ方をする。

    Raises:
        RuntimeError: 入れられないとき。
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy2(root / name, source)
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(root / "lessons_src", source / "lessons_src", ignore=ignore)
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps"]
        command += ["--no-build-isolation", "--disable-pip-version-check"]
        done = subprocess.run(
            [*command, "--target", str(target), str(source)],
            capture_output=True,
            text=True,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        )
    if done.returncode:
        raise RuntimeError(f"部品を入れられません。\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def stage(root: Path, python: str = sys.executable) -> Iterator[Workplace]:
    """部品を入れ，置き場所と使う人の設定を見えなくした，カーネルの場所を作る。"""
    with tempfile.TemporaryDirectory(prefix="parts-") as name:
        parts = Path(name)
        install_parts(root, parts)
        with workplace(root, lessons=parts) as place:
            hidden = ("PYTHON", "IPYTHON", "JUPYTER", "MPL", "LESSONS_", "GITHUB_")
            kept = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
            site = place.folder / "site"
            paths = [str(site), str(guard.folder(place.folder)), str(parts)]
            env = kept | {
                "PYTHONPATH": os.pathsep.join(paths),
                "PYTHONDONTWRITEBYTECODE": "1",
                "BOOKKIT_LESSONS": place.env["BOOKKIT_LESSONS"],
                "IPYTHONDIR": place.env["IPYTHONDIR"],
                "MPLCONFIGDIR": str(place.folder / "matplotlib"),
                "OMP_NUM_THREADS": str(THREADS),
                guard.FORBIDDEN: str(root.resolve()),
            }
            yield Workplace(place.folder, env, python)


def rehearse(
    root: Path,
    notebooks: Sequence[tuple[Notebook, float | None]],
    *,
    python: str = sys.executable,
    timeout: int = TIMEOUT,
    say: Callable[[str], None] = print,
    done: Callable[[Performance], None] = lambda performance: None,
) -> list[Performance]:
    """ノートブックを並べて実行し，結果を ``notebooks`` の順に返す。

    Args:
        root: 本の置き場所。部品をここから入れ，その後は見えなくする。
        notebooks: ノートブックと，前にかかった秒数（初めてなら ``None``）。
        python: カーネルを動かす Python。
        say: 進み具合を一行ずつ伝える関数。
        done: 一つ終わるたびに呼ぶ関数。
    """
    by_name = {notebook.chapter.name: notebook for notebook, _ in notebooks}
    found: dict[str, Performance] = {}

    def finished(chapter: Chapter, outcome: Outcome) -> None:
        performance = judge(root, by_name[chapter.name], outcome)
        found[chapter.name] = performance
        done(performance)

    jobs = [Job(one.chapter, expected, timeout) for one, expected in notebooks]
    run_all(root, jobs, workers(), say, finished, place=stage(root, python))
    return [found[name] for name in by_name]


def packages(root: Path) -> str:
    """いま入っている Python とパッケージの版を表す短い文字列。"""
    return hashlib.sha256(repr(sorted(pins(root).items())).encode()).hexdigest()[:16]


def judge(root: Path, notebook: Notebook, outcome: Outcome) -> Performance:
    """実行の結果から，困ったことと記録を作る。"""
    chapter, cells = notebook.chapter, outcome.cells
    seconds = round(sum(cell.seconds for cell in cells), 1)
    performance = Performance(chapter.name, seconds)
    if outcome.failure:
        where = f"{chapter.path}:{outcome.failure.line}"
        message = f"{outcome.failure.what}\n{outcome.failure.traceback[-3000:]}"
        performance.problems.append(f"{where}: {message.strip()}")
        return performance
    for cell, result in zip(chapter.cells[:-1], cells, strict=False):
        for output in result.outputs:
            problem = outputs.problem(output)
            if problem:
                performance.problems.append(f"{chapter.path}:{cell.line}: {problem}")
    if not performance.problems:
        said = "".join(str(output["text"]) for output in cells[-1].outputs)
        python, torch, device = ast.literal_eval(said)
        performance.record = Record(
            code=notebook.code,
            date=datetime.now().astimezone().date().isoformat(),
            python=python,
            torch=torch,
            device=device,
            seconds=seconds,
            packages=packages(root),
            trace=Trace.of(lessons_root(root), outcome.report["trace"]),
        )
    return performance
