"""電波のない所で読む：開いた頁は丸ごと残り，新しい版が出れば入れ替わる。"""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import PAGES

pytestmark = [pytest.mark.site, pytest.mark.browser]
CHAPTER = "book/basics/softmax.html"
OTHER = "book/readings/effects.html"


class Host:
    """本を二つの場所に置ける，公開先の代わり。写しは 10 分使ってよいと言う（GitHub Pages と同じ）。"""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.slow = 0.0
        host = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def end_headers(self) -> None:
                self.send_header("Cache-Control", "max-age=600")
                super().end_headers()

            def do_GET(self) -> None:
                if host.slow:
                    time.sleep(host.slow)
                super().do_GET()

            def log_message(self, *args: Any) -> None:
                """静かに配る。"""

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
        )
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def publish(self, changed: dict[str, str], book: str = "dl-psychology") -> None:
        """ファイルを変えて，新しい版を出す。``changed`` は名前と，新しい中身。"""
        place = self.folder / book
        listing = json.loads((place / "offline.json").read_text("utf8"))
        for name, text in changed.items():
            (place / name).unlink()  # もとの本とつながった写しを，切り離す
            (place / name).write_text(text, "utf8")
            digest = hashlib.sha256(text.encode()).hexdigest()[:8]
            listing["files"][name] = digest
        written = json.dumps(listing)
        version = hashlib.sha256(written.encode()).hexdigest()[:12]
        for name, text in (
            ("offline.json", written),
            (
                "sw.js",
                re.sub(
                    r'VERSION = "\w+"',
                    f'VERSION = "{version}"',
                    (place / "sw.js").read_text("utf8"),
                ),
            ),
        ):
            (place / name).unlink()
            (place / name).write_text(text, "utf8")


@pytest.fixture
def host(site: Path, tmp_path: Path) -> Iterator[Host]:
    shutil.copytree(site, tmp_path / "dl-psychology", copy_function=link)
    served = Host(tmp_path)
    yield served
    served.server.shutdown()


def link(source: str, target: str) -> str:
    Path(target).hardlink_to(source)
    return target


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="ja-JP", reduced_motion="reduce"
    )
    yield context
    context.close()


def kept(page: Any) -> dict[str, str]:
    """端末に残ったファイルと，その印。名前は置き場所から。"""
    found: dict[str, str] = page.evaluate(
        """async () => {
          const found = {};
          for (const name of await caches.keys()) {
            const store = await caches.open(name);
            for (const request of await store.keys())
              found[new URL(request.url).pathname.slice(1)] =
                (await store.match(request)).headers.get('x-digest');
          }
          return found;
        }"""
    )
    return found


def open_and_keep(
    page: Any, host: Host, name: str, book: str = "dl-psychology"
) -> None:
    """頁を開き，その頁の部品が残るまで待つ。"""
    page.goto(f"{host.url}{book}/{name}")
    html = (host.folder / book / name).read_text("utf8")
    wanted = {
        f"{book}/{Path(part).name}"
        for part in re.findall(r'(?:src|href)="[^"]*(_images/[^"#?]+)', html)
    }
    whole = wanted | {f"{book}/{name}"}
    wait_until(page, lambda now: whole <= {one.replace("_images/", "") for one in now})


def wait_until(page: Any, enough: Callable[[dict[str, str]], bool]) -> None:
    """端末に，ほしいものが残るまで待つ。"""
    deadline = time.monotonic() + 30
    while not enough(kept(page)):
        assert time.monotonic() < deadline, sorted(kept(page))
        page.wait_for_timeout(200)


def test_first_opened_page_is_whole_without_a_network(phone: Any, host: Host) -> None:
    """初めて開いた頁が，読み進めていなくても，図も数式も，もう一方の明るさの図も残る。"""
    page = phone.new_page()
    open_and_keep(page, host, CHAPTER)
    phone.set_offline(True)
    lost = []
    page.on("requestfailed", lambda request: lost.append(request.url))
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.evaluate("document.querySelectorAll('img').forEach(i => i.loading = 'eager')")
    page.wait_for_function(
        "() => [...document.querySelectorAll('article img')].every((i) => i.complete)"
    )
    assert page.evaluate(
        "[...document.querySelectorAll('article img')].every((i) => i.naturalWidth > 0)"
    )
    assert page.evaluate("document.fonts.check('16px KaTeX_Main')")
    # 練習の答え合わせも働く
    box = page.locator("#exercise-softmax-difference .answer")
    box.get_by_role("textbox").fill("1.1")
    box.get_by_role("button", name="答え合わせ").click()
    assert box.locator(".answer-said").inner_text().startswith("◯ 正解です。")
    assert not lost
    # 検索も働く
    page.goto(f"{host.url}dl-psychology/search.html?q=ソフトマックス")
    page.wait_for_selector("#search-results li a")


