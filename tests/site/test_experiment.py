"""頁の中の実験：台本どおりに答える参加者の傾きと割合が，そのまま結果に出る。中断しても失われない。"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bookkit.theme
from lessons.attention.visual_search.experiment import experiment
from lessons.experiments import read_class, summarise

from .experiment_bench import HOOK, ROOT

pytestmark = [pytest.mark.site, pytest.mark.browser]

PAGE = "book/attention/visual_search.html"
LINES = {
    "特徴・ある": (430, 1.5),
    "特徴・ない": (470, 2.5),
    "結合・ある": (440, 21.5),
    "結合・ない": (450, 47.5),
}
"""台本の参加者の，条件ごとの切片（ms）と傾き（ms／項目）。"""
JSPSYCH = "f0e796c3b604f3e270810ff61c2d7f686a6dc4bc03c8ac6dcc35eab85f2ddff4"
"""配る jsPsych（8.3.0 の dist/index.browser.min.js から sourceMappingURL の行を除いたもの）。"""


def time_of(trial: dict[str, Any]) -> float:
    start, slope = LINES[trial["condition"]]
    return start + slope * trial["level"]


@pytest.fixture
def visit(browser: Any, base_url: str) -> Iterator[Callable[..., Any]]:
    """``visit(width=360, seed=1)``：実験のある頁を，差し替えた時計で開く。"""
    contexts = []

    def open_page(
        *, width: int = 1280, height: int = 740, seed: int = 7, **options: Any
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="ja-JP",
            service_workers="block",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(HOOK % seed)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(error.stack or ""))
        page.on(
            "console",
            lambda m: page.problems.append(m.text) if m.type == "error" else None,
        )
        page.goto(base_url + PAGE, wait_until="load")
        page.wait_for_selector(f"{ROOT}:not([data-state=off])")
        return page

    yield open_page
    for context in contexts:
        assert not [text for page in context.pages for text in page.problems]
        context.close()


def data_of(page: Any) -> dict[str, Any]:
    data = page.eval_on_selector(ROOT, "root => ({...root.dataset, plan: ''})")
    return {
        "condition": data["condition"],
        "level": float(data["level"]),
        "answer": data["answer"],
        "practice": data["practice"] == "true",
    }


def key(page: Any, answer: str) -> None:
    page.keyboard.press({"absent": "f", "present": "j"}[answer])


def tap(page: Any, answer: str) -> None:
    page.tap(f'{ROOT} [data-answer="{answer}"]')


def state_after(page: Any, *states: str) -> str:
    wanted = ",".join(f"{ROOT}[data-state={state}]" for state in states)
    return page.wait_for_selector(wanted, state="attached").get_attribute("data-state")


def take_part(
    page: Any,
    *,
    respond: Callable[[Any, str], None] = key,
    wrong: Callable[[dict[str, Any]], bool] = lambda trial: False,
    until: int = 10**6,
) -> list[dict[str, Any]]:
    """台本の参加者：条件ごとに決まった時間の後に答える。見た試行を返す。"""
    seen: list[dict[str, Any]] = []
    while len(seen) < until:
        state = state_after(page, "block", "trial", "result")
        if state == "result":
            break
        if state == "block":
            page.click(f'{ROOT} [data-do="start"]')
            continue
        trial = data_of(page)
        number = page.get_attribute(ROOT, "data-trial")
        seen.append(trial)
        mistake = wrong(trial)
        page.evaluate(
            "ms => { window.clock += ms; }", 3000 if mistake else time_of(trial)
        )
        other = {"absent": "present", "present": "absent"}[trial["answer"]]
        respond(page, other if mistake else trial["answer"])
        page.wait_for_function(
            """([root, last]) => { const d = document.querySelector(root).dataset;
              return d.trial !== last || d.state === 'result' || d.state === 'block'; }""",
            arg=[ROOT, number],
        )
    return seen


def start(page: Any) -> None:
    page.click(f'{ROOT} [data-do="start"]')


def cell(page: Any, who: str, condition: str) -> str:
    return page.inner_text(f'{ROOT} [data-cell="{who}・{condition}"]')


@pytest.mark.parametrize(
    ("respond", "touch"), [(key, False), (tap, True)], ids=["key", "tap"]
)
def test_the_slopes_of_the_participant_are_recovered(
    visit: Callable[..., Any], respond: Callable[[Any, str], None], touch: bool
) -> None:
    page = visit(width=360 if touch else 1280, has_touch=touch)
    start(page)
    seen = take_part(page, respond=respond)
    real = [trial for trial in seen if not trial["practice"]]
    assert (len(seen), len(real)) == (44, 40)
    cells = {(t["condition"], t["level"]) for t in real}
    assert len(cells) == 20  # 条件 4 × 項目の数 5，どれも二回
    for condition, (_, slope) in LINES.items():
        assert cell(page, "あなた", condition) == f"{slope:.1f}"
        for who, own in experiment().others.items():
            assert cell(page, who, condition) == f"{own[condition]:.1f}"
    label = page.get_attribute(f"{ROOT} .ex-chart", "aria-label")
    assert "結合・ないは 47.5" in label
    assert "40 回のうち 40 回が正解" in page.inner_text(ROOT)


def test_mistakes_are_left_out_of_the_slope(visit: Callable[..., Any]) -> None:
    page = visit(seed=3)
    start(page)
    count = [0]

    def wrong(trial: dict[str, Any]) -> bool:
        count[0] += not trial["practice"]
        return not trial["practice"] and count[0] % 10 == 0

    take_part(page, wrong=wrong)
    for condition, (_, slope) in LINES.items():
        assert cell(page, "あなた", condition) == f"{slope:.1f}"
    assert "40 回のうち 36 回が正解" in page.inner_text(ROOT)


def test_records_are_saved_and_nothing_is_sent(
    visit: Callable[..., Any], base_url: str, tmp_path: Path
) -> None:
    page = visit()
    page.fill(f"{ROOT} [data-part=code]", "甲,1")
    sent: list[str] = []

    def note(request: Any) -> None:
        own = request.method == "GET" and request.url.startswith(base_url)
        file = "?" not in request.url or "_static/" in request.url
        if not own or not file or request.resource_type in ("fetch", "xhr", "ping"):
            sent.append(f"{request.method} {request.url}")

    page.on("request", note)
    start(page)
    take_part(page)
    assert not sent
    for kind in ("csv", "json"):
        with page.expect_download() as info:
            page.click(f"{ROOT} [data-do={kind}]")
        info.value.save_as(tmp_path / f"saved.{kind}")
    rows = list(
        csv.DictReader((tmp_path / "saved.csv").read_text("utf-8-sig").splitlines())
    )
    assert len(rows) == 40
    assert {row["code"] for row in rows} == {"甲,1"}
    for row in rows:
        trial = {"condition": row["condition"], "level": float(row["level"])}
        assert float(row["rt_ms"]) == pytest.approx(time_of(trial), abs=0.06)
        assert row["pointer"] == "key"
    got = summarise(rows, experiment())
    assert got == pytest.approx(
        {name: slope for name, (_, slope) in LINES.items()}, abs=1e-6
    )
    assert read_class(tmp_path, experiment()).values == {"甲,1": got}
    run = json.loads((tmp_path / "saved.json").read_text("utf8"))
    assert len(run["rows"]) == 44


def hide(page: Any) -> None:
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', { value: true, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
          delete document.hidden;
        }"""
    )


