"""頁の中の視覚探索の実験：台本どおりに答える参加者の傾きが，そのまま結果に出る。"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lessons.attention.visual_search.model import page_data

pytestmark = [pytest.mark.site, pytest.mark.browser]

PAGE = "book/attention/visual_search.html"
ROOT = ".vs-experiment"
SCRIPT = "visual_search_experiment.js"
SIZES = (4, 8, 12, 16, 20)
# 時計と乱数を差し替える（口の説明は，スクリプトの頭にある）。
HOOK = """
  window.clock = 0;
  let state = %d;
  window.visualSearchHook = {
    now: () => window.clock,
    random: () => (state = (state * 16807) %% 2147483647) / 2147483647,
    pause: 0,
  };
"""
LINES = {
    ("feature", True): (430, 1.5),
    ("feature", False): (470, 2.5),
    ("conjunction", True): (440, 21.25),
    ("conjunction", False): (450, 47.5),
}
"""台本の参加者の，条件ごとの切片（ms）と傾き（ms／項目）。"""


def time_of(trial: dict[str, Any]) -> float:
    start, slope = LINES[trial["kind"], trial["present"]]
    return start + slope * trial["size"]


@pytest.fixture
def visit(browser: Any, base_url: str) -> Iterator[Callable[..., Any]]:
    """``visit(width=360, seed=1)``：実験のある頁を，差し替えた時計で開く。"""
    contexts = []

    def open_page(*, width: int = 1280, seed: int = 7, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 740}, locale="ja-JP", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(HOOK % seed)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(error.stack or ""))
        page.goto(base_url + PAGE, wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()


def root_data(page: Any) -> dict[str, str]:
    return page.eval_on_selector(ROOT, "root => ({...root.dataset})")


def press(page: Any, present: bool) -> None:
    page.keyboard.press("j" if present else "f")


def tap(page: Any, present: bool) -> None:
    page.tap(f'{ROOT} [data-do="{"present" if present else "absent"}"]')


def take_part(
    page: Any,
    *,
    answer: Callable[[Any, bool], None] = press,
    wrong: Callable[[dict[str, Any]], bool] = lambda trial: False,
    each: Callable[[dict[str, Any]], None] = lambda trial: None,
    most: int = 200,
) -> list[dict[str, Any]]:
    """台本の参加者：条件ごとに決まった時間の後に答える。見た試行を返す。"""
    page.click(f'{ROOT} [data-do="start"]')
    seen: list[dict[str, Any]] = []
    waiting = """last => {
      const d = document.querySelector('.vs-experiment').dataset;
      if (d.state === 'block' || d.state === 'result') return d.state;
      return d.state === 'search' && Number(d.trial) > last ? d.state : null;
    }"""
    last = 0
    for _ in range(most):
        state = page.wait_for_function(waiting, arg=last).json_value()
        if state == "result":
            return seen
        if state == "block":
            page.click(f'{ROOT} [data-do="start"]')
            continue
        data = root_data(page)
        last = int(data["trial"])
        trial = {
            "kind": data["kind"],
            "size": int(data["size"]),
            "present": data["present"] == "true",
            "practice": page.inner_text(f'{ROOT} [data-part="count"]') == "練習",
        }
        seen.append(trial)
        each(trial)
        mistake = wrong(trial)
        page.evaluate(
            "ms => { window.clock += ms; }", 3000 if mistake else time_of(trial)
        )
        answer(page, trial["present"] != mistake)
    pytest.fail(f"{most} 回答えても実験が終わりません")


def cell(page: Any, name: str) -> str:
    return page.inner_text(f'{ROOT} [data-cell="{name}"]')


def slopes_in(page: Any, who: str) -> dict[tuple[str, bool], float]:
    return {
        (kind, present): float(
            cell(page, f"{who}-{kind}-{'present' if present else 'absent'}")
        )
        for kind, present in LINES
    }


def test_known_reaction_times_give_the_known_slopes(visit: Callable[..., Any]) -> None:
    page = visit()
    seen = take_part(page)
    counted = [trial for trial in seen if not trial["practice"]]
    assert len(counted) == 40
    for kind, present in LINES:
        for size in SIZES:
            wanted = {"kind": kind, "size": size, "present": present, "practice": False}
            assert counted.count(wanted) == 2
    found = slopes_in(page, "own")
    for condition, (_, slope) in LINES.items():
        assert found[condition] == pytest.approx(slope, abs=0.051), condition
    assert "40 回のうち 40 回が正解" in page.inner_text(f'{ROOT} [data-part="summary"]')
    assert "実験が終わりました" in page.inner_text(f'{ROOT} [role="status"]')
    assert not [text for text in page.problems if SCRIPT in text]


def test_wrong_answers_are_counted_but_not_used(visit: Callable[..., Any]) -> None:
    page = visit(seed=11)
    missed: list[int] = []

    def wrong(trial: dict[str, Any]) -> bool:
        first = trial["size"] == 12 and not trial["practice"] and len(missed) < 3
        if first:
            missed.append(1)
        return first

    take_part(page, wrong=wrong)
    found = slopes_in(page, "own")
    for condition, (_, slope) in LINES.items():
        assert found[condition] == pytest.approx(slope, abs=0.051), condition
    assert "40 回のうち 37 回が正解" in page.inner_text(f'{ROOT} [data-part="summary"]')


def test_model_numbers_come_from_the_cell_of_the_chapter(
    visit: Callable[..., Any],
) -> None:
    page = visit()
    holder = page.get_attribute("#visual-search-model", "data-json")
    data = json.loads(holder)
    computed = page_data(seed=0)
    for who, kinds in computed.items():
        for kind, answers in kinds.items():
            for answer, line in answers.items():
                assert data[who][kind][answer] == pytest.approx(line)
    take_part(page)
    for who in ("guided", "integration"):
        for (kind, present), value in slopes_in(page, who).items():
            line = data[who][kind]["present" if present else "absent"]
            assert value == pytest.approx(line["slope"], abs=0.051)


def test_display_shows_what_the_trial_says(visit: Callable[..., Any]) -> None:
    page = visit(seed=3)
    red, green = "rgb(222 62 56)", "rgb(60 180 100)"

    def look(trial: dict[str, Any]) -> None:
        bars = page.eval_on_selector_all(
            f"{ROOT} .vs-display line",
            """lines => lines.map(l => ({
                 color: l.getAttribute('stroke'),
                 vertical: l.getAttribute('x1') === l.getAttribute('x2'),
                 x: (Number(l.getAttribute('x1')) + Number(l.getAttribute('x2'))) / 2,
                 y: (Number(l.getAttribute('y1')) + Number(l.getAttribute('y2'))) / 2,
               }))""",
        )
        assert len(bars) == trial["size"]
        targets = [b for b in bars if b["color"] == red and b["vertical"]]
        assert len(targets) == trial["present"]
        others = [b for b in bars if b not in targets]
        looks = {(b["color"], b["vertical"]) for b in others}
        both = {(green, True), (red, False)}
        assert looks == (both if trial["kind"] == "conjunction" else {(green, True)})
        for number, one in enumerate(bars):
            assert 15 < one["x"] < 369
            assert 15 < one["y"] < 369
            for other in bars[:number]:
                apart = abs(one["x"] - other["x"]) + abs(one["y"] - other["y"])
                assert apart > 25

    take_part(page, each=look)


def test_touch_works_without_overflow_on_a_phone(visit: Callable[..., Any]) -> None:
    page = visit(width=360, has_touch=True, is_mobile=True)
    wide = "() => document.documentElement.scrollWidth - window.innerWidth"
    checked: list[int] = []

    def fits(trial: dict[str, Any]) -> None:
        if not checked:
            assert page.evaluate(wide) <= 0
            for part in (".vs-display", '[data-do="present"]', '[data-do="absent"]'):
                box = page.locator(f"{ROOT} {part}").bounding_box()
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= 360
                assert box["y"] >= 0, f"{part} が画面の上にはみ出しています"
                assert box["y"] + box["height"] <= 740, f"{part} が画面の下にあります"
            button = page.locator(f'{ROOT} [data-do="present"]').bounding_box()
            assert min(button["width"], button["height"]) >= 44
            checked.append(1)

    take_part(page, answer=tap, each=fits)
    assert checked
    assert page.evaluate(wide) <= 0
    found = slopes_in(page, "own")
    for condition, (_, slope) in LINES.items():
        assert found[condition] == pytest.approx(slope, abs=0.051), condition


def test_result_is_drawn_beside_the_model(visit: Callable[..., Any]) -> None:
    page = visit()
    take_part(page)
    for part in ("present", "absent"):
        chart = page.locator(f'{ROOT} svg[data-part="{part}"]')
        for kind in ("feature", "conjunction"):
            points = chart.locator(f'[data-kind="{kind}"][data-role="point"]')
            assert points.count() == 5
            for who in ("own", "guided"):
                line = chart.locator(f'[data-kind="{kind}"][data-role="{who}"]')
                assert line.count() == 1
        own = cell(page, f"own-conjunction-{part}")
        label = chart.get_attribute("aria-label")
        assert f"結合探索は項目一つにつき {own} ms" in label
        texts = chart.locator("text")
        box = chart.bounding_box()
        for number in range(texts.count()):
            inner = texts.nth(number).bounding_box()
            assert inner["x"] >= box["x"] - 1
            assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 1


def test_record_can_be_saved_and_nothing_is_sent(
    visit: Callable[..., Any], base_url: str, tmp_path: Path
) -> None:
    page = visit()
    sent: list[str] = []

    def note(request: Any) -> None:
        # 本の図や印を遅れて読むことはあるが，値を持つ要求も，送る要求もない。
        file = request.method == "GET" and "?" not in request.url
        asks = request.resource_type in ("fetch", "xhr", "ping", "websocket")
        if asks or not file or not request.url.startswith(base_url):
            sent.append(f"{request.method} {request.url}")

    page.on("request", note)
    take_part(page)
    assert not sent
    with page.expect_download() as info:
        page.click(f'{ROOT} [data-do="save"]')
    path = tmp_path / "saved.csv"
    info.value.save_as(path)
    with path.open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    for row in rows:
        trial = {
            "kind": row["kind"],
            "size": int(row["set_size"]),
            "present": row["present"] == "1",
        }
        assert float(row["rt_ms"]) == pytest.approx(time_of(trial), abs=0.06)
        assert row["correct"] == "1"


def test_a_hidden_page_repeats_the_trial(visit: Callable[..., Any]) -> None:
    page = visit()
    hidden: list[int] = []

    def hide(trial: dict[str, Any]) -> None:
        if len(hidden) == 0 and not trial["practice"]:
            hidden.append(1)
            page.evaluate(
                """() => {
                  Object.defineProperty(document, 'hidden',
                    { value: true, configurable: true });
                  document.dispatchEvent(new Event('visibilitychange'));
                  delete document.hidden;
                }"""
            )
            page.wait_for_function(
                "n => Number(document.querySelector('.vs-experiment').dataset.trial) > n",
                arg=3,
            )

    page.click(f'{ROOT} [data-do="start"]')
    page.click(f'{ROOT} [data-do="start"]')
    for number in (1, 2, 3):
        page.wait_for_function(
            """n => { const d = document.querySelector('.vs-experiment').dataset;
                 return d.state === 'search' && Number(d.trial) === n; }""",
            arg=number,
        )
        if number < 3:
            press(page, root_data(page)["present"] == "true")
    assert page.inner_text(f'{ROOT} [data-part="count"]') == "1 / 40"
    hide({"practice": False})
    assert page.inner_text(f'{ROOT} [data-part="count"]') == "1 / 40"


def test_keyboard_alone_starts_and_escape_stops(visit: Callable[..., Any]) -> None:
    page = visit()
    page.focus(f'{ROOT} [data-do="start"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(f'{ROOT}[data-state="block"]')
    assert page.evaluate("document.activeElement.dataset.do") == "start"
    assert "特徴探索" in page.inner_text(ROOT) or "結合探索" in page.inner_text(ROOT)
    page.keyboard.press("Enter")
    page.wait_for_selector(f'{ROOT}[data-state="search"]')
    page.keyboard.press("Escape")
    page.wait_for_selector(f'{ROOT}[data-state="ready"]')
    assert page.evaluate("document.activeElement.dataset.do") == "start"
    assert "やめました" in page.inner_text(f'{ROOT} [role="status"]')
    seen = take_part(page)  # やめた後も，初めからできる
    assert len(seen) == 44
    assert not [text for text in page.problems if SCRIPT in text]


def test_without_javascript_the_page_says_so(browser: Any, base_url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base_url + PAGE, wait_until="load")
    text = page.inner_text(ROOT)
    context.close()
    assert "JavaScript が要ります" in text
    assert "始める" not in text


def test_with_javascript_the_sentence_is_gone(visit: Callable[..., Any]) -> None:
    text = visit().inner_text(ROOT)
    assert "JavaScript" not in text
    assert "始める" in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_lines_are_readable_in_both_themes(
    visit: Callable[..., Any], scheme: str
) -> None:
    """文字と線の色は，背景との明るさの比が，文字で 4.5，線で 3 以上。"""
    page = visit(color_scheme=scheme)
    take_part(page)
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    colors = {
        "文字": (
            page.eval_on_selector(f"{ROOT} td", "e => getComputedStyle(e).color"),
            4.5,
        )
    }
    for kind in ("feature", "conjunction"):
        line = f'{ROOT} [data-kind="{kind}"][data-role="own"]'
        colors[kind] = (
            page.eval_on_selector(line, "e => getComputedStyle(e).stroke"),
            3,
        )
    for name, (color, least) in colors.items():
        assert contrast(color, back) >= least, f"{name}: {color} と {back}"


def contrast(one: str, other: str) -> float:
    """二つの色（``rgb(…)``）の明るさの比（WCAG）。"""

    def light(color: str) -> float:
        parts = [
            float(p) / 255 for p in color[color.index("(") + 1 : -1].split(",")[:3]
        ]
        linear = [
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
