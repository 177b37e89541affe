"""できあがった頁を Chromium で開いて調べる：電話と机の幅，数式，字形，検索，明暗。"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlparse

import pytest
from bs4 import Tag
from playwright.sync_api import TimeoutError

from .conftest import CHAPTERS, DOCUMENTS, PAGES, soup_of

pytestmark = [pytest.mark.site, pytest.mark.browser]

DESK, PHONE = 1280, 360
HEIGHT = {DESK: 900, PHONE: 740}


@dataclass
class Opened:
    """開いた頁と，開く間に起きた困ったこと。"""

    page: Any
    problems: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(browser: Any, base_url: str) -> Iterator[Callable[..., Opened]]:
    """``open_page("book/index.html", width=360)``：頁を開き，落ち着くまで待つ。"""
    contexts = []
    host = urlparse(base_url).netloc

    def opener(path: str, *, width: int = DESK, **options: Any) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT[width]},
            locale="ja-JP",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        opened = Opened(page)

        def note(kind: str, text: str) -> None:
            opened.problems.append(f"{kind}: {text}")

        def on_request(request: Any) -> None:
            url = urlparse(request.url)
            if url.scheme in ("http", "https", "ws", "wss") and url.netloc != host:
                note("よその番地への要求", request.url)

        def on_console(message: Any) -> None:
            if message.type == "error":
                note("コンソールのエラー", message.text)

        def on_response(response: Any) -> None:
            if response.status >= 400:
                note(f"失敗した要求 {response.status}", response.url)

        page.on("request", on_request)
        page.on("console", on_console)
        page.on("response", on_response)
        page.on("pageerror", lambda error: note("例外", str(error)))

        def on_failed(request: Any) -> None:
            # 表紙への案内は，絵を読み終える前に次の頁へ移る。
            moved = path == "index.html" and request.failure == "net::ERR_ABORTED"
            if not moved:
                note("届かなかった要求", request.url)

        page.on("requestfailed", on_failed)
        page.goto(urljoin(base_url, path), wait_until="load")
        if path == "index.html":  # 表紙への案内
            page.wait_for_url("**/book/index.html")
        page.evaluate(SETTLE)
        return opened

    yield opener
    for context in contexts:
        context.close()


SETTLE = """async () => {
  dispatchEvent(new Event('scroll'));  // 電話では，触れられるまで組まない節がある
  for (const image of document.images) image.loading = 'eager';
  await Promise.all([...document.images].map(i => i.decode().catch(() => {})));
  await document.fonts.ready;
}"""

# 横にはみ出した要素。横に送れる箱の中にあるものは，はみ出しではない。
OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth, found = [];
  if (document.scrollingElement.scrollWidth > width)
    found.push(`頁の全体: ${document.scrollingElement.scrollWidth}px`);
  const scrolls = e => {
    for (; e && e !== document.body; e = e.parentElement)
      if (/auto|scroll/.test(getComputedStyle(e).overflowX)) return true;
    return false;
  };
  const blocks = 'h1,h2,h3,h4,p,li,dt,dd,pre,table,figure,img,svg,video,iframe,'
    + '.math,.cell,.admonition,.sd-card,.lesson-box';
  for (const e of document.querySelectorAll(`article :is(${blocks})`)) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || (box.right <= width + 1 && box.left >= -1))
      continue;
    if (!e.checkVisibility() || scrolls(e)) continue;
    found.push(`${e.tagName} ${e.className} ${e.id}: ${box.left}〜${box.right}px`
      + ` ${(e.textContent || '').trim().slice(0, 30)}`);
  }
  return found;
}"""

BROKEN_IMAGES = """() => [...document.images]
  .filter(i => i.checkVisibility() && (!i.complete || !i.naturalWidth))
  .map(i => i.currentSrc || i.src)"""

# 組まれていない数式。KaTeX・MathJax・MathML のどれで組んでもよい。
UNTYPESET = r"""() => {
  const found = [];
  const typeset = '.katex-html, mjx-container, .MathJax';
  for (const e of document.querySelectorAll('article .math')) {
    if (e.closest('mjx-container') || e.parentElement.closest('.math')) continue;
    const inner = e.querySelector(typeset) || e.querySelector('math');
    const box = inner && inner.getBoundingClientRect();
    if (e.checkVisibility() && (!inner || box.width < 2 || box.height < 2))
      found.push(e.textContent.trim().slice(0, 60));
  }
  for (const e of document.querySelectorAll('.katex-error, mjx-merror, merror'))
    found.push('誤り: ' + e.textContent.trim().slice(0, 60));
  const walker = document.createTreeWalker(
    document.querySelector('article'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const skip = 'pre, code, script, style, annotation, mjx-container, svg';
    const text = walker.currentNode;
    if (!text.parentElement.closest(skip) && /\\\(|\\\[|\$\$/.test(text.data))
      found.push('生の数式: ' + text.data.trim().slice(0, 60));
  }
  return found;
}"""


