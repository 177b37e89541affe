"""誰でも読めるか：axe-core の決まりに，すべての頁が明暗と二つの幅で一つも触れない。

組み立ての決まりは明暗によらず，文字の色は幅によらない。
そこで，本文は二つの組（机と明，電話と暗）で調べ，枠は四つの組のすべてで調べる。
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from .conftest import PAGES

pytestmark = [pytest.mark.site, pytest.mark.browser]

ALL = [*PAGES, "search.html", "404.html", "offline.html"]
WHOLE = [("light", 1280), ("dark", 360)]
"""本文まで調べる組。"""
RUN = """async (skipped = []) => {
  dispatchEvent(new Event('scroll'));  // 触れたあとの頁（電話でも，すべての節が組まれる）
  for (const d of document.querySelectorAll('article details')) d.open = true;
  const options = {resultTypes: ['violations'], runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}};
  const {violations} = await axe.run({include: [['html']], exclude: skipped}, options);
  return violations.map(v => v.id + '：' + v.help + '\\n'
    + v.nodes.slice(0, 4).map(n => '  ' + n.html.slice(0, 160)
      + ' ' + (n.any[0]?.message || n.all[0]?.message || '')).join('\\n'));
}"""


@cache
def axe_source() -> str:
    """axe-core の中身（axe-playwright-python に入っている）。"""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found, "axe-playwright-python がありません"
    assert found.origin
    return next(Path(found.origin).parent.rglob("axe.min.js")).read_text("utf8")


@pytest.fixture(
    scope="module",
    params=[("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)],
    ids=str,
)
def page(request: Any, browser: Any) -> Iterator[Any]:
    scheme, width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
        service_workers="block",
    )
    page = context.new_page()
    page.skipped = [] if request.param in WHOLE else [["article"]]
    yield page
    context.close()


@pytest.mark.parametrize("path", ALL)
def test_axe_finds_nothing(page: Any, base_url: str, path: str) -> None:
    page.goto(base_url + path, wait_until="load")
    page.evaluate(axe_source())
    found = page.evaluate(RUN, page.skipped)
    assert not found, "\n".join(found)


def test_axe_works(page: Any, base_url: str) -> None:
    """検査そのものが働いている：代替文のない絵を足すと，見つける。"""
    page.goto(base_url + PAGES[0], wait_until="load")
    page.evaluate(axe_source())
    page.evaluate(
        "() => document.querySelector('article').append(Object.assign("
        "document.createElement('img'), {src: '_static/icon.svg'}))"
    )
    assert any("image-alt" in line for line in page.evaluate(RUN))


def test_axe_finds_nothing_in_the_open_search(page: Any, base_url: str) -> None:
    """検索の窓を開き，結果が出ているときも。"""
    page.goto(base_url + PAGES[0], wait_until="load")
    page.locator(".search-button").click()
    page.locator("#search-dialog input").fill("ソフトマックス")
    page.wait_for_selector("#search-dialog .results li")
    page.evaluate(axe_source())
    found = page.evaluate(RUN)
    assert not found, "\n".join(found)
