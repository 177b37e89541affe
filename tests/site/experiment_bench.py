"""実験一つだけの頁と，台本どおりに答える参加者。章の頁を開かずに，実験を速く試す。"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lessons.experiments import Experiment, Trial, to_html

ROOT = ".experiment"
HOOK = """
  window.clock = 0;
  let state = %d;
  window.experimentHook = {
    now: () => window.clock,
    random: () => (state = (state * 16807) %% 2147483647) / 2147483647,
    pause: 0,
    late: (work) => { window.late = work; },
  };
"""
PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>試し</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="../_static/book.css">
<main><article>{}</article></main>
<script>
  window.book = {{
    all: (selector) => [...document.querySelectorAll(selector)],
    load: (name) => new Promise((done) => {{
      const script = document.createElement("script");
      script.src = "../_static/" + name;
      script.onload = done;
      document.head.append(script);
    }}),
  }};
</script>
<script src="../_static/experiment.js"></script>"""
"""実験一つだけの頁。book.js のうち，実験が使う二つの働きだけを置く。"""


@contextmanager
def bench_of(browser: Any, base_url: str) -> Iterator[Callable[..., Any]]:
    """実験一つだけの頁を開く働き。本の頁と同じ部品で動く。"""
    contexts = []

    def open_page(
        experiment: Experiment,
        *,
        hook: str = HOOK % 7,
        width: int = 360,
        **options: Any,
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 740}, service_workers="block", **options
        )
        contexts.append(context)
        context.route(
            "**/book/bench.html",
            lambda route: route.fulfill(
                body=PAGE.format(to_html(experiment)), content_type="text/html"
            ),
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.add_init_script(hook)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(error.stack or ""))
        page.goto(base_url + "book/bench.html", wait_until="load")
        page.wait_for_selector(f"{ROOT}[data-state=ready]")
        return page

    yield open_page
    for context in contexts:
        assert not [text for page in context.pages for text in page.problems]
        context.close()


def wait_for(page: Any, *states: str) -> dict[str, str]:
    wanted = ",".join(f"{ROOT}[data-state={state}]" for state in states)
    page.wait_for_selector(wanted, state="attached")
    data: dict[str, str] = page.eval_on_selector(
        ROOT, "root => ({...root.dataset, plan: ''})"
    )
    return data


def take_part(page: Any, answer: Callable[[Any, dict[str, str]], None]) -> int:
    """``answer`` が一試行ずつ答える。答えた試行の数を返す。"""
    page.click(f'{ROOT} [data-do="start"]')
    count = 0
    while True:
        data = wait_for(page, "block", "trial", "result")
        if data["state"] == "result":
            return count
        if data["state"] == "block":
            page.click(f'{ROOT} [data-do="start"]')
            continue
        count += 1
        answer(page, data)
        page.wait_for_function(
            "([root, last]) => { const d = document.querySelector(root).dataset;"
            " return d.trial !== last || d.state === 'result' || d.state === 'block'; }",
            arg=[ROOT, data["trial"]],
        )


def rows_saved(page: Any, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as info:
        page.click(f"{ROOT} [data-do=csv]")
    info.value.save_as(folder / "saved.csv")
    return list(
        csv.DictReader((folder / "saved.csv").read_text("utf-8-sig").splitlines())
    )


Person = Callable[[Trial, int], tuple[float, str]]
"""台本の参加者：試行と，その組（``Trial.cell``）の何回めか（0 から）→ 反応時間（ms）と答え。"""

PLAY = """
  ([cells, script, keys]) => new Promise((done) => {
    const box = document.querySelector('.experiment');
    const met = {};
    let last = null;
    const turn = () => {
      const { state, trial, item, practice } = box.dataset;
      if (state === 'result') { watch.disconnect(); done(); return; }
      if (state === 'block') { setTimeout(() => box.querySelector('[data-do=start]')?.click()); return; }
      if (state !== 'trial' || trial === last) return;
      last = trial;
      const cell = cells[item];
      const turnOf = met[cell] || 0;
      if (practice !== 'true') met[cell] = turnOf + 1;
      const [rt, said] = script[cell][turnOf];
      setTimeout(() => {
        window.clock += rt;
        if (!said) window.late();
        else box.querySelector('.ex-stage').dispatchEvent(new KeyboardEvent('keydown', { key: keys[said], bubbles: true }));
      });
    };
    const watch = new MutationObserver(turn);
    watch.observe(box, { attributes: true });
    box.querySelector('[data-do=start]').click();
  })
"""


def play(page: Any, experiment: Experiment, person: Person) -> None:
    """``person`` が，実験を終わりまで，頁の中で速く答える。"""
    cells = [str(trial.cell) for trial in experiment.trials]
    script = {
        str(trial.cell): [
            person(trial, n) for n in range(trial.repeats or experiment.repeats)
        ]
        for trial in experiment.trials
    }
    keys = {response.value: response.key for response in experiment.responses}
    page.evaluate(PLAY, [cells, script, keys])
