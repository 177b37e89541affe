"""読み込みを済ませたプロセスから枝分かれしたカーネル。ふつうのカーネルと同じに働く。"""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from bookkit.execution import forked
from bookkit.execution.closure import Library

from .test_build import wait_until

pytestmark = pytest.mark.skipif(
    not forked.POSSIBLE, reason="枝分かれは Linux だけで使う"
)
HEAVY = (
    "import os, sys\nbefore = 'numpy' in sys.modules\nimport numpy\n"
    "print(before, os.getppid())"
)


def parent(result) -> tuple[str, str]:
    before, pid = result.cells[0].outputs[0]["text"].split()
    return before, pid


def test_chapters_share_one_loaded_parent(project):
    project.chapter("one", HEAVY, "import random\nprint(random.random())")
    project.chapter("two", HEAVY)
    project.chapter("light", "import os, sys\nprint('numpy' in sys.modules, 0)")
    results = project.results()
    assert parent(results["one"])[0] == "True"
    assert parent(results["one"]) == parent(results["two"])
    assert parent(results["light"])[0] == "False"
    run = results["one"].run
    assert run is not None
    assert run.cpu_seconds > 0
    assert run.memory > 10e6
    wait_until(lambda: not psutil.pid_exists(int(parent(results["one"])[1])))


def test_single_chapter_starts_in_the_ordinary_way(project):
    project.chapter("one", HEAVY)
    assert parent(project.results()["one"])[0] == "False"


def test_same_outputs_either_way(project, monkeypatch):
    """乱数の種を決めたコードは，どちらの始め方でも同じ出力になる。"""
    code = (
        "import random, numpy as np\nrandom.seed(3)\nrng = np.random.default_rng(3)\n"
        "print(random.random(), rng.random(), {'b', 'a', 'c'})\nprint('次')"
    )
    for name in ("one", "two"):
        project.chapter(name, code, "import os\nprint(os.getcwd() != os.sep)\n1 + 1")
    first = {n: r.cells for n, r in project.results().items()}
    monkeypatch.setattr(forked, "POSSIBLE", False)
    book = project.book()
    book.cache.root = project.root / "other"
    from bookkit.book import Book

    second = book.results(Book(project.root).chapters)
    for name, cells in first.items():
        assert [c.outputs for c in cells] == [c.outputs for c in second[name].cells]
        assert [c.count for c in cells] == [c.count for c in second[name].cells]


def test_dying_and_endless_and_failing_kernels(project):
    project.chapter("dies", "import numpy, os\nos._exit(3)")
    project.chapter("fails", "import numpy\n1 / 0")
    project.chapter(
        "endless", "import numpy\nwhile True: pass", front="execution: {timeout: 1}\n"
    )
    results = project.results()
    assert "落ちました" in results["dies"].failure.what
    assert "ZeroDivisionError" in results["fails"].failure.what
    assert "終わりません" in results["endless"].failure.what


def test_missing_module_is_the_chapters_failure(project, monkeypatch):
    monkeypatch.setitem(forked.HEAVY, "no_such_module", "no_such_module")
    project.chapter("bad", "import no_such_module")
    project.chapter("good", "print(1)")
    results = project.results()
    assert "No module named 'no_such_module'" in results["bad"].failure.what
    assert results["good"].failure is None


def test_module_with_a_thread_prevents_forking(project, monkeypatch, tmp_path):
    """スレッドを始めるモジュールがあれば，ふつうに始める。"""
    (tmp_path / "threaded.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(forked.HEAVY, "threaded", "threaded")
    for name in ("one", "two"):
        project.chapter(name, "import sys\nprint('threaded' in sys.modules)", HEAVY2)
    results = project.results()
    for result in results.values():
        assert result.cells[0].outputs[0]["text"] == "False\n"
        assert result.failure is None


HEAVY2 = "import threaded\nprint(2)"


def test_interrupt_stops_forked_kernels(project, tmp_path):
    ids = tmp_path / "ids"
    ids.mkdir()
    note = (
        "import numpy, os, pathlib\n"
        f"pathlib.Path({str(ids)!r}, str(os.getpid())).touch()\n"
        f"pathlib.Path({str(ids)!r}, str(os.getppid())).touch()"
    )
    for name in ("one", "two"):
        project.chapter(name, note, "import time\ntime.sleep(600)")
    for sent in (signal.SIGINT, signal.SIGKILL):
        build = project.start()
        try:
            wait_until(lambda: len(list(ids.iterdir())) >= 2)
            os.kill(build.pid, sent)
            build.communicate(timeout=60)
        finally:
            if build.poll() is None:
                build.kill()
        for path in ids.iterdir():
            wait_until(lambda path=path: not psutil.pid_exists(int(path.name)))
            path.unlink()


def test_heavy_imports_are_found_through_lessons(project):
    project.module("lessons/a/x.py", "def f():\n    import torch.nn.functional as F\n")
    library = Library(project.root / "lessons_src")
    code = "from lessons.a import x\nfrom matplotlib import pyplot as plt"
    assert forked.heavy_imports(library, [code]) == ("matplotlib.pyplot", "torch")
    assert forked.heavy_imports(library, ["import os"]) == ()
