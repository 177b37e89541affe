"""書きながら見る：保存するたびに変わった頁だけを作り直し，ブラウザーに映す。

作るのは，別の一つのプロセス（``work``）。読み込んだ部品と，変わらない章を覚えているので速い。
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

IGNORED = {"_build", "__pycache__", "node_modules", "tests"}
"""変わっても作り直さないフォルダー（点で始まるものも）。"""
WHOLE = ("_toc.yml", "_config.yml", "book/references.bib")
"""変われば，すべての頁の決まりを調べ直すファイル。"""
TOOLS = ("lessons_src/bookkit/", "lessons_src/lessons/palette.json")
"""変われば，作るプロセスを始め直すもの。"""
SCRIPT = Path(__file__).with_name("theme") / "live.js"
WAITING = (
    "<!doctype html><html lang=ja><head><title>作っています</title></head>"
    "<p>この頁はまだありません。できると，ここに出ます。"
)


def build(
    root: Path, names: list[str], checked: dict[str, list[Any]], say: Callable[..., Any]
) -> dict[str, Any]:
    """変わったファイル ``names`` のために作り直し，困りごとと変わった頁を返す。"""
    from jupyter_book.sphinx import build_sphinx

    from bookkit import unfinished
    from bookkit.theme import swap

    class Says(StringIO):
        def write(self, text: str) -> int:
            for line in text.splitlines():
                kind, _, rest = line.partition(" ")
                if kind in ("古い", "実行中"):
                    say(f"実行中 {rest}")
            return len(text)

    started = time.monotonic()
    findings = check(root, names, checked)
    code: int | Exception = 0
    if not any(one["file"] in WHOLE[:2] for one in findings):
        held = tuple(one["file"].removesuffix(".md") for one in findings)
        settings = {"bookkit_live": True, "bookkit_lint": False, "bookkit_held": held}
        settings |= {"external_toc_path": str(root / "_toc.yml")}
        swap.changed.clear()
        with redirect_stdout(Says()), redirect_stderr(StringIO()):
            try:
                code = build_sphinx(
                    *(root, root / "_build" / "live"),
                    doctreedir=root / "_build" / ".doctrees-live",
                    noconfig=True,
                    path_config=root / "_config.yml",
                    confoverrides={**settings, "latex_individualpages": False},
                )
            except Exception as error:  # 設定を読めないときなど
                code = error
        findings += map(_shown, dict.fromkeys(unfinished.found))
    if isinstance(code, Exception):
        findings.append(_of_error(root, names, str(code)))
    return {
        "findings": findings,
        "changed": list(swap.changed),
        "seconds": round(time.monotonic() - started, 1),
    }


def check(
    root: Path, names: Iterable[str], checked: dict[str, list[Any]]
) -> list[dict[str, Any]]:
    """変わった頁だけの決まりを調べ，本の全体の指摘（まだ書いていない所を除く）を返す。"""
    from bookkit.book import Book, BookError
    from bookkit.lint import check_book, check_page

    try:
        book = Book(root)
        if not checked or any(name in WHOLE for name in names):
            checked.clear()
            checked[""] = []  # もう調べたという印
            for one in check_book(root):
                if one.path.startswith(("book/", "_")):
                    checked.setdefault(one.path, []).append(one)
        for name in names:
            page = book.documents.get(name.removesuffix(".md"))
            if page is not None or name in checked:
                checked[name] = check_page(page, book) if page else []
    except BookError as error:
        return [{"file": error.file, "line": error.line, "message": error.message}]
    except (OSError, ValueError) as error:
        return [_of_error(root, list(names), str(error))]
    return [
        {"file": one.path, "line": one.line, "message": one.message}
        for one in (one for found in checked.values() for one in found)
        if not one.todo
    ]


def _shown(one: Any) -> dict[str, Any]:
    return {"file": one.file, "line": one.line, "message": one.message}


def _of_error(root: Path, names: list[str], text: str) -> dict[str, Any]:
    """``ファイル:行: 文`` の形なら分け，そうでなければ，いま直したファイルのこととする。"""
    place, _, message = text.partition(": ")
    file, _, line = place.removeprefix(f"{root}/").rpartition(":")
    if line.isdigit() and (root / file).is_file():
        return {"file": file, "line": int(line), "message": message}
    return {"file": names[0] if names else "_config.yml", "line": 1, "message": text}


def work(root: Path, pipe: Any) -> None:
    """作るプロセスの中で，頼まれるたびに作る。"""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    checked: dict[str, list[Any]] = {}
    with suppress(EOFError, BrokenPipeError):
        while True:
            names = pipe.recv()
            done = build(root, names, checked, lambda line: pipe.send({"says": line}))
            pipe.send(done)


class Live:
    """頁を配り，保存を待ち，作り直したことを頁に知らせる。"""

    def __init__(self, root: Path) -> None:
        self.root, self.site = root, root / "_build" / "live"
        self.pages: set[asyncio.Queue[str]] = set()
        self.last: dict[str, Any] = {"state": "building"}
        self.process: Any = None

    def start(self) -> None:
        """作るプロセスを始める（始め直す）。"""
        if self.process is not None:
            self.process.kill()
        spawn = multiprocessing.get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        self.process = spawn.Process(target=work, args=(self.root, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def tell(self, state: str, text: str = "", **more: Any) -> None:
        """開いている頁に知らせる。"""
        self.last |= {"state": state, "text": text, **more}
        for queue in self.pages:
            queue.put_nowait(json.dumps(self.last, ensure_ascii=False))

    async def renew(self, names: list[str]) -> None:
        """作り直し，一行だけ言う。"""
        loop = asyncio.get_running_loop()
        if self.process is None or any(name.startswith(TOOLS) for name in names):
            self.start()
        self.tell("building", changed=[])

        def exchange() -> dict[str, Any]:
            self.pipe.send(names)
            while "says" in (answer := self.pipe.recv()):
                loop.call_soon_threadsafe(self.tell, "running", answer["says"])
            return answer

        try:
            done = await asyncio.to_thread(exchange)
        except (EOFError, OSError):
            self.process = None
            lost = "作るプロセスが止まりました。もう一度保存してください。"
            done = {"findings": [_of_error(self.root, names, lost)], "changed": []}
        pages = [name for name in done["changed"] if name.endswith(".html")]
        self.tell("done", at=time.time(), **done)
        what = "，".join(names[:3]) or "すべての章"
        result = f"{len(pages)} 頁（{done.get('seconds', 0)} 秒）"
        for one in done["findings"][:1]:
            more = len(done["findings"]) - 1
            result = f"{one['file']}:{one['line']}: {one['message'].splitlines()[0]}"
            result += f"（ほか {more} 件）" if more else ""
        print(f"{time.strftime('%H:%M:%S')} {what} → {result}", flush=True)

    def wanted(self, _: object, path: str) -> bool:
        """作り直すきっかけになるファイルか。"""
        parts = Path(path).relative_to(self.root).parts
        hidden = any(part.startswith(".") or part in IGNORED for part in parts)
        return not hidden and not path.endswith(("~", ".swp", ".tmp"))

    async def watch(self) -> None:
        """保存を待つ。作る間に保存されたものは，次にまとめて作る。"""
        from watchfiles import awatch

        await self.renew([])
        async for changes in awatch(self.root, watch_filter=self.wanted, debounce=400):
            paths = {Path(path).relative_to(self.root) for _, path in changes}
            await self.renew(sorted(path.as_posix() for path in paths))

    async def events(self, request: Request) -> Response:
        """頁への知らせ（Server-Sent Events）。"""
        queue: asyncio.Queue[str] = asyncio.Queue()
        queue.put_nowait(json.dumps(self.last, ensure_ascii=False))
        self.pages.add(queue)

        async def stream() -> AsyncIterator[str]:
            try:
                while True:
                    yield f"data: {await queue.get()}\n\n"
            finally:
                self.pages.discard(queue)

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def page(self, request: Request) -> Response:
        """頁やファイル。頁には，知らせを受けるスクリプトを足す。"""
        name = request.path_params["path"]
        draft = name.removeprefix("_live/draft/")
        folder = self.site if draft == name else self.site.with_name(".live")
        file = (folder / draft).resolve()
        file = file / "index.html" if file.is_dir() else file
        found = file.is_relative_to(folder.resolve()) and file.is_file()
        if name == "_live/live.js":
            return FileResponse(SCRIPT, headers={"Cache-Control": "no-cache"})
        if file.suffix == ".html":
            text = file.read_text("utf8") if found else WAITING
            at = self.last.get("at", 0)
            tag = f'<script defer src="/_live/live.js" data-at="{at}"></script></head>'
            text = text.replace("</head>", tag, 1)
            return HTMLResponse(text, 200 if found else 404)
        if not found or name == "sw.js":  # 端末に残す働きは，古い頁を見せるので使わない
            return Response("ありません", 404)
        return FileResponse(file, headers={"Cache-Control": "no-cache"})

    def app(self) -> Starlette:
        """頁を配る Starlette のアプリ。"""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            task = asyncio.create_task(self.watch())
            yield
            task.cancel()
            if self.process is not None:
                self.process.kill()

        routes = [
            Route("/_live/events", self.events),
            Route("/{path:path}", self.page),
        ]
        return Starlette(routes=routes, lifespan=lifespan)


def free_port(first: int) -> int:
    """``first`` から数えて，はじめに空いている番号。"""
    for port in range(first, first + 100):
        with socket.socket() as trial, suppress(OSError):
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", port))
            number: int = trial.getsockname()[1]
            return number
    raise OSError(f"{first} 番から 100 個の番号が，すべて使われています。")


def serve(root: Path, port: int) -> int:
    """頁を配り，止められるまで待つ。"""
    import uvicorn

    used = free_port(port)
    if port and used != port:
        print(f"{port} 番は使われているので，{used} 番で配ります。")
    print(f"http://127.0.0.1:{used}/ を開いてください。止めるには Ctrl+C を押します。")
    print("初めの一回は，すべての章を作ります。", flush=True)
    uvicorn.run(
        Live(root.resolve()).app(),
        host="127.0.0.1",
        port=used,
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    return 0
