"""書きながら見る：保存するたびに変わった頁だけを作り直し，ブラウザーに映す。

作るのは，別の一つのプロセス。読み込んだ部品と，変わらない章を覚えているので速い。
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from bookkit.finding import Finding

IGNORED = {"_build", "__pycache__", "node_modules", "tests"}
"""変わっても作り直さないフォルダー（点で始まるものも）。"""
WHOLE = ("_toc.yml", "_config.yml", "book/references.bib")
"""変われば，すべての頁の決まりを調べ直すファイル。"""
TOOLS = ("lessons_src/bookkit/", "lessons_src/lessons/palette.json")
"""変われば，作るプロセスを始め直すもの。"""
SCRIPT = Path(__file__).parent / "theme" / "live.js"
WAITING = "<!doctype html><html lang=ja><head></head><p>できると，ここに出ます。"
checked: dict[str, list[Finding]] = {}
"""作るプロセスの中の，ファイルごとの指摘。空なら，まだ調べていない。"""
progress: Any = None
"""作るプロセスから，実行中の章を伝える列。"""


class _Progress(StringIO):
    """Sphinx の伝える行から，章の実行を拾う。"""

    say: Callable[[str], None]

    def write(self, text: str) -> int:
        for line in text.splitlines():
            kind, _, rest = line.partition(" ")
            if kind in ("古い", "実行中"):
                self.say(f"実行中 {rest}")
        return len(text)


def build(root: Path, names: list[str]) -> dict[str, Any]:
    """変わったファイル ``names`` のために作り直し，困りごとと変わったファイルを返す。"""
    from jupyter_book.sphinx import build_sphinx

    from bookkit import unfinished
    from bookkit.theme import swap

    started = time.monotonic()
    swap.changed.clear()
    try:
        findings = check(root, names)
        status = _Progress()
        status.say = progress.put
        settings = {
            "external_toc_path": str(root / "_toc.yml"),
            "latex_individualpages": False,
            "bookkit_lint": False,
            "bookkit_live": True,
            "bookkit_held": tuple(one.path.removesuffix(".md") for one in findings),
        }
        with redirect_stdout(status), redirect_stderr(StringIO()):
            code = build_sphinx(
                *(root, root / "_build" / "live"),
                doctreedir=root / "_build" / ".doctrees-live",
                noconfig=True,
                path_config=root / "_config.yml",
                confoverrides=settings,
            )
        findings += dict.fromkeys(unfinished.found)
        if isinstance(code, Exception):
            raise code
        said = list(map(str, findings))
    except Exception as error:  # 設定や原稿を読めない。文に場所があれば，それを見せる
        place = "" if ": " in str(error) else f"{(names or WHOLE)[0]}:1: "
        said = [place + str(error).removeprefix(f"{root}/")]
        checked.clear()
    seconds = round(time.monotonic() - started, 1)
    return {"findings": said, "changed": list(swap.changed), "seconds": seconds}


def check(root: Path, names: Iterable[str]) -> list[Finding]:
    """変わった頁だけの決まりを調べ，本の全体の指摘（まだ書いていない所を除く）を返す。"""
    from bookkit.book import Book
    from bookkit.lint import check_book, check_page, known

    book = Book(root)
    pages, book.known = book.documents, known.of(book)
    if not checked or any(name in WHOLE for name in names):
        checked.clear()
        checked[""] = []
        for one in check_book(root):
            if one.path.startswith(("book/", "_")):
                checked.setdefault(one.path, []).append(one)
    else:
        for name in names:
            page = pages.get(name.removesuffix(".md"))
            checked[name] = check_page(page, book) if page else []
    return [one for found in checked.values() for one in found if not one.todo]


def _enter(queue: Any) -> None:
    global progress
    progress = queue
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Live:
    """頁を配り，保存を待ち，作り直したことを頁に知らせる。"""

    def __init__(self, root: Path) -> None:
        self.root, self.site = root, root / "_build" / "live"
        self.pages: set[asyncio.Queue[str]] = set()
        self.last: dict[str, Any] = {"state": "building"}
        self.spawn = multiprocessing.get_context("spawn")
        self.says = self.spawn.Queue()
        self.start()

    def start(self) -> None:
        """作るプロセスを用意する。"""
        self.maker = ProcessPoolExecutor(1, self.spawn, _enter, (self.says,))

    def tell(self, state: str, text: str = "", **more: Any) -> None:
        """開いている頁に知らせる。"""
        self.last |= {"state": state, "text": text, **more}
        for queue in self.pages:
            queue.put_nowait(json.dumps(self.last, ensure_ascii=False))

    async def renew(self, names: list[str]) -> None:
        """作り直し，一行だけ言う。"""
        if any(name.startswith(TOOLS) for name in names):
            self.maker.shutdown()
            self.start()
        self.tell("building", changed=[])
        task = asyncio.wrap_future(self.maker.submit(build, self.root, names))
        while not (await asyncio.wait([task], timeout=0.1))[0]:
            while not self.says.empty():
                self.tell("running", self.says.get())
        try:
            done = task.result()
        except BrokenProcessPool:
            self.start()
            lost = "作るプロセスが止まりました。もう一度保存してください。"
            done = {"findings": [lost], "changed": [], "seconds": 0}
        self.tell("done", at=time.time(), **done)
        more = len(done["findings"]) - 1
        result = f"{sum(name.endswith('.html') for name in done['changed'])} 頁"
        if more >= 0:
            result = done["findings"][0].partition("\n")[0]
            result += f"（ほか {more} 件）" if more else ""
        what = f"{time.strftime('%H:%M:%S')} {'，'.join(names[:3]) or 'すべての章'}"
        print(f"{what} → {result}（{done['seconds']} 秒）", flush=True)

    def wanted(self, _: object, path: str) -> bool:
        """作り直すきっかけになるファイルか。"""
        parts = Path(path).relative_to(self.root).parts
        hidden = IGNORED & {*parts} or any(part.startswith(".") for part in parts)
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
        name, fresh = request.path_params["path"], {"Cache-Control": "no-cache"}
        if name == "_live/live.js":
            return FileResponse(SCRIPT, headers=fresh)
        draft = name.removeprefix("_live/draft/")
        folder = self.site if draft == name else self.site.with_name(".live")
        file = (folder / draft).resolve()
        file = file / "index.html" if file.is_dir() else file
        found = file.is_relative_to(folder.resolve()) and file.is_file()
        if file.suffix == ".html":
            text = file.read_text("utf8") if found else WAITING
            script = f'src="/_live/live.js" data-at="{self.last.get("at", 0)}"'
            tag = f"<script defer {script}></script></head>"
            text = text.replace("</head>", tag, 1)
            return HTMLResponse(text, 200 if found else 404, fresh)
        if not found or name == "sw.js":  # 端末に残す働きは，古い頁を見せるので使わない
            return Response("ありません", 404)
        return FileResponse(file, headers=fresh)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """配る間だけ，保存を待つ。"""
        task = asyncio.create_task(self.watch())
        yield
        task.cancel()
        self.maker.shutdown(wait=False, cancel_futures=True)


def free_port(first: int) -> int:
    """``first`` から数えて，はじめに空いている番号。"""
    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as trial, suppress(OSError):
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", port))
            return int(trial.getsockname()[1])
    return first


def serve(root: Path, port: int) -> int:
    """頁を配り，止められるまで待つ。"""
    import uvicorn

    if (used := free_port(port)) != port and port:
        print(f"{port} 番は使われているので，{used} 番で配ります。")
    print(f"http://127.0.0.1:{used}/ を開いてください。止めるのは Ctrl+C。", flush=True)
    live = Live(root.resolve())
    routes = [Route("/_live/events", live.events), Route("/{path:path}", live.page)]
    app = Starlette(routes=routes, lifespan=live.lifespan)
    options: Any = {"log_level": "error", "timeout_graceful_shutdown": 1}
    uvicorn.run(app, host="127.0.0.1", port=used, **options)
    return 0
