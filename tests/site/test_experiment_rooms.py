"""章の実験：台本どおりに答える参加者の値が，頁の結果にも，保存した記録の値にも，そのまま出る。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lessons.attention.visual_search.experiment import experiment as visual_search
from lessons.basics.mlp_sgd.experiment import experiment as six_types
from lessons.experiments import Experiment, Trial, summarise
from lessons.neuropsychology.neglect.cueing_experiment import experiment as cueing
from lessons.neuropsychology.picture_naming.experiment import (
    experiment as level_naming,
)
from lessons.recognition.perceptual_effects.dots_experiment import experiment as dots
from lessons.recognition.perceptual_effects.mirror_experiment import (
    experiment as mirror,
)
from lessons.recognition.perceptual_effects.navon_experiment import experiment as navon
from lessons.segmentation.fcn.experiment import experiment as figure_ground

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


def cued(trial: Trial, turn: int) -> tuple[float, str]:
    """当たり 320 ms，外れ 375 ms の参加者。右の標的には 20 ms 遅い。丸がなければ待つ。"""
    base = 320 if trial.condition == "当たり" else 375
    return base + 10 * trial.level, trial.answer


def comparing(slow: str, fast: str) -> Person:
    """``slow`` に 800 ms，``fast`` に 600 ms かかり，2 回に 1 回ずつ 40 ms 揺れる参加者。"""

    def person(trial: Trial, turn: int) -> tuple[float, str]:
        rt = {slow: 800, fast: 600}.get(trial.condition, 700)
        return rt + (40 if turn % 2 else -40), trial.answer

    return person


def counting(trial: Trial, turn: int) -> tuple[float, str]:
    """5 までは正しく，6 は半分，7 からは一つ少なく言う参加者。"""
    right = trial.level <= 5 or (trial.level == 6 and turn % 2 == 0)
    return 700, trial.answer if right else str(int(trial.level) - 1)


def seeing(trial: Trial, turn: int) -> tuple[float, str]:
    """凸の側を，2 領域では半分，4 領域では 3/4，8 領域ではいつも図と見る参加者。"""
    convex = turn < {2: 2, 4: 3, 8: 4}[int(trial.level)]
    other = {"black": "white", "white": "black"}[trial.answer]
    return 900, trial.answer if convex else other


def learning(trial: Trial, turn: int) -> tuple[float, str]:
    """型 II だけ，A と B を逆に覚えた参加者。"""
    other = {"A": "B", "B": "A"}[trial.answer]
    return 800, other if trial.condition == "型 II" else trial.answer


def hurried(trial: Trial, turn: int) -> tuple[float, str]:
    """個別の名前は，二回に一回，間に合わない参加者。"""
    late = trial.condition == "個別" and turn == 0
    return 700, "" if late else trial.answer


ROOMS = {
    "six-types": Room(
        six_types, "basics/mlp_sgd", learning, {"型 I": 100, "型 II": 0, "型 IV": 100}
    ),
    "level-naming": Room(
        level_naming,
        "neuropsychology/picture_naming",
        hurried,
        {"大分け": 100, "種類": 100, "個別": 50},
    ),
    "visual-search": Room(
        visual_search,
        "attention/visual_search",
        searching,
        {"特徴・ある": 20, "特徴・ない": 40, "結合・ある": 20, "結合・ない": 40},
    ),
    "cueing": Room(
        cueing, "neuropsychology/neglect", cued, {"当たり": 320, "外れ": 375}
    ),
    "global-local": Room(
        navon,
        "recognition/perceptual_effects",
        comparing("小さな図形が違う", "大きな図形が違う"),
        {"全体の優先": 200 / 1400},
    ),
    "mirror": Room(
        mirror,
        "recognition/perceptual_effects",
        comparing("左右の鏡像", "上下の鏡像"),
        {"左右の取り違え": 200 / 1400},
    ),
    "dots": Room(dots, "recognition/perceptual_effects", counting, {"点": 5.5}),
    "figure-ground": Room(
        figure_ground,
        "segmentation/fcn",
        seeing,
        {"2 領域": 50, "4 領域": 75, "8 領域": 100},
    ),
}


@pytest.fixture
def quick_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """モデルのかわりに，画素を間引いた表現を使う。モデルの値は，章の部屋の試験が調べる。"""

    def seen(images: np.ndarray) -> dict[str, torch.Tensor]:
        few = images[:, ::16, ::16].reshape(len(images), -1).astype(np.float32)
        return {"gap": torch.from_numpy(few)}

    room = "lessons.recognition.perceptual_effects"
    for name in ("same_or_different", "dots_experiment"):
        monkeypatch.setattr(f"{room}.{name}.representations", seen)


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.usefixtures("quick_model")
def test_the_participant_is_recovered(
    bench: Callable[..., Any], tmp_path: Path, name: str
) -> None:
    room = ROOMS[name]
    plan = room.make()
    assert plan.name == name
    page = bench(plan)
    play(page, plan, room.person)
    assert set(room.wanted) == set(plan.entries)
    digits = 3 if plan.score == "index" else 1
    for entry, value in room.wanted.items():
        mine = page.inner_text(f"{ROOT} [data-cell='あなた・{entry}']")
        assert mine == f"{value:.{digits}f}"
        for who, own in plan.others.items():
            if entry in own:
                said = page.inner_text(f"{ROOT} [data-cell='{who}・{entry}']")
                assert float(said) == pytest.approx(own[entry], abs=0.51 / 10**digits)
    rows = rows_saved(page, tmp_path)
    assert summarise(rows, plan) == pytest.approx(
        dict(room.wanted), abs=0.06 if digits == 1 else 0.0006
    )
    cells = {t.cell: t.repeats or plan.repeats for t in plan.trials}
    assert len(rows) == sum(cells.values())


@pytest.mark.parametrize("name", ROOMS)
def test_the_chapter_shows_it(site: Path, name: str) -> None:
    text = (site / "book" / f"{ROOMS[name].page}.html").read_text("utf8")
    assert f"&quot;name&quot;:&quot;{name}&quot;" in text
