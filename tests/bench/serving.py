"""できた本を，公開先と同じ番地の頭で，gzip で縮めて配る小さなサーバー。測るときに使う。"""

from __future__ import annotations

import gzip
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from bookkit.book import Book

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PLAIN = (".png", ".webp", ".woff2", ".jpg", ".zip", ".gz")
"""もう縮んでいるので，そのまま送る種類。"""


@cache
def prefix() -> str:
    """公開先での，番地の頭（``/dl-psychology/``）。"""
    return urlparse(Book(ROOT).config["html"]["baseurl"]).path.rstrip("/") + "/"


def documents() -> list[str]:
    """``_toc.yml`` の順に並べた，本の文書の名前。"""
    return [entry.docname for entry in Book(ROOT).toc]


def packed(path: Path) -> bytes:
    """送るときの中身。文字の種類は gzip で縮める（公開先と同じ）。"""
    body = path.read_bytes()
    return body if path.suffix in PLAIN else gzip.compress(body, 9, mtime=0)


def browser_path() -> str:
    """Chromium の場所。

    Raises:
        SystemExit: 見つからないとき。
    """
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise SystemExit(
            "Chromium が見つかりません。Debian なら apt-get install chromium で入れるか，"
            "環境変数 CHROMIUM に実行ファイルの場所を書いてください。"
        )
    return found


class Handler(http.server.SimpleHTTPRequestHandler):
    """縮めて配る。"""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = unquote(urlparse(self.path).path)
        file = SITE / path.removeprefix(prefix())
        if file.is_dir():
            file /= "index.html"
        known = path.startswith(prefix()) and file.is_file()
        body = packed(file) if known else "ありません".encode()
        self.send_response(200 if known else 404)
        kind = "text/plain; charset=utf-8"
        if known:
            kind = self.guess_type(str(file))
            kind += "; charset=utf-8" if kind.startswith("text/") else ""
            if file.suffix not in PLAIN:
                self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """静かに配る。"""


@contextmanager
def serve() -> Iterator[str]:
    """配っている間だけ使える番地。"""
    if not (SITE / "index.html").is_file():
        raise SystemExit(f"{SITE} に本がありません。先に make book で作ってください。")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{prefix()}"
    finally:
        server.shutdown()
        thread.join()
