"""視覚探索の章が述べる，傾き・見のがし・報告の誤り。10 の種で確かめる。

効果の表に載る値は，本ができた後に ``tests/effects`` が確かめる。
"""

import numpy as np
import pytest

from lessons.attention.visual_search.feature_integration import reports
from lessons.attention.visual_search.guided_search import Guided
from lessons.attention.visual_search.model import slopes

SEEDS = range(10)


def test_searching_for_a_color_in_vain_is_fast_too():
    absent = [slopes("color", seed, Guided()).absent for seed in SEEDS]
    assert np.mean(absent) < 5


def test_orientation_search_is_flat_too():
    values = [slopes("orientation", seed, Guided()).present for seed in SEEDS]
    assert np.abs(values).max() < 5


def test_guided_slopes_stay_below_every_unguided_one():
    """誘導のない結合探索の傾きは，どの種でも 15 より大きい（``tests/effects``）。"""
    assert max(slopes("conjunction", seed, Guided()).present for seed in SEEDS) < 15


def test_guided_search_quits_late_so_its_ratio_exceeds_two():
    """しきい値でやめるモデルは，標的なしで 2 倍より長く探す（章に書いてある）。"""
    ratios = [slopes("conjunction", seed, Guided()).ratio for seed in SEEDS]
    assert np.mean(np.array(ratios) > 2.2) >= 0.8


def test_guided_search_misses_as_often_as_it_allows():
    misses = [slopes("conjunction", seed, Guided()).misses for seed in SEEDS]
    assert np.mean(misses) == pytest.approx(Guided().miss, abs=0.02)


def test_illusory_conjunctions_grow_as_display_time_shrinks():
    rates = np.array(
        [[reports(s, t).conjunction_error for t in (60, 90, 120, 150)] for s in SEEDS]
    )
    assert (np.diff(rates, axis=1) < 0).all()


def test_conjunction_errors_exceed_feature_errors_in_brief_displays():
    for seed in SEEDS:
        brief = reports(seed, 80)
        assert brief.conjunction_error > 2 * brief.feature_error > 0
