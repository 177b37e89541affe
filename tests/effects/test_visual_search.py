"""視覚探索の効果：向きと大きさを 10 の種で確かめる。

はじめて報告した論文：Treisman & Gelade (1980)，Treisman & Schmidt (1982)，
Wolfe, Cave & Franzel (1989)，Wolfe (1994)。
"""

import numpy as np
import pytest

from lessons.attention.visual_search.feature_integration import reports
from lessons.attention.visual_search.guided_search import Guided
from lessons.attention.visual_search.model import (
    conjunction_slope,
    feature_slope,
    guidance_gain,
    guided_slope,
    illusory_growth,
    slope_ratio,
    slopes,
)

SEEDS = range(10)


@pytest.fixture(scope="module")
def measured():
    """すべての種での値。時間のかかる実験を一度だけ行う。"""
    measures = (feature_slope, conjunction_slope, slope_ratio, guided_slope)
    return {f.__name__: np.array([f(seed) for seed in SEEDS]) for f in measures}


def test_feature_search_is_flat(measured):
    values = measured["feature_slope"]
    assert np.abs(values).max() < 5
    assert abs(values.mean()) < 1
    absent = [slopes("color", seed, Guided()).absent for seed in SEEDS]
    assert np.mean(absent) < 5


def test_orientation_search_is_flat_too():
    values = [slopes("orientation", seed, Guided()).present for seed in SEEDS]
    assert np.abs(values).max() < 5


def test_conjunction_search_rises(measured):
    values = measured["conjunction_slope"]
    assert values.min() > 15
    assert 20 < values.mean() < 30
    assert values.min() > measured["feature_slope"].max() + 10


def test_absent_slope_is_about_twice_the_present_slope(measured):
    values = measured["slope_ratio"]
    assert 1.8 < values.mean() < 2.2
    assert (values > 1.5).all()
    assert (values < 2.7).all()


def test_guidance_lowers_the_slope(measured):
    gains = np.array([guidance_gain(seed) for seed in SEEDS])
    assert gains.min() > 8
    assert measured["guided_slope"].max() < measured["conjunction_slope"].min()


def test_guided_search_quits_late_so_its_ratio_exceeds_two():
    """しきい値でやめるモデルは，標的なしで 2 倍より長く探す（章に書いてある）。"""
    ratios = [slopes("conjunction", seed, Guided()).ratio for seed in SEEDS]
    assert np.mean(np.array(ratios) > 2.2) >= 0.8


def test_guided_search_misses_as_often_as_it_allows():
    misses = [slopes("conjunction", seed, Guided()).misses for seed in SEEDS]
    assert np.mean(misses) == pytest.approx(Guided().miss, abs=0.02)


def test_illusory_conjunctions_grow_as_display_time_shrinks():
    assert min(illusory_growth(seed) for seed in SEEDS) > 0.2
    rates = np.array(
        [[reports(s, t).conjunction_error for t in (60, 90, 120, 150)] for s in SEEDS]
    )
    assert (np.diff(rates, axis=1) < 0).all()


def test_conjunction_errors_exceed_feature_errors_in_brief_displays():
    for seed in SEEDS:
        brief = reports(seed, 80)
        assert brief.conjunction_error > 2 * brief.feature_error > 0