# 文字を一つずつ描き，書体にない字（私用領域の字）と同じ絵になるものを返す。
TOFU = """(letters) => {
  const canvas = Object.assign(document.createElement('canvas'),
    {width: 32, height: 32});
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const family = getComputedStyle(document.querySelector('article p, article li')
    || document.body).fontFamily;
  pen.font = `24px ${family}`;
  pen.textBaseline = 'top';
  const draw = letter => {
    pen.clearRect(0, 0, 32, 32);
    pen.fillText(letter, 2, 2);
    return pen.getImageData(0, 0, 32, 32).data.filter((_, i) => i % 4 === 3).join();
  };
  const missing = new Set(['\\u{E123}', '\\u{F0000}', '\\u0378'].map(draw));
  return letters.filter(letter => missing.has(draw(letter)));
}"""


def test_japanese_is_not_tofu(open_page: Callable[..., Opened], site: Path) -> None:
    """本のどの頁の日本語の字も，実際の字形で描かれる（書体の決まりは，どの頁も同じ）。"""
    page = open_page(f"{CHAPTERS[0]}.html").page
    found: set[str] = set()
    for path in PAGES:
        html = (site / path).read_text("utf8")
        here = set(re.findall("[ぁ-んァ-ヶ一-龠々、。，「」]", html))
        assert len(here) > 50, path
        found |= here
    letters = sorted(found)
    assert page.evaluate(TOFU, ["日", "語"]) == []
    assert page.evaluate(TOFU, ["\U000f1234"]) == ["\U000f1234"], "検査が働いていません"
    assert page.evaluate(TOFU, letters) == []


# 図（絵の中または頁の中の SVG）の文字が，空でない字形を指しているか。
BAD_GLYPHS = """async () => {
  const found = [], parser = new DOMParser(), drawings = [];
  for (const svg of document.querySelectorAll('article figure svg'))
    if (!svg.parentElement.closest('svg')) drawings.push([svg.id, svg]);
  for (const image of document.querySelectorAll('article figure img')) {
    const source = image.currentSrc || image.src;
    if (!/\\.svg([?#]|$)|^data:image.svg/.test(source)) continue;
    const text = await (await fetch(source)).text();
    drawings.push([source, parser.parseFromString(text, 'image/svg+xml')
      .documentElement]);
  }
  let glyphs = 0;
  for (const [name, svg] of drawings) {
    for (const use of svg.querySelectorAll('[id^=text_] use, .text use')) {
      const id = (use.getAttribute('href') || use.getAttribute('xlink:href') || '')
        .slice(1);
      const shape = svg.querySelector('#' + CSS.escape(id))
        || document.getElementById(id);
      if (!shape) found.push(`${name}: 字形 ${id} がない`);
      if (/[A-Za-z]-0$/.test(id)) found.push(`${name}: 書体にない字 ${id}`);
      glyphs += 1;
    }
  }
  return {found, glyphs, drawings: drawings.length};
}"""

# 白紙の図（色が数えるほどしかない絵）。
BLANK = """() => {
  const blank = [];
  for (const image of document.querySelectorAll('article figure img')) {
    if (!image.checkVisibility()) continue;
    const canvas = Object.assign(document.createElement('canvas'),
      {width: 200, height: 120});
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    pen.drawImage(image, 0, 0, 200, 120);
    const dots = new Uint32Array(pen.getImageData(0, 0, 200, 120).data.buffer);
    const colors = new Set(dots).size;
    if (colors < 10) blank.push(`${image.currentSrc}: ${colors} 色`);
  }
  return blank;
}"""


WHITEN = """async () => {
  const image = [...document.querySelectorAll('article figure img')]
    .find(i => i.checkVisibility());
  image.closest('picture')?.querySelectorAll('source').forEach(s => s.remove());
  image.srcset = '';
  image.src = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"'
    + ' width="60" height="40"><rect width="60" height="40" fill="white"/></svg>';
  await image.decode();
}"""
"""図の一枚を白紙に替える。"""


