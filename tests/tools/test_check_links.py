"""外へのリンクを確かめる道具。網の代わりに，この計算機の中の小さなサーバーを使う。"""

from __future__ import annotations

import http.server
import importlib.util
import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location(
    "check_links", Path(__file__).with_name("check_links.py")
)
assert spec
assert spec.loader
links = importlib.util.module_from_spec(spec)
spec.loader.exec_module(links)

ASKED: Counter[str] = Counter()


class Handler(http.server.BaseHTTPRequestHandler):
    """道の名前どおりに返事をする。"""

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        name = self.path.strip("/")
        ASKED[f"{self.command} {name}"] += 1
        if name == "moved":
            self.send_response(301)
            self.send_header("Location", "/200")
        elif name == "no-head":
            self.send_response(405 if self.command == "HEAD" else 200)
        elif name == "later":  # 三度めに答える
            self.send_response(200 if ASKED["GET later"] >= 3 else 503)
        elif name == "wavering":  # ときどき「ない」と言う
            self.send_response(404 if ASKED["GET wavering"] % 2 else 500)
        else:
            self.send_response(int(name))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """静かに答える。"""


@pytest.fixture
def server() -> Iterator[str]:
    ASKED.clear()
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("200", links.GOOD),
        ("moved", links.GOOD),
        ("no-head", links.GOOD),
        ("later", links.GOOD),
        ("404", links.GONE),
        ("410", links.GONE),
        ("403", links.UNSURE),
        ("429", links.UNSURE),
        ("500", links.UNSURE),
        ("wavering", links.UNSURE),
    ],
)
def test_answers(server: str, path: str, answer: str) -> None:
    waited: list[float] = []
    assert links.check(f"{server}/{path}", waited.append)[0] == answer
    if answer != links.GOOD:
        assert len(waited) == links.TRIES - 1


def test_refused_connection_is_unsure(server: str) -> None:
    closed = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    port = closed.server_address[1]
    closed.server_close()
    answer, reason = links.check(f"http://127.0.0.1:{port}/", lambda s: None)
    assert answer == links.UNSURE
    assert reason


def test_unknown_host_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **options: object) -> None:
        error = links.socket.gaierror(links.socket.EAI_NONAME, "no such host")
        raise links.urllib.error.URLError(error)

    monkeypatch.setattr(links.urllib.request, "urlopen", unknown)
    assert links.check("https://gone.invalid/", lambda s: None)[0] == links.GONE


def test_same_host_is_asked_one_by_one(server: str) -> None:
    waited: list[float] = []
    urls = [f"{server}/200", f"{server}/no-head", f"{server}/moved"]
    answers = links.check_all(urls, waited.append)
    assert {answer for answer, _ in answers.values()} == {links.GOOD}
    assert len(waited) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[題](https://a.example/b)。", {"https://a.example/b"}),
        ("（https://a.example/b）と", {"https://a.example/b"}),
        ("<https://a.example/b>, ", {"https://a.example/b"}),
        ("https://a.example/b_(c).", {"https://a.example/b_(c)"}),
        ("[題](https://a.example/b#節)", {"https://a.example/b"}),
        ("url = {http://a.example/x.html},", {"http://a.example/x.html"}),
        ("file://x と mailto:a@b", set()),
    ],
)
def test_links_in_text(text: str, found: set[str]) -> None:
    assert links.links_in(text) == found


def small_book(root: Path, server: str) -> Path:
    """ある・ない・わからない番地を一つずつ持つ本。"""
    root = root / "root"
    (root / "book").mkdir(parents=True)
    (root / "book/index.md").write_text(
        f"[甲]({server}/200) [乙]({server}/404)", "utf8"
    )
    (root / "book/references.bib").write_text(f"url = {{{server}/500}},", "utf8")
    (root / "_config.yml").write_text("title: 本\n", "utf8")
    return root


def test_broken_only_when_gone_twice(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "PAUSE", 0.0)
    root = small_book(tmp_path, server)
    memory, report = tmp_path / "links.json", tmp_path / "report.md"
    options = ["--memory", str(memory), "--report", str(report)]
    assert links.main(options, root) == 0
    assert json.loads(memory.read_text("utf8")) == [f"{server}/404"]
    assert "様子を見る 1" in report.read_text("utf8")
    report.unlink()
    assert links.main(options, root) == 1
    said = report.read_text("utf8")
    assert "切れている 1" in said
    assert f"<{server}/404>（404）：book/index.md" in said
    assert f"<{server}/500>（500）：book/references.bib" in said
    (root / "book/index.md").write_text(f"[甲]({server}/200)", "utf8")
    assert links.main(options, root) == 0
    assert json.loads(memory.read_text("utf8")) == []


def test_broken_memory_is_a_first_time(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "PAUSE", 0.0)
    root = small_book(tmp_path, server)
    memory = tmp_path / "links.json"
    memory.write_text("{broken", "utf8")
    options = ["--memory", str(memory), "--report", str(tmp_path / "report.md")]
    assert links.main(options, root) == 0


def test_real_book_has_links_to_check() -> None:
    found = links.collect(links.ROOT)
    assert "https://doi.org/10.1109/34.730558" in found
    assert found["https://doi.org/10.1109/34.730558"] == {"book/references.bib"}
