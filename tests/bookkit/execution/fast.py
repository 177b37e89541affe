"""カーネルの代わりに，枝分かれした素の Python で章を動かす。鍵・足あと・置き場所は本物を使う。"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bookkit.chapter import Chapter
from bookkit.execution.book import CACHE_FOLDER, State
from bookkit.execution.cache import CellResult
from bookkit.execution.outcome import Outcome
from bookkit.execution.workplace import Workplace, workplace

PROGRAM = """\
import contextlib, functools, importlib.machinery, importlib.util, io, json, os
import pathlib, pkgutil, re, subprocess, sys, threading, typing
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        os.environ.update(asked["env"])
        sys.path[:0] = os.environ["PYTHONPATH"].split(os.pathsep)
        os.chdir(asked["cwd"])
        import _bookkit_probe as probe
        probe.start()
        names, outputs = {"__name__": "__main__"}, []
        for code in asked["cells"]:
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                try:
                    exec(compile(code, "cell", "exec"), names)
                except Exception as error:
                    print(type(error).__name__)
            outputs.append(said.getvalue())
        answer = {"outputs": outputs, "report": json.loads(probe.report())}
        pathlib.Path(asked["answer"]).write_text(json.dumps(answer), "utf8")
        os._exit(0)
    os.waitpid(child, 0)
    print(flush=True)
"""


class Fast:
    """頼まれるたびに枝分かれし，章を一つ動かすプロセス。"""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        self._open = contextlib.ExitStack()
        self._places: dict[Path, Workplace] = {}

    def _place(self, root: Path) -> Workplace:
        if root not in self._places:
            self._places[root] = self._open.enter_context(
                workplace(root, assets=root / "_build" / CACHE_FOLDER / "assets")
            )
        return self._places[root]

    def close(self) -> None:
        self._process.communicate()
        self._open.close()

    def run(self, root: Path, chapter: Chapter) -> dict[str, Any]:
        """``{"outputs": [セルの印字], "report": 記録}``。"""
        return self.run_in(self._place(root), chapter)

    def run_in(self, place: Workplace, chapter: Chapter) -> dict[str, Any]:
        """決まった場所で動かす。"""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as name:
            work, trace = Path(name, "work"), Path(name, "trace")
            work.mkdir()
            trace.mkdir()
            answer = Path(name, "answer")
            asked = {
                "cells": [cell.source for cell in chapter.cells],
                "env": {**place.env, "BOOKKIT_TRACE": str(trace)},
                "cwd": str(work),
                "answer": str(answer),
            }
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            self._process.stdout.readline()
            found: dict[str, Any] = json.loads(answer.read_text("utf8"))
            return found

    def run_all(
        self,
        states: list[State],
        timeout: int | None,
        workers: int,
        say: Callable[[str], None],
        on_done: Callable[[State, Outcome], None],
        place: AbstractContextManager[Workplace],
    ) -> None:
        """``schedule.run_all`` の代わり。"""
        with place as here:
            for state in states:
                made = self.run_in(here, state.chapter)
                cells = [
                    CellResult(
                        [{"output_type": "stream", "name": "stdout", "text": text}], 1
                    )
                    for text in made["outputs"]
                ]
                outcome = Outcome(cells, report=made["report"])
                say(f"実行 {state.chapter.name}：")
                on_done(state, outcome)


@contextlib.contextmanager
def runner() -> Iterator[Fast]:
    made = Fast()
    try:
        yield made
    finally:
        made.close()
