"""読み心地：キーボード，明暗，用語の札，読み終えた印，印刷，電波のないとき，安全の決まり。"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from .conftest import BASE_URL, CHAPTERS, DOCUMENTS, PAGES, ROOT, soup_of

pytestmark = [pytest.mark.site, pytest.mark.browser]
CHAPTER = "book/basics/softmax.html"


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        locale="ja-JP",
        color_scheme="light",
        reduced_motion="reduce",
    )
    yield context
    context.close()


@pytest.mark.parametrize("path", [*PAGES, "search.html", "404.html"])
def test_page_states_its_policy(site: Path, path: str) -> None:
    """よその番地を許さないと，頁が言っている。行内のスクリプトは，明るさの一つだけ。"""
    page = soup_of(site / path)
    meta = page.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert meta
    assert "default-src 'self'" in str(meta["content"])
    inline = [script for script in page.find_all("script") if not script.get("src")]
    assert len(inline) == 1
    assert not page.find_all(
        lambda tag: any(name.startswith("on") for name in tag.attrs)
    )


def test_policy_stops_other_scripts(context: Any, base_url: str) -> None:
    page = context.new_page()
    page.goto(base_url + CHAPTER)
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent ="
        " 'window.broken = 1'; document.head.append(s); }"
    )
    assert page.evaluate("window.broken") is None


def test_first_tab_skips_to_the_text(context: Any, base_url: str) -> None:
    page = context.new_page()
    page.goto(base_url + CHAPTER)
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.inner_text() == "本文へ移動"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const key = e.outerHTML.replace(' aria-describedby="term-card"', '').slice(0, 120);
  return {key, top: e === document.body,
    outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    width: box.width, height: box.height};
}"""
CONTROLS = """() => [...document.querySelectorAll(
  'a[href], button, summary, input, [tabindex="0"]')]
  .filter(e => e.checkVisibility({visibilityProperty: true})
    && !e.closest('dialog') && e.getClientRects().length)
  .filter((e, k, all) => e.type !== 'radio'  // 一組に一つ。残りは矢印で選ぶ
    || e === all.find(one => one.type === 'radio' && one.name === e.name))
  .map(e => e.outerHTML.slice(0, 120))"""


KINDS = [
    CHAPTER,
    "book/index.html",
    "book/glossary.html",
    "book/attention/visual_search.html",  # 実験
    "book/segmentation/pose_transfer.html",  # 動く図と動画
    "search.html",
]
"""働きの違う頁。"""


@pytest.mark.parametrize("path", KINDS)
def test_every_control_is_reached_by_keyboard(
    context: Any, base_url: str, path: str
) -> None:
    """Tab だけで，見えているすべての物に着き，いまどこにいるかが見える。"""
    page = context.new_page()
    page.goto(base_url + path)
    expected = set(page.evaluate(CONTROLS))
    reached, hidden = set(), []
    for _ in range(3 * len(expected)):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found["top"]:  # 一回りした（途中の欄から始まる頁もある）
            continue
        if found["key"] in reached and len(reached) >= len(expected):
            break
        reached.add(found["key"])
        if not found["outline"] or not found["width"]:
            hidden.append(found["key"])
    assert expected - reached == set()
    assert not hidden


def test_term_card_shows_on_focus_and_closes(context: Any, base_url: str) -> None:
    page = context.new_page()
    page.goto(base_url + CHAPTER)
    term = page.locator("article a.term").first
    name = term.inner_text()
    page.keyboard.press("Tab")  # キーボードで動かしていることを知らせる
    term.focus()
    card = page.locator("#term-card")
    card.wait_for(state="visible")
    assert name in card.inner_text()
    assert "用語集で読む" in card.inner_text()
    assert term.get_attribute("aria-describedby") == "term-card"
    page.keyboard.press("Escape")
    assert card.is_hidden()


