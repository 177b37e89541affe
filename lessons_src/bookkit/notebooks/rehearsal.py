"""リハーサル：できたノートブックを，読者の Colab と同じ条件で，一つずつ実行する。

- 部品は，置き場所（リポジトリー）からではなく，別の場所に本当に入れたものを使う。
- ノートブックごとに，新しいカーネルと空のフォルダーを使う。
- カーネルの中から置き場所のファイルを開こうとすると，その場で止まる（``guard``）。

結果は ``_build/.rehearsal.json`` に残り，頁の「動作確認」になる（``badge``）。
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode

from bookkit.notebooks import guard
from bookkit.notebooks.record import Record

TIMEOUT = 600
"""一つのセルにかけてよい時間（秒）。"""
WIDEST = 79
"""出力の一行の幅の上限（半角で数える）。電話の Colab で横に送らずに読める。"""

PROBE = """\
import json, platform, sys
import lessons, torch
from lessons import runtime
cuda = runtime.device().type == "cuda"
print(json.dumps({
    "python": platform.python_version(),
    "torch": torch.__version__.partition("+")[0],
    "device": torch.cuda.get_device_name() if cuda else "CPU",
    "lessons": lessons.__file__,
}))
"""
"""最後に動かして，何で動いたかを尋ねるコード。"""


@dataclass
class Outcome:
    """ノートブック一つのリハーサルの結果。"""

    chapter: str
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    record: Record | None = None


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


def kernel_environment(root: Path, parts: Path, scratch: Path) -> dict[str, str]:
    """カーネルの環境変数。置き場所と，使う人の設定を見えなくする。"""
    hidden = ("PYTHON", "IPYTHON", "JUPYTER", "LESSONS_", "GITHUB_", "MPL")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(guard.folder(scratch)), str(parts)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        guard.FORBIDDEN: str(root.resolve()),
        "IPYTHONDIR": str(scratch / "ipython"),
        "MPLCONFIGDIR": str(scratch / "matplotlib"),
        "OMP_NUM_THREADS": "1",
    }


async def _run(
    path: Path, environment: Mapping[str, str], folder: Path, timeout: float
) -> Outcome:
    """ノートブック一つを実行する。"""
    notebook = nbformat.read(path, as_version=4)
    metadata = notebook.metadata["bookkit"]
    outcome = Outcome(metadata["chapter"])
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE, id="probe"))
    current: list[NotebookNode] = []
    started: list[float] = []

    def begin(cell: NotebookNode, cell_index: int) -> None:
        current.append(cell)
        started.append(time.monotonic())

    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=begin,
    )
    try:
        await client.async_execute(env=dict(environment))
    except CellTimeoutError:
        outcome.problems.append(
            f"{_place(outcome, current[-1])}: セルが {timeout:.0f} 秒で終わりません。"
        )
    except CellExecutionError:
        outcome.problems.append(
            f"{_place(outcome, current[-1])}: {_error(current[-1])}"
        )
    outcome.seconds = time.monotonic() - started[0]
    if not outcome.problems:
        outcome.problems += [p for cell in cells for p in _odd_outputs(outcome, cell)]
    if not outcome.problems:
        said: dict[str, Any] = _answer(notebook.cells[-1])
        when = datetime.now(timezone.utc).astimezone()
        outcome.record = Record(
            code=metadata["code"],
            date=when.date().isoformat(),
            python=said["python"],
            torch=said["torch"],
            device=said["device"],
            seconds=round(outcome.seconds, 1),
        )
    return outcome


def _answer(cell: NotebookNode) -> dict[str, Any]:
    return json.loads("".join(output.text for output in cell.outputs))


def _place(outcome: Outcome, cell: NotebookNode) -> str:
    """セルの場所を ``ファイル:行`` で言う。"""
    line = re.fullmatch(r"line-(\d+)", cell.id)
    where = f"{outcome.chapter}.md"
    return f"{where}:{line[1]}" if line else f"{where}（{cell.id} のセル）"


def _error(cell: NotebookNode) -> str:
    """エラーの名前と，終わりの方の経過。"""
    error = next(o for o in cell.outputs if o.output_type == "error")
    trace = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    return f"{error.ename}: {error.evalue}\n{trace[-3000:]}"


def _odd_outputs(outcome: Outcome, cell: NotebookNode) -> list[str]:
    """エラーではないが，読者を困らせる出力：警告の赤い文字，画面より広い出力。"""
    found = []
    for output in cell.outputs:
        data = output.get("data", {})
        text = output.get("text", "") or data.get("text/plain", "")
        svg = data.get("image/svg+xml", "")
        if output.get("name") == "stderr":
            found.append(f"警告が出ます：{text.strip()[:300]}")
        elif svg and "max-width" not in svg[: svg.index(">")]:
            found.append(
                "図が画面の幅に縮みません。figures.show(fig) で見せてください。"
            )
        elif (
            not svg
            and (wide := max(map(_columns, text.splitlines()), default=0)) > WIDEST
        ):
            found.append(
                f"出力の一行が半角 {wide} 字分あります。電話で読めるように，"
                f"{WIDEST} 字分までにしてください。"
            )
    return [f"{_place(outcome, cell)}: {problem}" for problem in found]


def _columns(line: str) -> int:
    """一行の幅（半角で数える）。"""
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line)


def rehearse(
    root: Path,
    paths: Sequence[Path],
    *,
    jobs: int,
    timeout: float = TIMEOUT,
    report: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """ノートブックを並べて実行し，結果を ``paths`` の順に返す。

    Args:
        root: 本の置き場所。部品をここから入れ，その後は見えなくする。
        paths: ノートブックの場所。
        jobs: 同時に実行する数。
        report: 一つ終わるたびに呼ぶ関数。
    """

    async def everything(scratch: Path) -> list[Outcome]:
        environment = kernel_environment(root, scratch / "parts", scratch)
        free = asyncio.Semaphore(jobs)

        async def one(path: Path) -> Outcome:
            async with free:
                with tempfile.TemporaryDirectory(dir=scratch) as folder:
                    outcome = await _run(path, environment, Path(folder), timeout)
            report(outcome)
            return outcome

        return await asyncio.gather(*map(one, paths))

    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        install_parts(root, Path(folder) / "parts")
        return asyncio.run(everything(Path(folder)))