def test_an_interrupted_trial_is_done_again(visit: Callable[..., Any]) -> None:
    page = visit()
    start(page)
    take_part(page, until=3)
    state_after(page, "trial")
    before, trial = page.inner_text(f"{ROOT} .ex-count"), data_of(page)
    hide(page)
    state_after(page, "paused")
    key(page, trial["answer"])  # 中断の間の答えは受け取らない
    assert state_after(page, "paused") == "paused"
    page.click(f'{ROOT} [data-do="continue"]')
    state_after(page, "trial")
    assert page.inner_text(f"{ROOT} .ex-count") == before
    assert data_of(page) == trial
    assert len(take_part(page)) == 41
    for condition, (_, slope) in LINES.items():
        assert cell(page, "あなた", condition) == f"{slope:.1f}"


def test_a_reload_asks_and_keeps_what_was_done(visit: Callable[..., Any]) -> None:
    page = visit()
    start(page)
    take_part(page, until=25)
    state_after(page, "trial", "block")
    page.reload(wait_until="load")
    assert state_after(page, "asked") == "asked"
    assert "25 / 44" in page.inner_text(ROOT)
    page.click(f'{ROOT} [data-do="continue"]')
    assert len(take_part(page)) == 19
    for condition, (_, slope) in LINES.items():
        assert cell(page, "あなた", condition) == f"{slope:.1f}"
    page.reload(wait_until="load")
    assert state_after(page, "ready") == "ready"


