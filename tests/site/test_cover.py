"""表紙と授業の頁：言っていることが，指す先の頁で本当か。続きから読めるか。広い画面で目次が右にあるか。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from bookkit import classes
from bookkit.pages.covers import MOST_BYTES
from bookkit.pages.facts import TOUCHES

from .conftest import CHAPTERS, DOCUMENTS, ROOT, soup_of

pytestmark = [pytest.mark.site, pytest.mark.browser]

ROOT_PAGE = DOCUMENTS[0]
COUNTED = {
    "experiment": ".experiment",
    "slider": "fieldset.slider",
    "lab": ".lab",
    "exercise": ".exercise",
}
LECTURE = classes.newest(ROOT)


def soup(site: Path, name: str) -> BeautifulSoup:
    return soup_of(site / f"{name}.html")


def test_every_card_is_true(site: Path) -> None:
    """すべての章が目次の順に並び，時間・触れるもの・前提・絵が，章の頁のとおり。"""
    cards = soup(site, ROOT_PAGE).select(".chapter-card")
    assert [card["data-page"] for card in cards] == CHAPTERS
    for card in cards:
        name = str(card["data-page"])
        page = soup(site, name)
        box = page.select_one(".lesson-box")
        assert box, name
        for kind, selector in COUNTED.items():
            count = len(page.select(f"article {selector}"))
            words = f"{TOUCHES[kind]} {count}" if count > 1 else TOUCHES[kind]
            for place in (card, box):
                shown = [b.get_text(strip=True) for b in place.select(f".touch-{kind}")]
                assert shown == ([words] if count else []), (name, kind)
        for link in box.select(".touch a"):
            assert page.find(id=unquote(str(link["href"])[1:])), (name, link)
        minutes = re.search(r"約 (\d+) 分", card.get_text())
        shown_minutes = box.select_one(".lesson-minutes")
        assert minutes, name
        assert shown_minutes, name
        assert minutes[0] in shown_minutes.get_text()
        assert 3 <= int(minutes[1]) <= 60, name
        requires = [a["href"] for a in card.select(".chapter-requires a")]
        assert len(requires) == len(box.select(".lesson-row:nth-of-type(2) a")), name
        pictures = card.select("img")
        assert len(pictures) == 2, name
        for picture in pictures:
            file = (site / ROOT_PAGE).parent / str(picture["src"])
            assert file.stat().st_size <= MOST_BYTES, name
            assert len(str(picture["alt"])) > 8, name
            assert picture["loading"] == "lazy"


def test_practicals_are_linked_in_the_order_of_the_lecture(site: Path) -> None:
    """授業の順に並び，今日の印と行き先があり，ほかの章は部ごとに畳んである。値は設定のとおり。"""
    assert LECTURE
    page = soup(site, LECTURE.docname)
    rows = page.select("ol.practicals > li")
    folder = Path(LECTURE.docname).parent
    wanted = [f"book/{one['chapter']}.html" for one in LECTURE.practicals]
    assert [str(folder / str(row.a["href"])) for row in rows if row.a] == wanted
    today = [bool(one.get("today")) for one in LECTURE.practicals]
    assert [bool(row.select(".today")) for row in rows] == today
    rest = page.select("details.practicals-rest:not([open]) li")
    assert len(rows) + len(rest) == len(CHAPTERS)
    steps = page.select("ol.hand-in > li")
    assert len(steps) == len(page.select("ol.hand-in svg")) == 5
    folders = [a["href"] for a in page.select("ol.hand-in a")]
    assert folders == [LECTURE.submission] * bool(LECTURE.submission)
    head = page.select_one(".class-head")
    assert head
    assert LECTURE.date_text in head.get_text()
    assert soup(site, ROOT_PAGE).select(f'.start a[href$="{LECTURE.page}.html"]')


def test_a_year_is_written_only_in_its_setting() -> None:
    """年・日付・提出先は，表紙にも，授業の頁の原稿にも，設定にもない。"""
    assert LECTURE
    for name in ("book/index.md", f"{LECTURE.docname}.md", "README.md"):
        text = (ROOT / name).read_text("utf8")
        assert str(LECTURE.year) not in text, name
        assert "drive.google" not in text, name


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, service_workers="block"
    )
    yield context.new_page()
    context.close()


def test_reading_goes_on_where_it_stopped(page: Any, base_url: str) -> None:
    """章の節まで読むと，表紙に「続きから読む」が出て，その節へ行く。覚えがなければ出ない。"""
    resume = page.locator(".resume")
    page.goto(f"{base_url}{ROOT_PAGE}.html")
    assert not resume.is_visible()
    page.goto(f"{base_url}{CHAPTERS[2]}.html")
    page.evaluate("document.querySelectorAll('article h2')[2].scrollIntoView()")
    page.wait_for_function("() => JSON.parse(localStorage.place || '[]')[1]")
    page.goto(f"{base_url}{ROOT_PAGE}.html")
    name, section, heading = page.evaluate("JSON.parse(localStorage.place)")
    assert name == CHAPTERS[2]
    assert heading in resume.inner_text()
    resume.click()
    page.wait_for_url(re.compile(re.escape(f"{name}.html#")))
    assert unquote(page.url.partition("#")[2]) == section


@pytest.mark.parametrize(
    "kept",
    ["1", "{", '["no/such/page"]', '["javascript:alert(1)"]', '[{"a": 1}]', "null"],
)
def test_a_strange_memory_shows_nothing(page: Any, base_url: str, kept: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{base_url}{ROOT_PAGE}.html")
    page.evaluate("kept => localStorage.place = kept", kept)
    page.reload()
    assert not page.locator(".resume").is_visible()
    page.evaluate("localStorage.clear()")
    assert not errors


def test_the_cover_is_tried_before_any_tap(page: Any, base_url: str) -> None:
    """表紙のつまみは，何も読み込まずに働く。よその番地も，実験の部品も，押す前には頼まない。"""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{base_url}{ROOT_PAGE}.html", wait_until="networkidle")
    said = page.locator(".slider .say p:visible")
    before = said.inner_text()
    count = len(asked)
    page.locator(".slider input[type=range]").press("End")
    assert said.inner_text() != before
    assert not [url for url in asked[count:] if not url.endswith(".webp")]
    assert all(url.startswith((base_url, "data:")) for url in asked)
    assert not [url for url in asked if re.search("jspsych|experiment|lab", url)]


KINDS = [CHAPTERS[0], "book/glossary", "book/references", "book/status"]


@pytest.mark.parametrize("name", [*KINDS, LECTURE.docname if LECTURE else ""])
def test_page_toc_stands_at_the_right(page: Any, base_url: str, name: str) -> None:
    """1280 px から，頁の目次が本文の右に開いて立ち，本文の幅は狭くならない。"""
    page.goto(f"{base_url}{name}.html")
    if not page.locator(".page-toc").count():
        headings = page.locator("article h2").count()
        assert headings < 2, name
        return
    text = page.locator("article").bounding_box()
    toc = page.locator(".page-toc").bounding_box()
    assert toc["x"] >= text["x"] + text["width"]
    assert toc["x"] + toc["width"] <= 1280
    assert text["width"] >= 600
    assert page.locator(".page-toc nav").is_visible()
