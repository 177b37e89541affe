"""実験の枠：まとめ方は Python と頁で同じ値になり，手がかり・覆い・場所の答え・待つ時間が動く。"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lessons.experiments import Experiment, Response, Trial, summarise
from lessons.experiments.scores import SCORES, missing

from .experiment_bench import ROOT, rows_saved, take_part, wait_for

pytestmark = [pytest.mark.site, pytest.mark.browser]

PICTURE = (
    '<svg viewBox="0 0 200 200"><rect width="200" height="200" fill="gray"/></svg>'
)


def trial(condition: str, answer: str, level: float = 0, **more: Any) -> Trial:
    return Trial(condition, answer, PICTURE, level, **more)


BASE = Experiment(
    name="bench",
    title="試しの実験",
    instructions=["押してください。"],
    example=PICTURE,
    responses=[Response("same", "同じ", "f"), Response("different", "違う", "j")],
    trials=[
        trial(condition, answer, level)
        for condition in ("甲", "乙")
        for answer in ("same", "different")
        for level in (1, 2, 3, 4)
    ],
    repeats=1,
    practice=0,
)


def random_rows(seed: int) -> list[dict[str, Any]]:
    """まとめ方の計算だけを比べるための，でたらめな行。"""
    g = np.random.default_rng(seed)
    return [
        {
            "condition": str(g.choice(["甲", "乙"])),
            "level": float(level),
            "answer": str(g.choice(["same", "different"])),
            "response": "different" if g.random() < level / 5 else "same",
            "correct": bool(g.random() < 0.8),
            "rt": float(g.uniform(100, 900)),
            **{name: float(g.uniform(0, 200)) for name in ("x", "y")},
            **{name: float(g.uniform(0, 200)) for name in ("target_x", "target_y")},
        }
        for level in [1, 2, 3, 4] * 20
    ]


def test_the_page_and_python_score_alike(bench: Callable[..., Any]) -> None:
    page = bench(BASE)
    page.evaluate("() => window.book.load('experiment_scores.js')")
    names = page.evaluate("() => Object.keys(window.bookScores.SCORES)")
    assert names == list(SCORES)
    for seed in range(3):
        rows = random_rows(seed)
        texts = [
            {k: str(int(v)) if k == "correct" else str(v) for k, v in row.items()}
            | {"rt_ms": str(row["rt"])}
            for row in rows
        ]
        for name in names:
            plan = replace(
                BASE,
                score=name,
                signal="different",
                bin=7,
                contrasts={"甲 − 乙": ("甲", "乙")} if SCORES[name].contrast else {},
            )
            sent = page.evaluate(
                "([plan, rows]) => window.bookScores.values(plan, rows)",
                [
                    {
                        "score": name,
                        "signal": "different",
                        "criterion": 50,
                        "bin": 7,
                        "contrasts": {"甲 − 乙": ["甲", "乙"]},
                        "conditions": plan.conditions,
                        "fastest": 150,
                        "slowest": 10_000,
                    },
                    rows,
                ],
            )
            assert sent == pytest.approx(summarise(texts, plan), abs=1e-6), name
            assert None not in sent.values()


def test_a_condition_without_a_value_is_named(bench: Callable[..., Any]) -> None:
    page = bench(BASE)

    def answer(page: Any, data: dict[str, str]) -> None:
        wrong = data["condition"] == "乙"
        page.evaluate("() => { window.clock += 500; }")
        page.keyboard.press("fj"[(data["answer"] == "different") != wrong])

    assert take_part(page, answer) == 16
    assert page.inner_text(f"{ROOT} [data-cell='あなた・甲']") == "500.0"
    assert page.inner_text(f"{ROOT} [data-cell='あなた・乙']") == "—"
    words = "使える答えが足りないので，値を出せない条件があります（乙）。"
    assert words in page.inner_text(ROOT)
    assert words == missing({"甲": 500.0}, BASE)


def test_cues_masks_and_waiting(bench: Callable[..., Any], tmp_path: Path) -> None:
    """手がかり → 刺激（80 ms）→ 覆い → 空。押さないのが正しい試行では，待つ時間が過ぎると進む。"""
    names = ("cue", "target", "mask")
    cue, target, mask = (
        f'<svg viewBox="0 0 9 9" data-is="{name}"></svg>' for name in names
    )
    shown = [
        Trial(
            "ある", "seen", target, k, before=[(cue, 100), ("", 50)], mask=(mask, 100)
        )
        for k in (1, 2)
    ]
    plan = replace(
        BASE,
        responses=[Response("seen", "見えた", "j")],
        trials=[*shown, Trial("ない", "", target, before=[(cue, 100)])],
        shown=80,
        limit=3000,
    )
    assert plan.conditions == ["ある"]
    page = bench(plan, hook="")
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            const found = document.querySelector('.ex-stage .ex-picture');
            const name = found && (found.querySelector('[data-is]')?.dataset.is || (found.textContent ? 'cross' : 'blank'));
            const last = window.seen.at(-1);
            if (name && (!last || last[0] !== name)) window.seen.push([name, performance.now()]);
          }).observe(document.querySelector('.experiment'), { childList: true, subtree: true });
        }"""
    )

    def answer(page: Any, data: dict[str, str]) -> None:
        if data["answer"]:
            page.wait_for_timeout(300)
            page.keyboard.press("j")

    assert take_part(page, answer) == 3
    log = page.evaluate("window.seen")
    order = " ".join(name for name, _ in log)
    assert order.count("cross cue blank target mask blank") == 2, order
    assert order.count("cross cue target blank") == 1, order
    times = [b[1] - a[1] for a, b in pairwise(log) if a[0] == "target"]
    assert 60 <= min(times) <= 250, times  # 混んだ計算機では，長くなることがある
    assert "3 回のうち 3 回が正解" in page.inner_text(ROOT)
    rows = rows_saved(page, tmp_path)
    assert [row["rt_ms"] == "" for row in rows] == [row["answer"] == "" for row in rows]
    for row in rows:
        assert float(row["shown_ms"]) >= 60
        assert 10 <= float(row["refresh_hz"]) <= 400
        assert row["pointer"] == ("key" if row["answer"] else "none")
    assert 300 <= summarise(rows, plan)["ある"] <= 3000


