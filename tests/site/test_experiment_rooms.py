"""章の実験：台本どおりに答える参加者の値が，頁の結果にも，保存した記録の値にも，そのまま出る。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lessons.attention.visual_search.experiment import experiment as visual_search
from lessons.experiments import Experiment, Trial, summarise

from .experiment_bench import ROOT, Person, play, rows_saved

pytestmark = [pytest.mark.site, pytest.mark.browser]


@dataclass(frozen=True)
class Room:
    """実験一つの試し：作る関数，章の頁，台本の参加者，出るはずの値。"""

    make: Callable[[], Experiment]
    page: str
    person: Person
    wanted: Mapping[str, float]


def searching(trial: Trial, turn: int) -> tuple[float, str]:
    """傾き 20 ms／項目，「ない」では 40 ms／項目の参加者。"""
    return 450 + (20 if trial.answer == "present" else 40) * trial.level, trial.answer


ROOMS = {
    "visual-search": Room(
        visual_search,
        "attention/visual_search",
        searching,
        {"特徴・ある": 20, "特徴・ない": 40, "結合・ある": 20, "結合・ない": 40},
    ),
}


@pytest.mark.parametrize("name", ROOMS)
def test_the_participant_is_recovered(
    bench: Callable[..., Any], tmp_path: Path, name: str
) -> None:
    room = ROOMS[name]
    plan = room.make()
    assert plan.name == name
    page = bench(plan)
    play(page, plan, room.person)
    assert set(room.wanted) == set(plan.entries)
    for entry, value in room.wanted.items():
        assert (
            page.inner_text(f"{ROOT} [data-cell='あなた・{entry}']") == f"{value:.1f}"
        )
        for who, own in plan.others.items():
            if entry in own:
                said = page.inner_text(f"{ROOT} [data-cell='{who}・{entry}']")
                assert said == f"{own[entry]:.1f}"
    rows = rows_saved(page, tmp_path)
    assert summarise(rows, plan) == pytest.approx(dict(room.wanted), abs=0.06)
    cells = {t.cell: t.repeats or plan.repeats for t in plan.trials}
    assert len(rows) == sum(cells.values())


@pytest.mark.parametrize("name", ROOMS)
def test_the_chapter_shows_it(site: Path, name: str) -> None:
    text = (site / "book" / f"{ROOMS[name].page}.html").read_text("utf8")
    assert f"&quot;name&quot;:&quot;{name}&quot;" in text
