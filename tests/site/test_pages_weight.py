"""頁の重さ：図を除いて 120 KB 以下，開いたときの要求は 25 以下。時間ではなく，数とバイトを調べる。"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from weight import MOST_BYTES, MOST_REQUESTS, weigh

import bookkit.theme

from .conftest import CHAPTERS, PAGES, soup_of

pytestmark = [pytest.mark.site, pytest.mark.browser]

ALL = [*PAGES, "search.html"]


APART = """() => [...document.querySelectorAll("article > section > section")].every(
  (section, at, all) => section.style.containIntrinsicBlockSize && (!all[at + 1] ||
    Math.max(...[...section.children].map(part => part.getBoundingClientRect().bottom))
    <= all[at + 1].getBoundingClientRect().top + 1))"""
"""読者が触れる前の，まだ組まれていない節も，次の節と重ならない（押す所が隠れない）。"""

JUMPS = """() => {
  const tops = () => [...document.querySelectorAll("article h2, article h3")].map(
    heading => heading.getBoundingClientRect().top)
  const before = tops()
  document.documentElement.dataset.whole = ""
  const moved = tops().map((top, at) => top - before[at])
  return [moved[0] ?? 0, ...moved.slice(1).map((one, at) => one - moved[at])]
}"""
"""触れて，すべての節が組まれたとき，見出しが，その前の見出しに比べて動いた画素。"""


@pytest.mark.parametrize("path", ALL)
def test_page_is_light_and_still(browser: Any, base_url: str, path: str) -> None:
    """軽く，節が重ならず，下まで読んでも文の位置がずれない（累積のずれ 0.1 未満）。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block"
    )
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const e of"
        " list.getEntries()) if (!e.hadRecentInput) window.shift += e.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(urljoin(base_url, path), wait_until="networkidle")
    addresses = set(asked)
    page.wait_for_function(APART, timeout=10_000)
    jumps = page.evaluate(JUMPS)
    for _ in range(4):
        page.mouse.wheel(0, 1500)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    shift = page.evaluate("window.shift")
    context.close()
    found = weigh(path, {a for a in addresses if a.startswith("http")})
    assert 0 < found.body <= MOST_BYTES
    assert 0 < found.requests <= MOST_REQUESTS
    names = {address.rpartition("/")[2].partition("?")[0] for address in addresses}
    assert path == "search.html" or "search-index.js" not in names
    assert shift < 0.1
    assert abs(jumps[0]) <= 4
    assert abs(sum(jumps)) <= 90


@pytest.mark.parametrize("path", PAGES)
def test_pictures_are_lazy_and_sized(site: Path, path: str) -> None:
    """絵は遅れて読み，大きさを先に言う（読んでも文がずれない）。"""
    page = soup_of(site / path)
    images = page.find_all("img")
    assert images or path.removesuffix(".html") not in CHAPTERS  # どの章にも絵がある
    for image in images:
        assert image.get("loading") == "lazy", image
        assert int(str(image["width"])) > 0, image
        assert int(str(image["height"])) > 0, image


@pytest.mark.parametrize("width", [360, 1280])
def test_buttons_that_scripts_reveal_have_their_place_before(
    browser: Any, base_url: str, width: int
) -> None:
    """スクリプトが動く前と後で，本文の始まる高さが同じ。"""
    tops = []
    for blocked in (True, False):
        context = browser.new_context(
            viewport={"width": width, "height": 740}, service_workers="block"
        )
        page = context.new_page()
        if blocked:
            page.route("**/book.js*", lambda route: route.abort())
        page.goto(urljoin(base_url, CHAPTERS[0] + ".html"), wait_until="load")
        tops.append(page.locator("main").bounding_box()["y"])
        hidden = page.locator(".search-button[hidden]").count()
        assert hidden == int(blocked)
        context.close()
    assert tops[0] == tops[1]


THEME = Path(bookkit.theme.__file__).parent
MADE = {"icon-192.png", "icon-512.png", "search-index.js", "glossary.js"}
"""ビルドが作る部品。"""
FOREIGN = re.compile(
    r"sphinx-design\.min\.css|design-tabs\.js|exercise\.css|mystnb\.[0-9a-f]+\.css"
)
"""ほかの拡張（sphinx-design，sphinx-exercise，myst-nb）が自分で置くもの。頁は読み込まない。"""


def test_static_files_are_those_of_the_theme(site: Path) -> None:
    """置かれた部品は，テーマのものだけ。よその枠の部品は一つもない。"""
    static = site / "_static"
    own = {
        path.relative_to(THEME / "static").as_posix().removesuffix(".jinja")
        for path in (THEME / "static").rglob("*")
        if path.is_file()
    }
    fonts = {
        f"katex/fonts/{path.name}" for path in (THEME / "katex/fonts").glob("*.woff2")
    }
    published = {
        path.relative_to(static).as_posix()
        for path in static.rglob("*")
        if path.is_file()
    }
    foreign = {name for name in published if FOREIGN.fullmatch(name)}
    assert published - foreign == own | fonts | MADE


def test_pages_load_only_the_files_of_the_theme(site: Path) -> None:
    """公開する働きのうち，頁がはじめに読み込むのは book.js だけ。"""
    pages = [*(site / "book").rglob("*.html"), site / "search.html"]
    assert len(pages) > 20
    for page in pages:
        soup = soup_of(page)
        links = soup.select('script[src], link[rel="stylesheet"]')
        names = {
            str(link.get("src") or link.get("href"))
            .partition("?")[0]
            .split("_static/")[1]
            for link in links
        }
        used = {"book.css", "book.js", "katex/katex.css"}
        assert {"book.css", "book.js"} <= names <= used, page


def test_every_card_class_has_a_style(site: Path) -> None:
    """sphinx-design の名前のうち，頁が使うものは，すべて theme/css/cards.css にある。"""
    styles = (THEME / "css" / "cards.css").read_text("utf8")
    # 見え方を変えないもの，または，この本の並べ方で足りるもの。
    plain = re.compile(
        r"sd-(sphinx-override|[gw]-.*|row-cols-(1|xs-1|md-2)|shadow-.*|m[btlrxy]?-\d"
        r"|font-weight-bold|btn-outline-primary)"
    )
    used = set()
    for page in (site / "book").rglob("*.html"):
        soup = soup_of(page)
        for tag in soup.select('[class*="sd-"]'):
            used |= {str(name) for name in tag["class"] if str(name).startswith("sd-")}
    assert "sd-card" in used
    unknown = {name for name in used if f".{name}" not in styles}
    assert {name for name in unknown if not plain.fullmatch(name)} == set()