def test_page_not_kept_is_told_with_style_and_what_is_kept(
    phone: Any, host: Host
) -> None:
    page = phone.new_page()
    open_and_keep(page, host, CHAPTER)
    phone.set_offline(True)
    page.goto(f"{host.url}dl-psychology/book/attention/cam.html")
    assert "まだ端末にありません" in page.locator("h1").inner_text()
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.top')).position"
    ) == ("sticky")
    links = page.locator("#saved-pages a")
    links.first.wait_for()
    assert links.count() == 1
    links.first.click()
    page.wait_for_url("**/softmax.html")
    assert page.locator("article h1").is_visible()


def test_addresses_of_the_same_page_are_found(phone: Any, host: Host) -> None:
    page = phone.new_page()
    open_and_keep(page, host, CHAPTER)
    page.goto(f"{host.url}dl-psychology/")
    page.wait_for_url("**/book/index.html")
    wait_until(page, lambda now: "dl-psychology/book/index.html" in now)
    phone.set_offline(True)
    for address in ("", "book/", f"{CHAPTER}?utm_source=x", CHAPTER[:-5]):
        page.goto(f"{host.url}dl-psychology/{address}")
        page.wait_for_load_state()
        title = page.locator("h1").first.inner_text()
        assert "まだ端末にありません" not in title, address


def test_new_edition_arrives_and_old_files_go(phone: Any, host: Host) -> None:
    """図と頁を変えた版を出すと，10 分の写しがあっても，新しい図と頁が届く。"""
    page = phone.new_page()
    open_and_keep(page, host, CHAPTER)
    folder = host.folder / "dl-psychology"
    html = (folder / CHAPTER).read_text("utf8")
    image = next(re.finditer(r"_images/[0-9a-f]+\.svg", html))[0]
    drawing = (folder / image).read_text("utf8") + "<!-- 新しい版 -->"
    words = html.replace("</article>", "<p>新しい版です。</p></article>")
    host.publish({image: drawing, CHAPTER: words})
    page.goto(f"{host.url}dl-psychology/{CHAPTER}")
    wanted = {
        f"dl-psychology/{name}": hashlib.sha256(text.encode()).hexdigest()[:8]
        for name, text in ((CHAPTER, words), (image, drawing))
    }
    wait_until(page, lambda now: wanted.items() <= now.items())
    phone.set_offline(True)
    page.goto(f"{host.url}dl-psychology/{CHAPTER}")
    assert "新しい版です。" in page.locator("article").inner_text()
    assert (
        page.evaluate(
            "async (a) => (await fetch(a)).text()", f"{host.url}dl-psychology/{image}"
        )
        == drawing
    )


def test_two_books_on_one_host_keep_apart(phone: Any, host: Host) -> None:
    first, second = (host.folder / name for name in ("dl-psychology", "another-book"))
    shutil.copytree(first, second, copy_function=link)
    page = phone.new_page()
    open_and_keep(page, host, CHAPTER)
    open_and_keep(page, host, CHAPTER, "another-book")
    names = {name.split("/")[0] for name in kept(page)}
    assert names == {"dl-psychology", "another-book"}
    assert len(page.evaluate("caches.keys()")) == 2


def test_weak_signal_shows_the_kept_page_soon(phone: Any, host: Host) -> None:
    page = phone.new_page()
    open_and_keep(page, host, CHAPTER)
    host.slow = 6.0
    begun = time.monotonic()
    page.goto(f"{host.url}dl-psychology/{CHAPTER}", wait_until="commit")
    waited = time.monotonic() - begun
    assert page.locator("article h1").inner_text()
    host.slow = 0.0
    assert waited < 5.0  # 電波が返す前に，残した頁が出る


def test_whole_book_is_saved_where_the_finger_is(phone: Any, host: Host) -> None:
    """大きさを言い，押した所に進みを見せ，終われば印が残る。電波がなければ，待たせない。"""
    page = phone.new_page()
    open_and_keep(page, host, CHAPTER)
    menu, button = page.locator(".menu > summary"), page.locator("[data-do=save-all]")
    menu.click()
    page.wait_for_function(
        "() => /約 \\d+ MB/.test(document.querySelector('[data-do=save-all]').textContent)"
    )
    phone.set_offline(True)
    button.click()
    assert "電波がありません" in button.inner_text()
    phone.set_offline(False)
    button.click()
    page.wait_for_function(
        "() => /保存しています… \\d+/.test(document.querySelector('[data-do=save-all]').textContent)"
    )
    assert button.is_visible()
    page.wait_for_function(
        "() => document.querySelector('[data-do=save-all]').textContent"
        " === '本は全部，端末にあります'",
        timeout=60_000,
    )
    phone.set_offline(True)
    page.goto(f"{host.url}dl-psychology/{PAGES[-1]}")
    assert page.locator("article h1").is_visible()
    page.goto(f"{host.url}dl-psychology/{CHAPTER}")
    page.locator(".menu > summary").click()
    page.wait_for_function(
        "() => document.querySelector('[data-do=save-all]').textContent"
        " === '本は全部，端末にあります'"
    )