def test_discarding_starts_afresh(visit: Callable[..., Any]) -> None:
    page = visit()
    start(page)
    take_part(page, until=2)
    state_after(page, "trial")
    page.keyboard.press("Escape")
    page.click(f'{ROOT} [data-do="discard"]')
    assert state_after(page, "ready") == "ready"
    assert "捨てました" in page.inner_text(f"{ROOT} .ex-status")
    start(page)
    assert len(take_part(page)) == 44


def test_keys_are_heard_only_inside(visit: Callable[..., Any]) -> None:
    """検索の欄に字を打っても，試行の答えにならず，記録も捨てられない。"""
    page = visit()
    start(page)
    take_part(page, until=2)
    state_after(page, "trial")
    trial = data_of(page)
    page.keyboard.press("/")
    page.keyboard.type("fj")
    page.keyboard.press("Escape")
    assert state_after(page, "trial") == "trial"
    assert data_of(page) == trial


@pytest.mark.parametrize("saved", ["{", "[]", '{"version": "old"}', '{"rows": 3}'])
def test_a_damaged_record_is_dropped(visit: Callable[..., Any], saved: str) -> None:
    page = visit()
    page.evaluate("s => localStorage.setItem('experiment-visual-search', s)", saved)
    page.reload(wait_until="load")
    assert state_after(page, "ready") == "ready"
    start(page)
    assert len(take_part(page, until=3)) == 3


def test_full_storage_does_not_stop_it(visit: Callable[..., Any]) -> None:
    page = visit()
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full'); }; }"
    )
    start(page)
    take_part(page, until=1)
    assert "途中の記録を残せません" in page.inner_text(f"{ROOT} .ex-status")
    assert len(take_part(page)) == 43
    assert cell(page, "あなた", "特徴・ある") == "1.5"


def test_a_cut_download_is_told_and_can_be_tried_again(
    visit: Callable[..., Any],
) -> None:
    page = visit()
    page.context.route("**/jspsych.js*", lambda route: route.abort())
    start(page)
    words = page.wait_for_selector(f"{ROOT} [data-do=again]").evaluate(
        "button => button.parentElement.innerText"
    )
    assert "実験の部品を読み込めません" in words
    page.context.unroute("**/jspsych.js*")
    page.problems.clear()  # 切れた読み込みは，ブラウザーも誤りと言う
    page.click(f"{ROOT} [data-do=again]")
    assert state_after(page, "block") == "block"


@pytest.mark.parametrize(("width", "height"), [(360, 740), (320, 568), (780, 360)])
def test_the_display_and_the_buttons_fit_the_screen(
    visit: Callable[..., Any], width: int, height: int
) -> None:
    page = visit(width=width, height=height, has_touch=True)
    start(page)
    take_part(page, until=1, respond=tap)
    state_after(page, "trial")
    for what in (".ex-picture", '[data-answer="present"]', '[data-answer="absent"]'):
        box = page.locator(f"{ROOT} {what}").first.bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height, what


def test_jspsych_comes_only_at_the_start(visit: Callable[..., Any]) -> None:
    page = visit()
    loaded = "() => document.querySelectorAll('script[src*=jspsych]').length"
    assert page.evaluate(loaded) == 0
    start(page)
    state_after(page, "block")
    assert page.evaluate(loaded) == 1
    file = Path(bookkit.theme.__file__).parent / "static" / "jspsych" / "jspsych.js"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == JSPSYCH
    assert "MIT" in file.with_name("LICENSE").read_text("utf8")


def test_without_javascript_the_page_says_so(browser: Any, base_url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base_url + PAGE, wait_until="load")
    text = page.inner_text(ROOT)
    context.close()
    assert "JavaScript が動くときに試せます" in text
    assert "始める" not in text
