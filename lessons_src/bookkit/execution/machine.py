"""実行する計算機のこと：装置の種類，版，使える核の数。

装置の種類を知っているのは ``lessons.runtime`` だけなので，別のプロセスとして尋ねる。
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

THREADS = 1
"""一つの章が使うスレッドの数。

足し算の順番はスレッドの数で変わり，学習の結果も変わる。
いつ，いくつ並べて実行しても同じ図になるように，数を固定する。
"""
MEMORY_PER_CHAPTER = 1.5e9
"""一つの章に見込む記憶（バイト）。並べる数を決めるのに使う。"""


@dataclass(frozen=True)
class Machine:
    """実行の結果を変えうる，計算機の性質。

    Attributes:
        kind: 装置の種類（``cpu`` または ``cuda``）。
        name: 装置の名前。
        cpu: CPU の型。
        simulated: GPU をまねているだけで，CPU で全規模を計算するなら真。
        pins: 結果を変えうるパッケージの版。
    """

    kind: str = "cpu"
    name: str = ""
    cpu: str = ""
    simulated: bool = False
    pins: dict[str, str] = field(default_factory=dict)


def lessons_root(root: Path) -> Path:
    """``lessons`` の親のフォルダー。本の中にあればそれ，なければ bookkit の隣。"""
    own = root / "lessons_src"
    if (own / "lessons" / "__init__.py").is_file():
        return own
    return Path(__file__).resolve().parents[2]


def look(root: Path) -> Machine:
    """この計算機を調べる。

    Raises:
        RuntimeError: ``lessons.runtime`` が答えないとき（``LESSONS_DEVICE`` の誤りなど）。
    """
    runtime = lessons_root(root) / "lessons" / "runtime.py"
    if not runtime.is_file():
        return Machine(pins=pins(root))
    answer = subprocess.run(
        [sys.executable, "-m", "lessons.runtime"],
        env=environment(root),
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf8",
    )
    if answer.returncode:
        reason = answer.stderr.strip().splitlines()[-1:] or ["理由は不明"]
        raise RuntimeError(f"装置を調べられません（lessons.runtime）：{reason[0]}")
    said = json.loads(answer.stdout)
    return Machine(**said, pins=pins(root))


def environment(root: Path) -> dict[str, str]:
    """``lessons`` を必ず ``root`` の側から読むための環境変数。"""
    paths = [str(lessons_root(root))]
    before = os.environ.get("PYTHONPATH", "")
    paths += [str(Path(p).resolve()) for p in before.split(os.pathsep) if p]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


def pins(root: Path) -> dict[str, str]:
    """結果を変えうるものの版。名前は ``pyproject.toml`` の dependencies から採る。"""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in [*dependencies(root), "ipykernel"]:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "なし"
    return found


def dependencies(root: Path) -> list[str]:
    """本が依存するパッケージの名前。"""
    path = root / "pyproject.toml"
    if not path.is_file():
        return []
    project = tomllib.loads(path.read_text("utf8")).get("project", {})
    wanted = project.get("dependencies", [])
    return [re.split(r"[^\w.-]", line.strip(), maxsplit=1)[0] for line in wanted]


def workers() -> int:
    """並べて実行する章の数。核の数と，記憶の大きさで決める。"""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return max(1, cores)
    return max(1, min(cores, int(memory / MEMORY_PER_CHAPTER)))
