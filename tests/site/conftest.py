"""できあがった本（_build/html）を調べるための用意：頁の一覧，小さなサーバー，ブラウザー。"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode

from bookkit.book import Book
from bookkit.execution import machine, reader
from bookkit.execution.book import Runner, State

from .experiment_bench import bench_of

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


BOOK = Book(ROOT)
DOCUMENTS = [one.docname for one in BOOK.toc if one.docname not in BOOK.drafts]
"""目次にある文書の名前（``book/basics/softmax`` など）。

頁の一覧は，できた頁からではなく目次から作る。
作りそこねた頁があれば，試験が減るのではなく落ちるようにするため。
"""
CHAPTERS = [chapter.docname for chapter in BOOK.chapters if not chapter.draft]
PAGES = [f"{name}.html" for name in DOCUMENTS]
BASE_URL: str = BOOK.config["html"]["baseurl"]
PREFIX = urlparse(BASE_URL).path.rstrip("/")
"""公開先での，番地の頭（``/dl-psychology``）。"""


@pytest.fixture(scope="session")
def site() -> Path:
    """できあがった本のフォルダー。無ければ，作り方を言って落ちる。"""
    if not (SITE / "index.html").is_file():
        pytest.fail(
            f"{SITE} に本がありません。先に make book で本を作ってください。",
            pytrace=False,
        )
    return SITE


@functools.cache
def soup_of(path: Path) -> BeautifulSoup:
    """頁の木。どの検査も同じものを見るので，変えるときは写しを使う。"""
    return BeautifulSoup(path.read_text("utf8"), "html.parser")


@pytest.fixture(scope="session")
def base_url(site: Path) -> Iterator[str]:
    """本を公開先と同じ頭の番地（``/dl-psychology/``）で配るサーバーの番地。"""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            bare = path.removeprefix(PREFIX)
            outside = not path.startswith(f"{PREFIX}/")
            return super().translate_path("/outside-of-the-book" if outside else bare)

        def log_message(self, *args: Any) -> None:
            """静かに配る。"""

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(site))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}{PREFIX}/"
    server.shutdown()
    thread.join()


def find_browser() -> str | None:
    """Chromium の場所。``CHROMIUM`` があればそれを使う。"""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser(site: Path) -> Iterator[Any]:
    """Chromium。無ければ（飛ばさずに）落ちる。"""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        pytest.fail(
            "Chromium が見つかりません。Debian なら apt-get install chromium で入れるか，"
            "環境変数 CHROMIUM に実行ファイルの場所を書いてください。",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def bench(browser: Any, base_url: str) -> Iterator[Callable[..., Any]]:
    """``bench(実験)``：実験一つだけの頁を開く。頁の誤りがあれば落ちる。"""
    with bench_of(browser, base_url) as open_page:
        yield open_page


@functools.cache
def runner() -> Runner:
    """本の実行結果を調べる係。"""
    return Runner(ROOT, machine.look(ROOT))


def state_of(document: str) -> State:
    """``book/attention/cam`` のような文書の，新しい実行結果。"""
    chapter = BOOK.documents.get(document)
    assert chapter, document
    state = runner().state(chapter)
    assert state.entry, f"{document}: {state.reasons}（先に本をビルドしてください）"
    return state


def executed(document: str) -> NotebookNode:
    """文書を，頁に載る出力の入ったノートブックにする。"""
    state = state_of(document)
    chapter = state.chapter
    notebook = reader.parse(chapter.text, chapter.path, chapter.extensions)
    reader.fill(notebook, runner().shown(state))
    return notebook
