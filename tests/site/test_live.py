"""書きながら見る（``bookkit live``）：小さな本を配り，保存すると，開いている頁が変わる。"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, TimeoutError

from .conftest import ROOT

pytestmark = [pytest.mark.site, pytest.mark.browser]

RUNTIME = """\
import json
if __name__ == "__main__":
    print(json.dumps({"kind": "cpu", "name": "x", "cpu": "x", "simulated": False}))
"""
FRONT = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
"""
LONG = "\n\n".join(f"{number} つめの文です。" for number in range(200))


class Desk:
    """小さな本と，その前の書き手。どの検査も，ほかの検査が使う文を元に戻して終わる。"""

    def __init__(self, root: Path, page: Any) -> None:
        self.root, self.page, self.said = root, page, [""]
        self.base = ""

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text("utf8")
        assert old in text
        path.write_text(text.replace(old, new), "utf8")

    def mend(self, name: str, old: str, new: str) -> None:
        """直して，作り直しが済み，困りごとが頁から消えるのを待つ。"""
        before = len(self.saves)
        self.edit(name, old, new)
        for _ in range(300):
            if len(self.saves) > before:
                break
            self.page.wait_for_timeout(100)
        assert self.saves[before:], "保存しても，作り直しません"
        self.page.wait_for_selector("#live", state="hidden", timeout=30_000)

    def shows(self, text: str, place: str = "article") -> None:
        """頁が，ひとりでにこの文を見せるのを待つ。"""
        try:
            self.page.locator(place, has_text=text).first.wait_for(timeout=30_000)
        except TimeoutError:
            pytest.fail("\n".join([f"{text} が出ません", *self.said[-5:]]))

    def listen(self, stream: Any) -> None:
        for line in stream:
            self.said.append(line.rstrip())

    @property
    def saves(self) -> list[str]:
        return [line for line in self.said if " → " in line]


@pytest.fixture(scope="module")
def desk(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("live")
    shutil.copytree(
        ROOT / "lessons_src/bookkit",
        root / "lessons_src/bookkit",
        ignore=shutil.ignore_patterns("__pycache__", "onnxruntime"),
    )
    (root / "lessons_src/lessons").mkdir()
    shutil.copy(ROOT / "lessons_src/lessons/palette.json", root / "lessons_src/lessons")
    (root / "book").mkdir()
    shutil.copy(ROOT / "_config.yml", root)
    for name, text in {
        "lessons_src/lessons/__init__.py": "",
        "lessons_src/lessons/runtime.py": RUNTIME,
        "book/references.bib": "",
        "book/index.md": "# 表紙\n",
        "book/plain.md": f"# 文だけの頁\n\nはじめの文です。\n\n{LONG}\n",
        "book/code.md": f"{FRONT}# 計算の頁\n\n```{{code-cell}}\nprint(100 + 11)\n```\n",
        "book/other.md": f"{FRONT}# 別の頁\n\n```{{code-cell}}\nprint(1)\n```\n",
        "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n"
        "- file: book/plain\n- file: book/code\n- file: book/other\n",
    }.items():
        (root / name).write_text(text, "utf8")
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "bookkit", "live", "--port", str(port)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "lessons_src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf8",
    )
    made = Desk(root, browser.new_page())
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        used = re.search(rf"{port} 番は使われているので，(\d+) 番", first)
        assert used, first
        listen = threading.Thread(
            target=made.listen, args=(process.stdout,), daemon=True
        )
        listen.start()
        for _ in range(600):
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", int(used[1]))),
            ):
                break
            time.sleep(0.05)
        made.base = f"http://127.0.0.1:{used[1]}/book"
        made.page.goto(f"{made.base}/plain.html")  # できる前に開いても，できれば出る
        made.shows("はじめの文")
        yield made
    finally:
        made.page.close()
        taken.close()
        process.terminate()
        process.wait(20)


