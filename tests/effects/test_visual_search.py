"""視覚探索の効果：向きと大きさを 10 の種で確かめる。

はじめて報告した論文：Treisman & Gelade (1980)，Treisman & Schmidt (1982)，
Wolfe, Cave & Franzel (1989)，Wolfe (1994)。
"""

import numpy as np
import pytest

from lessons.attention.visual_search.feature_integration import reports
from lessons.attention.visual_search.guided_search import Guided
from lessons.attention.visual_search.model import (
    CRITERIA,
    MODELS,
    guidance_gain,
    illusory_growth,
    slopes,
)

SEEDS = range(10)
VERDICTS = {
    "特徴統合理論": [True, True, True, False],
    "ガイド付き探索": [True, False, False, True],
}


@pytest.fixture(scope="module")
def measured():
    """モデルごと，効果ごとの，すべての種での値。時間のかかる実験を一度だけ行う。"""
    return {
        model: [np.array([c.value(model, seed) for seed in SEEDS]) for c in CRITERIA]
        for model in MODELS
    }


@pytest.mark.parametrize("model", MODELS)
def test_one_model_with_one_setting_takes_every_effect(model, measured):
    """どちらのモデルも，すべての効果は示さない。示さない効果も，はっきり基準を外れる。"""
    found = []
    for criterion, values in zip(CRITERIA, measured[model], strict=True):
        held = np.mean([criterion.holds(value) for value in values])
        assert held in (0, 1) or max(held, 1 - held) >= 0.8
        found.append(bool(held > 0.5))
    assert found == VERDICTS[model]


def test_values_of_the_conjunction_search(measured):
    _, serial, ratio, _ = measured["特徴統合理論"]
    assert 20 < serial.mean() < 30
    assert 1.8 < ratio.mean() < 2.2
    _, guided, ratio, _ = measured["ガイド付き探索"]
    assert 5 < guided.mean() < 11
    assert ratio.mean() > 3


def test_feature_search_is_flat_without_the_target_too():
    for task in ("color", "orientation"):
        found = [slopes(task, seed, MODELS["ガイド付き探索"]) for seed in SEEDS]
        assert abs(np.mean([s.present for s in found])) < 1
        assert np.mean([s.absent for s in found]) < 5


def test_guidance_lowers_the_slope(measured):
    gains = np.array([guidance_gain(seed) for seed in SEEDS])
    assert gains.min() > 8
    assert measured["ガイド付き探索"][1].max() < measured["特徴統合理論"][1].min()


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


def test_which_error_is_commoner_depends_on_the_probability_put_in():
    """結合錯誤が多いことは，登録される確率を高く決めたことから出る。"""
    for seed in SEEDS:
        low, high = (reports(seed, 80, registered=r) for r in (0.3, 0.9))
        assert low.conjunction_error < low.feature_error
        assert high.conjunction_error > high.feature_error


def test_conjunction_errors_exceed_feature_errors_in_brief_displays():
    for seed in SEEDS:
        brief = reports(seed, 80)
        assert brief.conjunction_error > 2 * brief.feature_error > 0
