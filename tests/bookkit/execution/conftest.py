"""小さな本：章とにせの ``lessons`` を一時フォルダーに作り，ビルドする。"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bookkit.book import Book
from bookkit.execution.book import Result, Runner
from bookkit.execution.machine import look

CONFIG = """\
title: 試しの本
author: 書く人
only_build_toc_files: true
execute: {execute_notebooks: "off", timeout: 60}
sphinx:
  recursive_update: true
  extra_extensions: [bookkit.unfinished, bookkit.execution.extension]
  config: {language: ja}
"""
FRONT = """\
---
file_format: mystnb
"""
RUNTIME = '''\
"""にせの装置。"""
import json, os

def device_kind():
    return os.environ.get("LESSONS_DEVICE") or "cpu"

def budget(*, full, reduced):
    return full if device_kind() == "cuda" else reduced

if __name__ == "__main__":
    name = os.environ.get("FAKE_NAME", "にせの装置")
    print(json.dumps({"kind": device_kind(), "name": name, "cpu": "にせの CPU", "simulated": False}))
'''

BUILD = [
    sys.executable,
    "-c",
    "from jupyter_book.cli.main import main; main()",
    "build",
]


@dataclass
class Project:
    """一時フォルダーの本。"""

    root: Path
    said: list[str] = field(default_factory=list)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")
        return path

    def module(self, name: str, text: str) -> Path:
        """``lessons`` のモジュール。途中のパッケージも作る。"""
        path = self.write(f"lessons_src/{name}", text)
        for folder in path.parents:
            if folder.name == "lessons_src":
                break
            if not (folder / "__init__.py").exists():
                (folder / "__init__.py").touch()
        return path

    def chapter(self, name: str, *cells: str, front: str = "", text: str = "") -> Path:
        """章。セルの最初の行が ``:tags:`` で始まれば，それを札にする。"""
        body = "\n\n".join(f"```{{code-cell}} ipython3\n{cell}\n```" for cell in cells)
        path = self.write(
            f"book/{name}.md", f"{FRONT}{front}---\n# {name}\n\n{text}\n\n{body}\n"
        )
        self._toc()
        return path

    def _toc(self) -> None:
        pages = sorted((self.root / "book").rglob("*.md"))
        names = [
            p.relative_to(self.root).with_suffix("").as_posix()
            for p in pages
            if p.name != "index.md"
        ]
        lines = ["format: jb-book", "root: book/index", "chapters:"]
        self.write("_toc.yml", "\n".join([*lines, *(f"- file: {n}" for n in names)]))

    def book(self) -> Runner:
        self.said.clear()
        return Runner(self.root, look(self.root), self.said.append)

    def results(self) -> dict[str, Result]:
        """ビルドと同じ手順で，すべての章の結果をそろえる。"""
        return self.book().results(Book(self.root).chapters)

    def reasons(self, name: str) -> list[str]:
        """章が古い理由。新しければ空。"""
        chapters = {chapter.name: chapter for chapter in Book(self.root).chapters}
        return self.book().state(chapters[name]).reasons

    def ran(self) -> set[str]:
        """いまの ``results`` で実行された章。"""
        return {
            line.split("：")[0].split()[1]
            for line in self.said
            if line.startswith(("実行 ", "失敗 "))
        }

    def build(
        self, *options: str, target: str = ".", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """``jupyter-book build`` を別のプロセスで動かす。"""
        return subprocess.run(
            [*BUILD, target, *options],
            cwd=self.root,
            env={**os.environ, "NO_COLOR": "1", **env},
            capture_output=True,
            text=True,
            encoding="utf8",
        )

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        """ビルドを始めるだけで，待たない。"""
        return subprocess.Popen(
            [*BUILD, ".", *options],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def page(self, name: str) -> str:
        path = self.root / "_build" / "html" / "book" / f"{name}.html"
        return path.read_text("utf8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("LESSONS_DEVICE", raising=False)
    made = Project(tmp_path)
    made.write("_config.yml", CONFIG)
    made.write("book/index.md", "# 表紙\n")
    made.module("lessons/runtime.py", RUNTIME)
    return made


def text_of(result: Result) -> str:
    """章の出力の文字をつなぐ。"""
    found = []
    for cell in result.cells:
        for output in cell.outputs:
            found.append(output.get("text") or str(output.get("data", "")))
    return "".join(found)
