"""頁の重さ：図を除いて 120 KB 以下，開いたときの要求は 25 以下。時間ではなく，数とバイトを調べる。"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from weight import MOST_BYTES, MOST_REQUESTS, weigh

from .conftest import CHAPTERS, PAGES

pytestmark = [pytest.mark.site, pytest.mark.browser]

ALL = [*PAGES, "search.html"]


@pytest.mark.parametrize("path", ALL)
def test_page_is_light(browser: Any, base_url: str, path: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block"
    )
    page = context.new_page()
    addresses: set[str] = set()
    page.on("request", lambda request: addresses.add(request.url))
    page.goto(urljoin(base_url, path), wait_until="networkidle")
    context.close()
    found = weigh(path, {a for a in addresses if a.startswith("http")})
    assert 0 < found.body <= MOST_BYTES
    assert 0 < found.requests <= MOST_REQUESTS
    names = {address.rpartition("/")[2].partition("?")[0] for address in addresses}
    assert path == "search.html" or "search-index.js" not in names


@pytest.mark.parametrize("path", PAGES)
def test_pictures_are_lazy_and_sized(site: Path, path: str) -> None:
    """絵は遅れて読み，大きさを先に言う（読んでも文がずれない）。"""
    page = BeautifulSoup((site / path).read_text("utf8"), "html.parser")
    images = page.find_all("img")
    assert images or path.removesuffix(".html") not in CHAPTERS  # どの章にも絵がある
    for image in images:
        assert image.get("loading") == "lazy", image
        assert int(str(image["width"])) > 0, image
        assert int(str(image["height"])) > 0, image


@pytest.mark.parametrize("path", PAGES)
def test_nothing_shifts_while_reading(browser: Any, base_url: str, path: str) -> None:
    """下まで読んでも，文の位置がずれない（累積のずれ 0.1 未満）。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block"
    )
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const e of"
        " list.getEntries()) if (!e.hadRecentInput) window.shift += e.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(urljoin(base_url, path), wait_until="load")
    for _ in range(4):
        page.mouse.wheel(0, 1500)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    shift = page.evaluate("window.shift")
    context.close()
    assert shift < 0.1


def test_no_unused_script_is_published(site: Path) -> None:
    """公開する働きは，この本の三つと，検索と用語の索引と，頁の中の実験だけ。"""
    scripts = {path.name for path in (site / "_static").rglob("*.js")}
    ours = {"book.js", "search.js", "search-index.js", "glossary.js"}
    assert scripts == {*ours, "visual_search_experiment.js"}
    for page in (site / "book").rglob("*.html"):
        text = page.read_text("utf8")
        uses = "visual_search_experiment.js" in text
        assert uses == ("vs-experiment" in text), page
