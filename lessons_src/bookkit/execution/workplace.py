"""カーネルの仕事場：使う人の設定に左右されない，一時フォルダーと環境変数。"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bookkit.execution.machine import THREADS, dependencies, environment, lessons_root

SITE = """\
import importlib.machinery, importlib.util, os, sys
import _bookkit_probe

_bookkit_probe.start()
here = os.path.dirname(os.path.abspath(__file__))
others = [path for path in sys.path if os.path.abspath(path) != here]
spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
if spec is not None and spec.loader is not None:
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""
"""どの Python でも書き留め始める ``sitecustomize``。もとの ``sitecustomize`` も動かす。"""

KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**31),
}
"""大きな配列の記憶を，使うたびに OS に返さない（glibc の設定）。

返すと，畳み込みのたびに頁の割り当てが起きる。EfficientNet-Lite0 の 96 枚が 8.4 秒から 3.2 秒になった。
"""


@dataclass(frozen=True)
class Workplace:
    """カーネルのための一時フォルダー。

    Attributes:
        folder: 一時フォルダー。中の ``site`` に ``sitecustomize`` がある。
        env: カーネルの環境変数。
        python: カーネルを動かす Python。
        packages: 重ければ前もって読み込んでよい，本が依存するパッケージ。
    """

    folder: Path
    env: dict[str, str]
    python: str = sys.executable
    packages: Sequence[str] = ()


@contextlib.contextmanager
def workplace(
    root: Path,
    threads: int | None = THREADS,
    lessons: Path | None = None,
    assets: Path | None = None,
) -> Iterator[Workplace]:
    """使う人の IPython や matplotlib の設定に左右されない場所を作る。

    Args:
        root: 本のフォルダー。
        threads: 一つの章が使うスレッドの数。``None`` なら決めない。
        lessons: ``lessons`` の親のフォルダー。なければ ``root`` から探す。
        assets: 頁と一緒に配るファイル（写真で動かすネットワーク）を，章が置くフォルダー。
    """
    with tempfile.TemporaryDirectory(prefix="bookkit-") as name:
        folder = Path(name)
        site = folder / "site"
        probe = Path(__file__).with_name("probe")
        no_caches = shutil.ignore_patterns("__pycache__")
        shutil.copytree(probe, site / "_bookkit_probe", ignore=no_caches)
        profile = folder / "ipython" / "profile_default"
        profile.mkdir(parents=True)
        (site / "sitecustomize.py").write_text(SITE, "utf8")
        (profile / "ipython_kernel_config.py").write_text(
            "import _bookkit_probe\n"
            "_bookkit_probe.start()\n"
            "c = get_config()\n"
            "c.HistoryManager.enabled = False\n",
            "utf8",
        )
        (folder / "matplotlibrc").touch()
        env = environment(root)
        env |= {
            "PYTHONPATH": os.pathsep.join([str(site), env["PYTHONPATH"]]),
            "BOOKKIT_LESSONS": str(lessons or lessons_root(root)),
            "IPYTHONDIR": str(folder / "ipython"),
            "MATPLOTLIBRC": str(folder / "matplotlibrc"),
            "PYTHONHASHSEED": "0",
            **KEEP_MEMORY,
            "PYTHONUTF8": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        if assets is not None:
            env["LESSONS_ASSETS"] = str(assets)
        if threads is not None:
            for library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM"):
                env[f"{library}_NUM_THREADS"] = str(threads)
        yield Workplace(folder, env, packages=dependencies(root))
