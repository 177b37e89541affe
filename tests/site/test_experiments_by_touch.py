"""章の頁の実験を，答えのわかっている参加者が，指で受ける。その値が，そのまま結果に出る。"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lessons.basics.softmax import experiment as matching
from lessons.experiments import Experiment
from lessons.neuropsychology.neglect import experiment as lines
from lessons.neuropsychology.neglect.reader_lines import LENGTHS
from lessons.neuropsychology.semantic_dementia import experiment as verification
from lessons.recognition.japanese_captions import experiment as naming

from .experiment_bench import HOOK, ROOT

pytestmark = [pytest.mark.site, pytest.mark.browser]

TAP = """([root, x, y]) => {
  const paper = document.querySelector(root + ' .ex-aim');
  const at = new DOMPoint(x, y).matrixTransform(paper.getScreenCTM());
  return [at.x, at.y];
}"""

Data = dict[str, str]
Answer = Callable[[Any, Data, list[Data]], str]
"""頁，いまの試行，これまでの試行を受け取り，押すボタンの値を返す。"""
BIAS = dict(zip(LENGTHS, (8.0, 3.0, -2.0, -5.0), strict=True))
TIMES = {"大分け": 700, "種類": 600, "個別": 810, verification.NO: 750}


def bisect(page: Any, data: Data, past: list[Data]) -> str:
    x, y = lines.experiment().trials[int(data["item"])].target or (0, 0)
    spot = page.evaluate(TAP, [ROOT, x + BIAS[data["condition"]], y])
    page.touchscreen.tap(*spot)
    return ""


def verify(page: Any, data: Data, past: list[Data]) -> str:
    page.evaluate("ms => { window.clock += ms; }", TIMES[data["condition"]])
    return data["answer"]


def name(page: Any, data: Data, past: list[Data]) -> str:
    seen = sum(one["condition"] == data["condition"] for one in past)
    fine = data["condition"] == "変わった仲間" and seen >= 2
    return str(int(data["answer"]) % 4 + 1) if fine else data["answer"]


def guess(page: Any, data: Data, past: list[Data]) -> str:
    return "right" if len(past) >= 40 and len(past) % 4 == 0 else "left"


TAKEN = {
    "neuropsychology/neglect": (lines.experiment, bisect, BIAS),
    "neuropsychology/semantic_dementia": (verification.experiment, verify, TIMES),
    "recognition/japanese_captions": (
        naming.experiment,
        name,
        {"仲間らしい物": 100, "変わった仲間": 25},
    ),
    "basics/softmax": (matching.experiment, guess, {matching.CONDITION: 75}),
}
"""章ごとの，実験，参加者，わかっている値。"""


@pytest.fixture
def visit(browser: Any, base_url: str) -> Iterator[Callable[..., Any]]:
    contexts = []

    def open_page(chapter: str, width: int = 360, height: int = 740) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="ja-JP",
            service_workers="block",
            has_touch=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(HOOK % 7)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(error.stack or ""))
        page.on(
            "console",
            lambda m: page.problems.append(m.text) if m.type == "error" else None,
        )
        page.goto(f"{base_url}book/{chapter}.html", wait_until="load")
        page.wait_for_selector(f"{ROOT}:not([data-state=off])")
        page.evaluate(  # 一つの頁に二つあれば，調べる方だけにする
            "id => document.querySelectorAll('.experiment')"
            ".forEach((box) => { if (box.id !== id) box.remove(); })",
            f"experiment-{TAKEN[chapter][0]().name}",
        )
        page.wait_for_selector(ROOT)
        return page

    yield open_page
    for context in contexts:
        assert not [text for page in context.pages for text in page.problems]
        context.close()


def state_of(page: Any, *states: str) -> Data:
    wanted = ",".join(f"{ROOT}[data-state={state}]" for state in states)
    page.wait_for_selector(wanted, state="attached")
    data: Data = page.eval_on_selector(ROOT, "root => ({...root.dataset, plan: ''})")
    return data


def take_part(page: Any, answer: Answer, until: int = 10**6) -> list[Data]:
    page.click(f'{ROOT} [data-do="start"]')
    past: list[Data] = []
    while len(past) < until:
        data = state_of(page, "block", "trial", "result")
        if data["state"] == "result":
            break
        if data["state"] == "block":
            page.click(f'{ROOT} [data-do="start"]')
            continue
        said = answer(page, data, past)
        if data["practice"] == "false":
            past.append(data)
        page.tap(
            f'{ROOT} [data-answer="{said}"]' if said else f'{ROOT} [data-do="sure"]'
        )
        page.wait_for_function(
            "([root, last]) => { const d = document.querySelector(root).dataset;"
            " return d.trial !== last || d.state === 'result' || d.state === 'block'; }",
            arg=[ROOT, data["trial"]],
        )
    return past


@pytest.mark.parametrize("chapter", TAKEN)
def test_the_known_participant_is_recovered(
    visit: Callable[..., Any], chapter: str
) -> None:
    make, answer, known = TAKEN[chapter]
    experiment: Experiment = make()
    page = visit(chapter)
    assert json.loads(page.get_attribute(ROOT, "data-plan"))["name"] == experiment.name
    past = take_part(page, answer)
    counts = {one["condition"] for one in past}
    assert counts == {trial.condition for trial in experiment.trials}
    for entry, value in known.items():
        shown = page.inner_text(f'{ROOT} [data-cell="あなた・{entry}"]')
        assert float(shown) == pytest.approx(value, abs=0.2), entry
        for who, own in experiment.others.items():
            other = page.inner_text(f'{ROOT} [data-cell="{who}・{entry}"]')
            assert other == (f"{own[entry]:.1f}" if entry in own else "—")


@pytest.mark.parametrize("chapter", TAKEN)
@pytest.mark.parametrize(("width", "height"), [(360, 740), (320, 568), (780, 360)])
def test_the_display_and_the_buttons_fit_the_screen(
    visit: Callable[..., Any], chapter: str, width: int, height: int
) -> None:
    page = visit(chapter, width, height)
    take_part(page, TAKEN[chapter][1], until=1)
    state_of(page, "trial")
    for part in page.locator(f"{ROOT} .ex-picture, {ROOT} .ex-answers button").all():
        box = part.bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