# 文字の色と，その後ろの色の明るさの比（WCAG）が小さいもの。
FAINT = """() => {
  const rgb = c => {
    const [r, g, b, a = 1] = c.match(/[\\d.]+/g).map(Number);
    return c.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color[3] > .5) return color;
    }
    return [255, 255, 255, 1];
  };
  const found = new Set();
  const words = 'h1,h2,h3,p,li,dt,dd,td,th,figcaption,a,code,pre span,strong';
  for (const e of document.querySelectorAll(`article :is(${words})`)) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility() || e.closest('svg, .headerlink')) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))]
      .sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) found.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`
      + ` ${e.textContent.trim().slice(0, 20)}`);
  }
  return [...found];
}"""
THEME = "() => document.documentElement.dataset.theme"


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (PHONE, "dark")])
@pytest.mark.parametrize("path", [*PAGES, "index.html", "search.html"])
def test_page_is_sound(
    open_page: Callable[..., Opened], path: str, width: int, scheme: str
) -> None:
    """誤りも，失敗した要求も，よその番地への要求も，はみ出しもない。数式は組まれている。

    利用者の設定どおりの明暗になり，どの文字も地から浮き出て読める（比 4.5 以上）。
    図の文字の字形がそろっていて，図は白紙ではない。
    """
    opened = open_page(path, width=width, color_scheme=scheme)
    page, problems = opened.page, opened.problems
    if page.locator("article .math").count():
        with suppress(TimeoutError):
            page.wait_for_function(f"() => !({UNTYPESET})().length", timeout=5000)
    for kind, script in {
        "組まれていない数式": UNTYPESET,
        "はみ出し": OVERFLOWING,
        "出ない絵": BROKEN_IMAGES,
        "薄い文字": FAINT,
        "白紙の図": BLANK,
    }.items():
        problems += [f"{kind}: {found}" for found in page.evaluate(script)]
    if width == DESK and path.removesuffix(".html") in CHAPTERS:
        letters = page.evaluate(BAD_GLYPHS)
        assert letters["drawings"] > 0
        assert letters["glyphs"] > 0
        problems += letters["found"]
    assert not problems, "\n".join(problems)
    assert page.evaluate(THEME) == scheme


def test_a_blank_figure_is_found(open_page: Callable[..., Opened]) -> None:
    page = open_page(f"{CHAPTERS[0]}.html").page
    page.evaluate(WHITEN)
    assert len(page.evaluate(BLANK)) == 1


ASIDES = (
    ".lesson-box, .gallery, .cell_output table, .cell_output details, .effect-records,"
    " pre, .math, svg"
)


@functools.cache
def article_text(site: Path, document: str) -> str:
    """検索が探す文章：頁の本文から，コードとその出力・数式・図・章の箱と札を除いたもの。"""
    article = soup_of(site / f"{document}.html").find("article")
    assert isinstance(article, Tag)
    skipped = {id(text) for aside in article.select(ASIDES) for text in aside.strings}
    return "".join(text for text in article.strings if id(text) not in skipped)


TERMS = ["勝者占有回路", "ソフトマックス関数", "残差ネット", "特徴地図", "顕著性地図"]
"""本文に出てくる，いくつかの語からなる言葉。"""


def results(page: Any) -> list[str]:
    """検索の結果の番地。"""
    return page.evaluate(
        "() => [...document.querySelectorAll('#search-results li a')].map(a => a.href)"
    )


def wait_for_results(page: Any) -> None:
    page.wait_for_function(
        "() => document.querySelectorAll('#search-results li a').length > 0",
        timeout=10_000,
    )


@pytest.mark.parametrize("term", TERMS)
def test_search_finds_compounds(
    site: Path, open_page: Callable[..., Opened], term: str
) -> None:
    """検索の箱に打った言葉が，その言葉のある頁を見つける。"""
    expected = {doc for doc in DOCUMENTS if term in article_text(site, doc)}
    assert expected, f"{term} はどの頁にもありません。言葉を選び直してください"
    page = open_page("book/index.html").page
    page.locator(
        "button.search-button:visible, .search-button-field:visible"
    ).first.click()
    box = page.locator("input[type=search]:visible").first
    box.fill(term)
    box.press("Enter")
    page.wait_for_url("**/search.html?*")
    wait_for_results(page)
    if page.locator("#search-results button.more").count():  # 続きも見る
        page.locator("#search-results button.more").click()
    found = {doc for doc in expected for url in results(page) if f"{doc}.html" in url}
    assert found == expected


def test_search_says_when_nothing_is_found(open_page: Callable[..., Opened]) -> None:
    page = open_page("search.html?q=" + quote("鸚鵡貝図鑑")).page
    page.wait_for_function(
        "() => /見つかりません|ヒット|一致/.test("
        "(document.querySelector('#search-results') || document.body).innerText)"
    )
    assert results(page) == []


BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"


def test_theme_button_changes_the_page(
    open_page: Callable[..., Opened], base_url: str
) -> None:
    """明暗のボタンで色が変わり，次の頁でも覚えている。"""
    page = open_page("book/index.html", color_scheme="light").page
    before = page.evaluate(BACKGROUND)
    button = page.locator(".theme-switch-button:visible").first
    for _ in range(3):
        button.click()
        if page.evaluate(THEME) == "dark":
            break
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    after = page.evaluate(BACKGROUND)
    assert after != before
    page.goto(urljoin(base_url, PAGES[1]))
    assert page.evaluate(THEME) == "dark"
    assert page.evaluate(BACKGROUND) == after


def test_links_work_without_scripts(browser: Any, base_url: str) -> None:
    """スクリプトが動かなくても，本文と章への道は読める。"""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(urljoin(base_url, "book/index.html"))
    assert page.locator("article h1").is_visible()
    for document in DOCUMENTS[1:4]:
        name = document.rsplit("/", 1)[-1]
        assert page.locator(f'a[href$="{name}.html"]').count() > 0
    context.close()