def test_term_card_opens_by_a_tap(browser: Any, base_url: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(base_url + CHAPTER)
    before = page.url
    page.locator("article a.term").first.tap()
    card = page.locator("#term-card")
    card.wait_for(state="visible")
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert page.url == before
    card.locator("a").tap()
    page.wait_for_url("**/glossary.html#term-*")
    context.close()


VIDEO_PAGES = [
    f"{name}.html"
    for name in CHAPTERS
    if "```{video}" in (ROOT / f"{name}.md").read_text("utf8")
]


@pytest.mark.parametrize("path", VIDEO_PAGES)
def test_video_asks_outside_only_when_pressed(
    browser: Any, base_url: str, path: str
) -> None:
    """押すまでは頁の外へ何も頼まず，押すと埋め込みが開く（頁の決まりも，それを許す）。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block"
    )
    context.route(
        re.compile(r"^https://"),
        lambda route: route.fulfill(
            content_type="text/html; charset=utf-8",
            body="<title>代役</title><p>動画の代役</p>",
        ),
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(base_url + path, wait_until="networkidle")
    boxes = page.locator("figure.video").all()
    assert boxes
    for box in boxes:
        assert not [url for url in asked if not url.startswith(base_url)]
        link = box.locator(".video-box > a")
        embed = link.get_attribute("data-embed")
        title = link.get_attribute("data-title")
        link.focus()
        page.keyboard.press("Enter")
        inside = box.frame_locator("iframe").locator("p")
        assert inside.inner_text() == "動画の代役"
        frame = box.locator("iframe")
        assert frame.get_attribute("title") == title
        assert frame.bounding_box()["width"] <= 360
        assert [url for url in asked if not url.startswith(base_url)] == [embed]
        asked.clear()
    context.close()


@pytest.mark.parametrize("path", VIDEO_PAGES)
def test_video_is_a_link_without_scripts(
    browser: Any, base_url: str, path: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base_url + path)
    boxes = page.locator("figure.video").all()
    assert boxes
    for box in boxes:
        links = box.locator("a").all()
        addresses = {link.get_attribute("href") for link in links}
        assert len(addresses) == 1
        assert addresses.pop().startswith("https://")
        assert all(link.is_visible() for link in links)
        assert "YouTube" in box.locator("figcaption").inner_text()
    context.close()


def test_read_mark_stays_in_the_browser(context: Any, base_url: str) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.goto(base_url + CHAPTER)
    page.on("request", lambda request: asked.append(request.method + request.url))
    button = page.locator(".read-mark")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert not [a for a in asked if not a.startswith("GET")]
    page.goto(base_url + "book/index.html")
    read = page.locator("#toc a.read")
    assert read.count() == 1
    assert "softmax" in read.get_attribute("href")


def test_toc_opens_without_scripts_on_a_phone(browser: Any, base_url: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(base_url + CHAPTER)
    assert not page.locator("#toc").is_visible()
    page.locator(".toc-button").click()
    assert page.locator("#toc").is_visible()
    assert page.locator("#toc a[aria-current=page]").count() == 1
    page.locator(".toc-close").click()
    assert not page.locator("#toc").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_of_two_figures_shows(browser: Any, base_url: str, scheme: str) -> None:
    """明暗の図は，スクリプトがなくても，いまの明るさの方だけが出る。"""
    context = browser.new_context(color_scheme=scheme, java_script_enabled=False)
    page = context.new_page()
    page.goto(base_url + CHAPTER)
    shown = page.locator(f"article img.only-{scheme}")
    other = "dark" if scheme == "light" else "light"
    assert shown.count() > 0
    assert shown.first.is_visible()
    assert not page.locator(f"article img.only-{other}").first.is_visible()
    context.close()


def test_print_is_clean(context: Any, base_url: str) -> None:
    """刷ると，本文と図だけが出る。折りたたみは開き，隠したコードは出ない。"""
    page = context.new_page()
    page.goto(base_url + CHAPTER)
    page.emulate_media(media="print")
    for part in (".top", "#toc", ".actions", ".pager", ".copy"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator("article h1").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article details:not([open], .hide)").count() == 0
    hidden = page.locator("article details.hide:not([open])")
    assert hidden.count() > 0
    assert not any(box.is_visible() for box in hidden.all())
    page.wait_for_function(  # 画面の外の図も，刷る前に読む
        "() => [...document.querySelectorAll('article img.only-light')]"
        ".every((i) => i.complete && i.naturalWidth > 0)"
    )
    assert len(page.pdf(format="A4")) > 10_000


def test_print_in_the_dark_uses_the_light_figures(context: Any, base_url: str) -> None:
    """暗い頁で印刷しても，紙には明るい図と黒い字が出る。"""
    page = context.new_page()
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(base_url + CHAPTER)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    seen = page.evaluate(
        """() => ['only-light', 'only-dark'].map((name) =>
          [...document.querySelectorAll('article img.' + name)]
            .filter((image) => getComputedStyle(image).display !== 'none').length)"""
    )
    assert seen[0] > 0
    assert seen[1] == 0
    ink = "getComputedStyle(document.querySelector('article section > p')).color"
    assert page.evaluate(ink) == "rgb(0, 0, 0)"


def test_large_letters_fit_a_phone(browser: Any, base_url: str) -> None:
    """字を 2 倍にしても，360 px の画面で横に動かさずに読め，上の帯は画面をふさがない。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block"
    )
    page = context.new_page()
    wide = {}
    for path in PAGES:
        page.goto(base_url + path)
        for share in (125, 200):
            page.evaluate(f"document.documentElement.style.fontSize = '{share}%'")
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > 360:
                wide[path, share] = width
        height = "document.querySelector('.top').getBoundingClientRect().height"
        assert page.evaluate(height) <= 120, path
    context.close()
    assert not wide


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        has_touch=True,
        service_workers="block",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def test_code_is_folded_on_a_phone_and_the_choice_is_kept(
    phone: Any, base_url: str
) -> None:
    """電話では，はじめから畳む。一つずつ開け，切りかえは覚えておく。開いた行は切れない。"""
    phone.goto(base_url + CHAPTER)
    codes = phone.locator("article .cell:not(.tag_hide-input) > .cell_input")
    openers = phone.locator(".code-open")
    visible = "els => els.filter(e => e.getClientRects().length).length"
    assert codes.evaluate_all(visible) == 0
    openers.first.click()
    assert codes.evaluate_all(visible) == 1
    assert openers.first.get_attribute("aria-expanded") == "true"
    phone.locator(".menu > summary").click()
    phone.locator("[data-do=code]").click()
    assert codes.evaluate_all(visible) == codes.evaluate_all("els => els.length") - (
        phone.locator(".cell.tag_remove-cell > .cell_input").count()
    )
    assert phone.locator(".source-box").first.is_visible()
    cut = phone.evaluate(
        """() => [...document.querySelectorAll('article .cell_input pre, .source-box pre')]
          .filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length"""
    )
    assert cut == 0
    phone.reload()
    assert codes.evaluate_all(visible) > 1
    phone.evaluate("localStorage.code = 'x'")
    phone.reload()
    assert codes.evaluate_all(visible) == 0


