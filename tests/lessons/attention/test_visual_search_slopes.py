"""視覚探索の章が述べる，傾き・見のがし・報告の誤り。10 の種で確かめる。

効果の表に載る値は，本ができた後に ``tests/effects`` が確かめる。
"""

import numpy as np
import pytest

from lessons import human
from lessons.attention.visual_search.feature_integration import reports
from lessons.attention.visual_search.guided_search import Guided
from lessons.attention.visual_search.model import (
    CRITERIA,
    MODELS,
    guidance_gain,
    slopes,
)
from lessons.effects import record

SEEDS = range(10)


@pytest.mark.parametrize(
    ("model", "verdicts"),
    [
        ("特徴統合理論", [True, True, True, False]),
        ("ガイド付き探索", [True, False, False, True]),
    ],
)
def test_one_model_with_one_setting_takes_every_effect(model, verdicts):
    """どちらのモデルも，すべての効果は示さない。"""
    values = [[c.value(model, seed) for seed in range(3)] for c in CRITERIA]
    means = [float(np.mean(one)) for one in values]
    assert [c.holds(v) for c, v in zip(CRITERIA, means, strict=True)] == verdicts
    assert list(MODELS) == ["特徴統合理論", "ガイド付き探索"]


def test_the_ratio_of_people_lies_between_the_models():
    """人間の比は二つのモデルの間にあり，ガイド付き探索に近いとは言えない。"""
    rows = {
        row.condition: row.value
        for row in human.numbers("attention/visual_search", "slopes")
    }
    people = rows["結合・ない"] / rows["結合・ある"]
    serial, guided = (
        np.mean(one.record["model"])
        for one in record.named("absent_ratio_integration", "absent_ratio_guided")
    )
    assert serial < people < guided
    assert people - serial < guided - people


def test_guidance_lowers_the_slope():
    assert min(guidance_gain(seed) for seed in SEEDS) > 8


@pytest.mark.parametrize("other", [Guided(bottom_up=0), Guided(noise=4.0)])
def test_a_flat_feature_search_hangs_on_the_weights_put_in(other):
    """ボトムアップの重みを除くか，雑音を増やすと，特徴探索も平らではない。"""
    values = [slopes("color", seed, other).present for seed in range(20, 23)]
    assert min(values) > 4


def test_either_activation_can_lift_the_feature_target():
    """ボトムアップがなくても，トップダウンを 2 倍にすれば，特徴探索はほぼ平ら。"""
    other = Guided(bottom_up=0, top_down=2)
    values = [slopes("color", seed, other).present for seed in range(20, 23)]
    assert max(values) < 2.5


@pytest.mark.parametrize("noise", [0.4, 1.2, 2.0, 4.0])
def test_the_guided_ratio_exceeds_two_whatever_the_noise(noise):
    ratios = [
        slopes("conjunction", s, Guided(noise=noise)).ratio for s in range(20, 23)
    ]
    assert np.mean(ratios) > 2


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


def test_the_ratio_comes_from_the_guidance():
    """見落としてよい割合を変えても比は 2 を超え，誘導を切ると 2 に届かない。"""
    seeds = range(30, 32)
    guided, unguided = (
        np.mean([slopes("conjunction", s, one).absent for s in seeds])
        / np.mean([slopes("conjunction", s, one).present for s in seeds])
        for one in (Guided(miss=0.3), Guided(miss=0.3, top_down=0))
    )
    assert guided > 2 > unguided


def test_long_displays_leave_no_more_swaps_than_lost_features():
    """注意の届かない文字が一つだけなら，取り違えは，ない特徴の報告より多くない。"""
    long = [reports(seed, 150) for seed in SEEDS]
    swapped = np.mean([one.conjunction_error for one in long])
    lost = np.mean([one.feature_error for one in long])
    assert swapped == pytest.approx(lost, abs=0.01)
    assert swapped < 0.05


def test_without_guidance_one_setting_shows_the_three_classic_effects():
    """同じモデルで目的による誘導を切ると，平らな特徴探索，急な結合探索，2 倍の比がそろう。"""
    blind = Guided(top_down=0)
    feature, conjunction = (
        [slopes(task, s, blind) for s in range(40, 43)]
        for task in ("color", "conjunction")
    )
    values = [
        CRITERIA[0].measure(f, c) for f, c in zip(feature, conjunction, strict=True)
    ]
    assert CRITERIA[0].holds(float(np.mean(values)))
    assert CRITERIA[1].holds(float(np.mean([s.present for s in conjunction])))
    assert CRITERIA[2].holds(float(np.mean([s.ratio for s in conjunction])))


@pytest.mark.parametrize("other", [Guided(top_down=0.25), Guided(bottom_up=0)])
def test_the_guided_ratio_exceeds_two_with_other_weights(other):
    assert np.mean([slopes("conjunction", s, other).ratio for s in (40, 41)]) > 2


def test_full_registration_does_not_remove_the_swaps():
    """どの特徴も登録されても，取り違えは減らない（練習の答え）。"""
    some, every = (
        reports(5, 90, trials=3000, registered=r).conjunction_error for r in (0.9, 1.0)
    )
    assert every > some - 0.01


def test_the_interval_of_people_holds_the_ratios_of_both_models():
    """「ない」の傾きの区間は，二つのモデルの比に当たる傾きを，どちらも含む。"""
    rows = {
        row.condition: row for row in human.numbers("attention/visual_search", "slopes")
    }
    absent, present = rows["結合・ない"], rows["結合・ある"].value
    for one in record.named("absent_ratio_integration", "absent_ratio_guided"):
        assert absent.low < present * np.mean(one.record["model"]) < absent.high