PLACES = replace(
    BASE,
    responses=(),
    place="ここに決める",
    score="deviation",
    unit="目盛り",
    trials=[trial("線", "", k, target=(100.0, 50.0)) for k in (1, 2)],
    practice=0,
)


@pytest.mark.parametrize("touch", [True, False], ids=["tap", "key"])
def test_a_place_is_recorded_in_the_units_of_the_picture(
    bench: Callable[..., Any], tmp_path: Path, touch: bool
) -> None:
    page = bench(PLACES, has_touch=touch)

    def answer(page: Any, data: dict[str, str]) -> None:
        sure = page.locator(f"{ROOT} [data-do=sure]")
        assert sure.is_disabled()  # 場所を選ぶまでは，決められない
        if touch:
            box = page.locator(f"{ROOT} .ex-aim").bounding_box()
            page.touchscreen.tap(
                box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.25
            )
            sure.tap()
            return
        page.keyboard.press("Shift+ArrowRight")  # まん中 (100, 100) から，20 右へ
        for _ in range(25):
            page.keyboard.press("ArrowUp")  # 2 ずつ上へ
        page.keyboard.press("Enter")

    assert take_part(page, answer) == 2
    rows = rows_saved(page, tmp_path)
    for row in rows:
        assert float(row["x"]) == pytest.approx(120, abs=1)
        assert float(row["y"]) == pytest.approx(50, abs=1)
        assert row["pointer"] == ("touch" if touch else "key")
    assert float(page.inner_text(f"{ROOT} [data-cell='あなた・線']")) == pytest.approx(
        20, abs=1
    )
    assert summarise(rows, PLACES)["線"] == pytest.approx(20, abs=1)


def test_eight_buttons_fit_and_the_curve_is_drawn(bench: Callable[..., Any]) -> None:
    """1〜8 のボタン。4 までは正しく答え，5 からはまちがえる人の，しきいと曲線。"""
    numbers = [str(k) for k in range(1, 9)]
    plan = replace(
        BASE,
        responses=[Response(k, k, k) for k in numbers],
        trials=[trial("点", k, int(k)) for k in numbers],
        score="threshold",
        unit="個",
        others={"モデル": {"点": 3.5}},
        curves={"モデル": {"点": {1: 100, 8: 20}}},
    )
    for width, height in ((360, 740), (320, 568), (780, 360)):
        page = bench(plan, width=width, has_touch=True)
        page.set_viewport_size({"width": width, "height": height})
        page.click(f'{ROOT} [data-do="start"]')
        wait_for(page, "trial")
        for what in (".ex-picture", '[data-answer="1"]', '[data-answer="8"]'):
            box = page.locator(f"{ROOT} {what}").first.bounding_box()
            assert box["x"] >= 0
            assert box["y"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height, (what, width)
    page = bench(plan)

    def answer(page: Any, data: dict[str, str]) -> None:
        page.evaluate("() => { window.clock += 500; }")
        page.keyboard.press(data["answer"] if int(data["answer"]) <= 4 else "1")

    assert take_part(page, answer) == 8
    assert page.inner_text(f"{ROOT} [data-cell='あなた・点']") == "4.5"
    assert page.inner_text(f"{ROOT} [data-cell='モデル・点']") == "3.5"
    said = page.get_attribute(f"{ROOT} [data-curve=点]", "aria-label")
    assert "4 で 100.0，5 で 0.0" in said
    marks = page.locator(f"{ROOT} [data-curve=点] .ex-dot-1 text")
    assert marks.count() == 2  # モデルの点


def test_colours_can_be_chosen_and_are_recorded(
    bench: Callable[..., Any], tmp_path: Path
) -> None:
    red = '<svg viewBox="0 0 9 9"><path fill="rgb(222, 62, 56)"/></svg>'
    plan = replace(
        BASE,
        instructions=["赤い棒を探してください。"],
        trials=[Trial("甲", "same", red), Trial("甲", "different", red)],
        example=red,
        safe={"赤い": "だいだい色の", "rgb(222, 62, 56)": "rgb(230, 110, 0)"},
    )
    page = bench(plan)
    assert "画面が見えない人" in page.inner_text(ROOT)
    page.check(f"{ROOT} [data-part=safe]")
    assert "だいだい色の棒" in page.inner_text(ROOT)

    def answer(page: Any, data: dict[str, str]) -> None:
        assert page.get_attribute(".ex-stage path", "fill") == "rgb(230, 110, 0)"
        page.keyboard.press("f")

    take_part(page, answer)
    assert {row["colours"] for row in rows_saved(page, tmp_path)} == {"safe"}


def test_nothing_moves_by_itself(bench: Callable[..., Any]) -> None:
    """動きをへらす設定でも，そうでなくても，実験の画面に動く飾りがない。"""
    page = bench(BASE)
    page.click(f'{ROOT} [data-do="start"]')
    wait_for(page, "trial")
    assert page.evaluate("() => document.getAnimations().length") == 0
    assert json.loads(page.get_attribute(ROOT, "data-plan"))["unseen"]