def test_code_is_open_on_a_wide_screen(context: Any, base_url: str) -> None:
    page = context.new_page()
    page.goto(base_url + CHAPTER)
    assert page.locator(".cell_input pre").first.is_visible()
    assert not page.locator(".code-open").first.is_visible()


def test_figure_is_enlarged_by_finger_and_by_keyboard(
    phone: Any, base_url: str
) -> None:
    phone.goto(base_url + CHAPTER)
    picture = phone.locator("article figure img.only-light").first
    picture.scroll_into_view_if_needed()
    before = picture.bounding_box()["width"]
    picture.tap()
    large = phone.locator(".figure-dialog img")
    assert large.bounding_box()["width"] > 1.5 * before
    phone.keyboard.press("Escape")
    assert phone.locator(".figure-dialog").count() == 0
    phone.locator(".enlarge").first.focus()
    phone.keyboard.press("Enter")
    assert large.is_visible()
    phone.get_by_role("button", name="閉じる").click()
    assert phone.locator(".figure-dialog").count() == 0


# 横に送らないと読めない所。
CUT = """(what) => [...document.querySelectorAll(what)]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
  .map(e => (e.querySelector('annotation') || e).textContent.trim().slice(0, 60))"""
FORMULAS = "div.math:not(.numbered), div.math .formula"


