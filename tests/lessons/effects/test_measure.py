"""測り：約束の種・値・対照・条件で，部屋の関数を呼ぶ。"""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from lessons.effects.measure import measure
from lessons.effects.protocol import ProtocolError

PLAN = SimpleNamespace(
    id="trial",
    chapter="basics/trial",
    seeds=(1000, 1001, 1002),
    parameters={"width": 14},
    controls={"pixels": "画素"},
    grid=({"width": 10}, {"width": 18}),
    grid_seeds=(1000, 1001),
    digest="0" * 64,
)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str, int]]:
    """``(種, 対照, 幅)`` の順に書き留める，作り物の測り。"""
    found: list[tuple[int, str, int]] = []

    def trial(seed: int, control: str = "", *, width: int) -> np.ndarray:
        found.append((seed, control, width))
        return np.array([seed - 1000, width], float) * (control == "")

    module = ModuleType("lessons.basics.trial.effects")
    module.MEASURES = {"trial": trial}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return found


def test_the_protocol_decides_everything(calls):
    found = measure(PLAN, say=lambda line: None)
    assert calls == [
        *((seed, "", 14) for seed in PLAN.seeds),
        *((seed, "pixels", 14) for seed in PLAN.seeds),
        *((seed, "", width) for width in (10, 18) for seed in (1000, 1001)),
    ]
    assert found["model"] == [[0, 14], [1, 14], [2, 14]]
    assert found["controls"] == {"pixels": [[0, 0]] * 3}
    assert found["grid"] == [
        {"parameters": {"width": 10}, "mean": 5.25},
        {"parameters": {"width": 18}, "mean": 9.25},
    ]
    assert found["protocol"] == PLAN.digest
    assert found["seeds"] == [1000, 1001, 1002]


def test_reduced_measuring_takes_the_first_seeds_and_no_grid(calls):
    found = measure(PLAN, sets=1, say=lambda line: None)
    assert calls == [(1000, "", 14), (1000, "pixels", 14)]
    assert found["grid"] == []


def test_values_must_be_numbers(monkeypatch, calls):
    broken = {"trial": lambda *arguments, **parameters: np.nan}
    monkeypatch.setattr(sys.modules["lessons.basics.trial.effects"], "MEASURES", broken)
    with pytest.raises(ProtocolError, match=r"効果 trial の値に NaN.*種 1000"):
        measure(PLAN, say=lambda line: None)


def test_missing_measure_is_told(monkeypatch, calls):
    monkeypatch.setattr(sys.modules["lessons.basics.trial.effects"], "MEASURES", {})
    with pytest.raises(ProtocolError, match="MEASURES に 'trial' がありません"):
        measure(PLAN, say=lambda line: None)
