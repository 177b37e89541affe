"""動かせる図を Chromium で動かす：指，キー，紙，明暗，スクリプトなし。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import PAGES, soup_of

pytestmark = [pytest.mark.site, pytest.mark.browser]

SEEN = """box => [...new Set([...box.querySelectorAll('.v')]
  .filter(v => getComputedStyle(v).display !== 'none').map(v => v.tagName === 'P' ? v.innerText : 'g'))]"""
FRAME = """box => {
  const kept = [...box.querySelectorAll('.v')]
    .filter(v => getComputedStyle(v).display !== 'none');
  const sets = kept.map(v => [...v.classList].filter(c => c !== 'v'));
  return sets.reduce((a, b) => a.filter(c => b.includes(c)));
}"""
MOST = 40 * 1024


def with_sliders(site: Path) -> list[str]:
    found = [p for p in PAGES if 'class="slider' in (site / p).read_text("utf8")]
    assert found, "動かせる図のある頁が一つもありません"
    return found


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    """``phone(javascript=False)`` で，電話の画面を開く。"""
    contexts = []

    def opened(*, javascript: bool = True, scheme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": 360, "height": 740},
            has_touch=True,
            color_scheme=scheme,
            java_script_enabled=javascript,
            service_workers="block",
        )
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def words_of(box: Any) -> list[str]:
    """いま読める文（絵の部分は除く）。"""
    return [text for text in box.evaluate(SEEN) if text != "g"]


def test_every_value_shows_its_own_frame(site: Path, base_url: str, phone: Any) -> None:
    """どの値でも，一枚のコマと，その文だけが見える。つまみの言葉は，選んだ値。"""
    page = phone()
    for path in with_sliders(site):
        page.goto(base_url + path)
        for box in page.locator("fieldset.slider.ranged").all():
            names = box.locator("[type=radio] + label").all_text_contents()
            knob = box.locator("[type=range]")
            assert not box.locator("label").first.is_visible()
            knob.focus()
            page.keyboard.press("Home")
            for number, name in enumerate(names):
                assert box.evaluate(FRAME) == [f"f{number}"], path
                (words,) = words_of(box)
                assert f"{name}：" in words
                assert knob.get_attribute("aria-valuetext") == name
                page.keyboard.press("ArrowRight")
        for box in page.locator("fieldset.slider:not(.ranged)").all():
            frames = set()
            for label in box.locator("label").all():
                label.tap()
                frames.add(words_of(box)[0])
                assert len(box.evaluate(FRAME)) == 1, path
            assert len(frames) > 1


def test_a_finger_moves_it(site: Path, base_url: str, phone: Any) -> None:
    page = phone()
    page.goto(base_url + with_sliders(site)[0])
    box = page.locator("fieldset.slider.ranged").first
    knob = box.locator("[type=range]")
    knob.scroll_into_view_if_needed()
    place = knob.bounding_box()
    assert place["height"] >= 44
    last = int(knob.get_attribute("max"))
    for share, number in ((0.99, last), (0.01, 0)):
        x, y = place["x"] + share * place["width"], place["y"] + place["height"] / 2
        page.touchscreen.tap(x, y)
        assert box.evaluate(FRAME) == [f"f{number}"]


def test_it_works_without_scripts(site: Path, base_url: str, phone: Any) -> None:
    page = phone(javascript=False)
    for path in with_sliders(site)[::8]:  # 働きは，どの頁も同じ
        page.goto(base_url + path)
        for box in page.locator("fieldset.slider").all():
            shown = box.locator(".say p:visible")
            assert shown.count() == 1
            assert box.locator("[type=range]").count() == 0
            labels = box.locator("label").all()
            for label in (labels[0], labels[-1]):
                label.tap()
                assert shown.count() == 1
                assert box.locator("svg").is_visible()
                assert f" {label.inner_text()}" in shown.inner_text()


def test_paper_shows_the_words_of_every_frame(
    site: Path, base_url: str, phone: Any
) -> None:
    """紙には，選んだコマの絵と，すべてのコマの文が出る。操作するものは出ない。"""
    page = phone(scheme="dark")
    page.goto(base_url + with_sliders(site)[0])
    page.emulate_media(media="print", color_scheme="dark")
    box = page.locator("fieldset.slider.ranged").first
    assert len(words_of(box)) == box.locator("[type=radio]").count() > 2
    assert not box.locator("[type=range]").is_visible()
    assert not box.locator(".what").is_visible()
    ink = "e => getComputedStyle(e).getPropertyValue('--ink')"
    assert box.evaluate(ink) == "#1f2a37"


@pytest.mark.parametrize(("scheme", "ink"), [("light", "#1f2a37"), ("dark", "#e6eaf0")])
def test_colours_follow_the_page(
    site: Path, base_url: str, phone: Any, scheme: str, ink: str
) -> None:
    page = phone(scheme=scheme)
    page.goto(base_url + with_sliders(site)[0])
    box = page.locator("fieldset.slider").first
    value = "e => getComputedStyle(e).getPropertyValue('--ink')"
    assert box.evaluate(value) == ink
    switch = page.locator(".theme-switch-button")
    for mode in ("light", "dark"):
        while page.evaluate("document.documentElement.dataset.mode") != mode:
            switch.click()
        wanted = {"light": "#1f2a37", "dark": "#e6eaf0"}[mode]
        assert box.evaluate(value) == wanted


def test_they_are_numbered_named_and_light(site: Path) -> None:
    """番号と説明があり，数の CSV があり，頁の中の名前が重ならず，小さい。"""
    import gzip

    for path in with_sliders(site):
        soup = soup_of(site / path)
        names = [str(tag["id"]) for tag in soup.select(".slider, .slider [id]")]
        assert len(names) == len(set(names)), path
        for box in soup.select("fieldset.slider"):
            figure = box.find_parent("figure")
            if path == "book/index.html":  # 表紙は，章の図を借りて動かすだけ
                assert figure is None
                continue
            assert figure.find(class_="caption-number"), path
            assert not box.find("metadata")
            assert len(gzip.compress(str(box).encode())) <= MOST
            link = figure.select_one(".figure-data a")
            if link:
                data = (site / path).parent / str(link["href"])
                assert "選んだ値" in data.read_text("utf8").splitlines()[0]