def test_no_formula_is_cut_on_a_phone(site: Path, browser: Any, base_url: str) -> None:
    """360 px では，どの式も切れない。字を倍にして切れた式は，影で知らせ，キーで送れる。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, service_workers="block"
    )
    page = context.new_page()
    cut = {}
    for path in PAGES:
        if 'class="katex-display"' in (site / path).read_text("utf8"):
            page.goto(base_url + path, wait_until="load")
            page.evaluate(
                "async () => { for (const d of document.querySelectorAll('details'))"
                " d.open = true; await document.fonts.ready; }"
            )
            cut[path] = page.evaluate(CUT, FORMULAS)
    assert cut
    assert not {path: found for path, found in cut.items() if found}

    page.goto(base_url + "book/attention/self_attention.html")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(CUT, FORMULAS)
    box = page.locator("div.math .formula").first
    box.focus()

    def edge() -> int:
        """右の端の濃さ。"""
        strip = Image.open(BytesIO(box.screenshot())).convert("L")
        column = strip.crop((strip.width - 4, 0, strip.width - 2, 8))
        return int(255 - sum(column.getdata()) / len(column.getdata()))

    shaded = edge()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "e => e.scrollLeft + e.clientWidth >= e.scrollWidth - 1",
        arg=box.element_handle(),
    )
    assert shaded > 60
    assert edge() < shaded / 2
    context.close()


def test_phone_lays_out_far_sections_late(browser: Any, base_url: str) -> None:
    """電話では，触れるまで遠い節を組まない。それでも節へ正しく飛び，紙ではすべて組む。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block"
    )
    page = context.new_page()
    top = (
        "document.getElementById('練習').querySelector('h2')"
        ".getBoundingClientRect().top"
    )
    landed = f"() => {top} > 0 && {top} < 160"
    late = (
        "() => [...document.querySelectorAll('article > section > section > h2')]"
        ".filter(h => !h.checkVisibility({contentVisibilityAuto: true})).length"
    )
    page.goto(base_url + "book/basics/softmax.html", wait_until="load")
    assert page.evaluate(late) > 5
    page.emulate_media(media="print")
    assert page.evaluate(late) == 0
    page.emulate_media(media="screen")
    page.evaluate("location.hash = '#練習'")
    page.wait_for_function(landed, timeout=5000)
    assert page.evaluate(late) == 0
    page.goto(base_url + "book/basics/neural_network.html", wait_until="load")
    page.goto(base_url + "book/basics/softmax.html#練習", wait_until="load")
    page.wait_for_function(landed, timeout=5000)
    context.close()


