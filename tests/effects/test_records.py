"""効果の記録：約束・対照・足あと・git の順番が決まりどおりで，測り直しても同じ値になる。"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bookkit.effects import Recorded, recorded
from lessons.effects import record, verdict
from lessons.effects.protocol import Protocol, all_protocols

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "lessons_src"
PROTOCOLS = all_protocols()
MEASURED = [one for one in record.everything() if one.record]
STATES = {one.id: one for one in recorded(ROOT)}
BUDGET = 120
"""測り直しにかける，おおよその秒。"""
AGAIN = 2
"""測り直す種の数。"""

every_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda one: one.id)
every_record = pytest.mark.parametrize("one", MEASURED, ids=lambda one: one.protocol.id)


@every_protocol
def test_every_protocol_is_measured_and_its_record_is_fresh(protocol: Protocol):
    why = STATES[protocol.id].why
    assert why == (), (
        f"{protocol.id}: {'，'.join(why)}。make effects で測ってください。"
    )


@every_protocol
def test_every_effect_names_a_known_paper_or_says_there_is_no_number(
    protocol: Protocol,
):
    bib = (ROOT / "book" / "references.bib").read_text("utf8")
    known = set(re.findall(r"^@\w+\{([^,]+),", bib, re.MULTILINE))
    assert protocol.no_number or protocol.source in known, protocol.id


@every_protocol
def test_ablation_is_an_effect_of_the_table(protocol: Protocol):
    if protocol.origin == "一部組み込み":
        assert protocol.ablation in {one.id for one in PROTOCOLS}, protocol.id


@every_record
def test_the_record_holds_what_was_promised(one: record.Measured):
    protocol, found = one.protocol, one.record
    assert found is not None
    assert found["seeds"] == list(protocol.seeds)
    assert min(found["seeds"]) >= 1000
    assert len(found["model"]) == len(protocol.seeds)
    assert found["controls"].keys() == protocol.controls.keys()
    assert all(len(v) == len(protocol.seeds) for v in found["controls"].values())
    assert [cell["parameters"] for cell in found["grid"]] == list(protocol.grid)
    assert all(np.isfinite(np.concatenate(found["model"])))


@every_record
def test_nothing_is_shown_while_a_control_passes(one: record.Measured):
    assert one.verdict is not None
    assert one.record is not None
    if one.word in ("示した", "向きだけ"):
        assert one.verdict.passing == (), one.protocol.id
        assert one.record["controls"], one.protocol.id
        assert one.verdict.robust >= verdict.ROBUST, one.protocol.id


def _with_history() -> list[Recorded]:
    return [one for one in STATES.values() if one.promised and one.measured]


def test_every_protocol_was_committed_before_its_record():
    """約束を最後に変えたコミットは，記録を最後に変えたコミットの，前のもの。"""
    if not _with_history():
        pytest.skip("git の記録がないか，記録がまだコミットされていません。")
    for one in _with_history():
        assert one.promised is not None
        assert one.measured is not None
        assert one.promised != one.measured, (
            f"{one.id}: 約束と記録が，同じコミットで変わっています。"
        )
        pair = (one.promised.key, one.measured.key)
        done = subprocess.run(
            ["git", "merge-base", "--is-ancestor", *pair], cwd=ROOT, check=False
        )
        assert done.returncode == 0, f"{one.id}: 約束が，記録の後で変わっています。"


def _seconds(one: record.Measured) -> float:
    """減らして測り直すのにかかる，おおよその秒。"""
    assert one.record is not None
    seeds, kinds = len(one.record["seeds"]), 1 + len(one.record["controls"])
    grid = len(one.record["grid"]) * len(one.protocol.grid_seeds)
    runs = seeds * kinds + grid
    return float(one.record["seconds"]) * min(AGAIN, seeds) * kinds / runs + 5


def _sample() -> list[record.Measured]:
    """測り直す効果：古い記録と，日ごとに替わるいくつか。"""
    today = datetime.date.today().toordinal() % max(len(MEASURED), 1)
    order = [*MEASURED[today:], *MEASURED[:today]]
    order.sort(key=lambda one: not STATES[one.protocol.id].why)
    chosen: list[record.Measured] = []
    for one in order:
        if sum(map(_seconds, [*chosen, one])) <= BUDGET or not chosen:
            chosen.append(one)
    return chosen


@pytest.mark.parametrize("one", _sample(), ids=lambda one: one.protocol.id)
def test_measuring_again_agrees_with_the_record(one: record.Measured):
    """同じ種で測り直した平均は，記録の同じ種の平均から，区間の半分より近い。"""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "lessons.effects",
            one.protocol.id,
            "--sets",
            str(AGAIN),
        ],
        cwd=SOURCES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout.splitlines()[-1])
    assert one.record is not None
    pairs = {"モデル": (again["model"], one.record["model"])} | {
        name: (values, one.record["controls"][name])
        for name, values in again["controls"].items()
    }
    for name, (now, then) in pairs.items():
        found = verdict.estimate(then)
        width = (found.high - found.low) / 2 * (len(then) / len(now)) ** 0.5
        mean = np.mean([np.mean(unit) for unit in now])
        before = np.mean([np.mean(unit) for unit in then[: len(now)]])
        assert abs(mean - before) <= width + 1e-6, f"{one.protocol.id}（{name}）"