def test_a_saved_sentence_appears_by_itself(desk: Desk) -> None:
    desk.page.goto(f"{desk.base}/plain.html")
    desk.page.evaluate("scrollTo(0, 2400)")
    before = len(desk.saves)
    desk.edit("book/plain.md", "はじめの文です。", "直した文です。")
    desk.shows("直した文です。")
    desk.page.wait_for_function("Math.abs(scrollY - 2400) < 20")
    desk.page.wait_for_timeout(300)
    assert len(desk.saves) == before + 1
    assert re.search(r"book/plain\.md → 1 頁（[\d.]+ 秒）", desk.saves[-1])
    desk.mend("book/plain.md", "直した文です。", "はじめの文です。")


@pytest.mark.parametrize(
    ("mistake", "said"),
    [("{ref}`どこにもない`", "どこにもない"), ("ここは、違う。", "、")],
)
def test_a_mistake_is_told_in_the_page(desk: Desk, mistake: str, said: str) -> None:
    desk.page.goto(f"{desk.base}/plain.html")
    desk.edit("book/plain.md", "はじめの文です。", f"{mistake}誤りの文です。")
    desk.shows("book/plain.md:3: ", "#live")
    desk.shows(said, "#live")
    assert "はじめの文です。" in desk.page.inner_text("article")  # 前の頁が残る
    assert "誤りの文" not in desk.page.inner_text("article")
    assert "book/plain.md:3: " in desk.saves[-1]
    desk.page.click("#live a")  # 下書きは見られる
    desk.shows("誤りの文です。")
    desk.page.goto(f"{desk.base}/plain.html")
    desk.mend("book/plain.md", f"{mistake}誤りの文です。", "はじめの文です。")
    assert "はじめの文です。" in desk.page.inner_text("article")


def test_edited_code_runs_in_sight(desk: Desk) -> None:
    desk.page.goto(f"{desk.base}/code.html")
    runs = desk.root / "_build/.execution/runs"
    others = sorted(runs.glob("other/*"))
    desk.edit(
        "book/code.md", "print(100 + 11)", "import time\ntime.sleep(1)\nprint(200 + 22)"
    )
    desk.shows("実行中 code", "#live")
    desk.shows("222")
    assert sorted(runs.glob("other/*")) == others
    desk.edit("book/code.md", "200 + 22", "1 / 0")
    desk.shows("ZeroDivisionError", "#live")
    assert "222" in desk.page.inner_text("article")
    desk.mend("book/code.md", "1 / 0", "300 + 33")
    desk.shows("333")
    desk.mend(
        "book/code.md", "import time\ntime.sleep(1)\nprint(300 + 33)", "print(100 + 11)"
    )


def test_settings_order_and_style_are_picked_up(desk: Desk) -> None:
    desk.page.goto(f"{desk.base}/plain.html")
    (desk.root / "book/other.md").unlink()
    (desk.root / "book/new.md").write_text("# 足した頁\n", "utf8")
    desk.edit("_toc.yml", "- file: book/other\n", "- file: book/new\n")
    desk.shows("足した頁", "#toc")
    assert not (desk.root / "_build/live/book/other.html").exists()
    desk.edit("_config.yml", "title: ディープ", "title: 新しいディープ")
    desk.shows("新しいディープ", "header")
    desk.edit("_config.yml", "title: 新しい", "title: [新しい")
    desk.shows("_config.yml:", "#live")
    desk.mend("_config.yml", "title: [新しい", "title: 新しい")
    with (desk.root / "lessons_src/bookkit/theme/css/article.css").open("a") as css:
        css.write("article { outline: 7px solid }\n")
    width = ""
    for _ in range(300):
        with suppress(Error):  # 頁がちょうど読み直している
            width = desk.page.evaluate(
                "getComputedStyle(document.querySelector('article')).outlineWidth"
            )
        if width == "7px":
            break
        desk.page.wait_for_timeout(100)
    assert width == "7px"
