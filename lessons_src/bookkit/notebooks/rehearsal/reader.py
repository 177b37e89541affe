"""読者と同じ条件の場所：本当に入れた ``lessons`` と，空のフォルダー。"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bookkit.execution.machine import THREADS
from bookkit.execution.workplace import Workplace, workplace

HIDDEN = ("PYTHON", "IPYTHON", "JUPYTER", "MPL", "LESSONS_", "GITHUB_")
"""読者の所にはない環境変数の，名前の始まり。"""


def install_lessons(root: Path, target: Path) -> None:
    """``lessons`` を ``target`` に入れる。編集用ではなく，配るときと同じ入れ方をする。

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
        raise RuntimeError(f"lessons を入れられません。\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def as_reader(root: Path, python: str = sys.executable) -> Iterator[Workplace]:
    """``lessons`` を入れ，使う人の設定に左右されない，カーネルの場所を作る。"""
    with tempfile.TemporaryDirectory(prefix="lessons-") as name:
        lessons = Path(name)
        install_lessons(root, lessons)
        with workplace(root, lessons=lessons) as place:
            paths = (place.folder / "site", lessons)
            kept = {k: v for k, v in os.environ.items() if not k.startswith(HIDDEN)}
            env = kept | {
                "PYTHONPATH": os.pathsep.join(map(str, paths)),
                "PYTHONDONTWRITEBYTECODE": "1",
                "IPYTHONDIR": place.env["IPYTHONDIR"],
                "BOOKKIT_LESSONS": place.env["BOOKKIT_LESSONS"],
                "MPLCONFIGDIR": str(place.folder / "matplotlib"),
                "OMP_NUM_THREADS": str(THREADS),
            }
            yield Workplace(place.folder, env, python)