def test_glossary_jumps_by_keyboard(browser: Any, base_url: str) -> None:
    """五十音の目次は，送っても上に残り，キーで行の初めの語へ飛ぶ。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(base_url + "book/glossary.html")
    links = page.locator("nav.rows a")
    assert [link[0] for link in links.all_inner_texts()] == list("あかさたなはまやら")
    for row in ("は", "か"):
        links.filter(has_text=row).focus()
        page.keyboard.press("Enter")
        page.wait_for_function("() => location.hash.startsWith('#term-')")
        place = page.evaluate(
            "() => { const t = document.getElementById(location.hash.slice(1));"
            " return [t.getBoundingClientRect().top, t.textContent,"
            " document.querySelector('nav.rows').getBoundingClientRect().bottom,"
            " document.querySelector('header.top').getBoundingClientRect().bottom,"
            " document.querySelector('nav.rows').getBoundingClientRect().top] }"
        )
        top, term, below, header, above = place
        assert below <= top < below + 60, (row, place)
        assert above >= header - 1
        assert term.startswith({"は": "パーセプトロン", "か": "ガイド付き探索"}[row]), (
            term
        )
    context.close()


def test_stopping_a_motion_says_what_it_does(browser: Any, base_url: str) -> None:
    """動きを減らす設定では止まって始まり，札は「動かす」。ふつうは「動きを止める」。"""
    for motion, label, state in (
        ("reduce", "動かす", "paused"),
        ("no-preference", "動きを止める", "running"),
    ):
        context = browser.new_context(reduced_motion=motion, service_workers="block")
        page = context.new_page()
        page.goto(base_url + "book/segmentation/pose_transfer.html")
        figure = page.locator("figure.motion").first
        state_of = "e => getComputedStyle(e).animationPlayState"
        assert figure.locator("label").inner_text().strip() == label
        assert figure.locator(".strip").first.evaluate(state_of) == state
        figure.locator("label").click()
        assert figure.locator(".strip").first.evaluate(state_of) != state
        context.close()


def test_addresses_in_a_page_are_readable_and_unique(site: Path) -> None:
    """節の番地は見出しの言葉から作られ，一つの頁に同じ番地は二つない。"""
    for path in PAGES:
        page = soup_of(site / path)
        names = [str(part["id"]) for part in page.select("[id]")]
        assert len(names) == len(set(names)), path
        sections = [str(part["id"]) for part in page.select("section[id]")]
        assert sections, path
        assert not [name for name in sections if re.fullmatch(r"id\d+", name)], path


def test_addresses_and_memory_are_not_trusted(context: Any, base_url: str) -> None:
    """壊れた番地や，よそが書いた記憶があっても，頁の働きは止まらない。"""
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(base_url + CHAPTER)
    page.evaluate("localStorage.read = 1; localStorage.mode = 'blue'")
    page.goto(base_url + "book/basics/cross_entropy.html#%E3%81")
    page.reload()
    page.locator("button.copy").first.wait_for(state="attached")
    label = page.locator(".theme-switch-button").get_attribute("aria-label")
    assert label == "明るさ：端末に合わせる"
    page.locator(".read-mark").click()
    assert page.locator(".read-mark").get_attribute("aria-pressed") == "true"
    page.evaluate("localStorage.read = '[1, {}]'")
    page.reload()
    page.locator("button.copy").first.wait_for(state="attached")
    assert not errors


def test_head_tells_what_the_page_is(site: Path) -> None:
    """説明・絵・地図・フィード。"""
    descriptions = set()
    for path in PAGES:
        page = soup_of(site / path)
        description = page.find("meta", {"name": "description"})
        image = page.find("meta", {"property": "og:image"})
        assert description
        assert image
        descriptions.add(description["content"])
        name = str(image["content"]).removeprefix(BASE_URL)
        assert (site / name).is_file(), name
    assert len(descriptions) == len(PAGES)
    places = [e.text for e in ElementTree.parse(site / "sitemap.xml").iter() if e.text]
    assert {f"{BASE_URL}{name}.html" for name in DOCUMENTS} <= set(places)
    feed = ElementTree.parse(site / "feed.xml").getroot()
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    manifest = json.loads((site / "manifest.webmanifest").read_text("utf8"))
    assert all((site / icon["src"]).is_file() for icon in manifest["icons"])
    assert (site / manifest["start_url"]).is_file()


def pointed(site: Path, css: str, attribute: str) -> list[Path]:
    """どの章でもよいから，選んだ要素の指すファイル。"""
    found = []
    for document in CHAPTERS:
        page = site / f"{document}.html"
        html = soup_of(page)
        found += [page.parent / str(tag[attribute]) for tag in html.select(css)]
    return found


def test_figures_with_numbers_have_their_csv(site: Path) -> None:
    tables = pointed(site, ".figure-data a", "href")
    assert len(tables) > len(CHAPTERS)  # 数の図は，章に一つより多い
    for file in tables:
        rows = file.read_text("utf-8-sig").splitlines()
        head = rows[0].removeprefix("選んだ値,")  # 動かせる図は，コマの名前が先に立つ
        assert head.startswith("区画,系列"), file
        assert len(rows) > 1, file


def test_figures_carry_no_numbers_inside(site: Path) -> None:
    """数は CSV に移してあるので，図のファイルには残らない。"""
    drawn = pointed(site, "article figure img[src$='.svg']", "src")
    assert len(drawn) > len(CHAPTERS)
    for file in drawn:
        assert not re.search(r"<metadata id=", file.read_text("utf8")), file
