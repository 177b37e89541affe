"""視覚探索のモデルの部品：活性，探索をやめる決まり，傾きの求め方，結合錯誤。"""

import numpy as np
import pytest

from lessons.attention.visual_search.feature_integration import (
    brief_display,
    integration_trial,
    is_feature_search,
    reports,
)
from lessons.attention.visual_search.guided_search import (
    Guided,
    best_channels,
    bottom_up,
    difference,
    guided_trial,
    responses,
    top_down,
)
from lessons.attention.visual_search.model import BASE, ITEM, Trials, fit_slopes, run
from lessons.stimuli.search_displays import SEARCHES, Look, make_display


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("tilt", range(0, 180, 15))
def test_every_tilt_is_seen_by_some_channel(tilt):
    answer = responses(Look("red", tilt=tilt))["tilt"]
    assert answer.max() >= np.cos(np.deg2rad(45)) - 1e-9
    assert np.count_nonzero(answer > 1e-9) <= 2
    assert np.allclose(answer, responses(Look("red", tilt=tilt + 180))["tilt"])


def test_difference_counts_the_dimensions_that_differ():
    red = Look("red", tilt=90)
    assert difference(red, red) == 0
    assert difference(red, Look("green", tilt=90)) == pytest.approx(1)
    assert difference(red, Look("green", tilt=0)) == pytest.approx(2)
    assert difference(Look("red", "T"), Look("green", "X")) == pytest.approx(2)


@pytest.mark.parametrize("task", ["color", "orientation"])
def test_odd_item_has_the_highest_bottom_up_activation(task):
    for seed in range(20):
        display = make_display(task, 16, True, seed)
        activation = bottom_up(display)
        assert activation.argmax() == display.target
        assert activation.max() == pytest.approx(1)


def test_bottom_up_cannot_single_out_a_conjunction():
    hits = 0
    for seed in range(40):
        display = make_display("conjunction", 16, True, seed)
        hits += bottom_up(display).argmax() == display.target
    assert hits < 10


def test_bottom_up_of_a_single_item_is_zero():
    assert bottom_up(make_display("color", 1, True, 0)).tolist() == [0]


def test_top_down_uses_only_the_dimensions_that_help():
    assert set(best_channels(SEARCHES["color"])) == {"color"}
    assert set(best_channels(SEARCHES["orientation"])) == {"tilt"}
    assert set(best_channels(SEARCHES["conjunction"])) == {"color", "tilt"}
    assert set(best_channels(SEARCHES["letter_conjunction"])) == {"color", "shape"}


def test_top_down_gives_two_to_the_target_and_one_to_each_distractor():
    display = make_display("conjunction", 16, True, 3)
    activation = top_down(display)
    for number, value in enumerate(activation):
        assert value == pytest.approx(2 if number == display.target else 1)


def test_without_noise_guided_search_checks_the_target_first():
    guided = Guided(noise=0, bottom_up=0)
    display = make_display("conjunction", 20, True, 1)
    assert guided_trial(display, guided, 0, rng()) == (True, 1)


def test_threshold_ends_the_search():
    guided = Guided(noise=0, bottom_up=0)
    absent = make_display("conjunction", 20, False, 1)
    assert guided_trial(absent, guided, 1.5, rng()) == (False, 0)
    assert guided_trial(absent, guided, 0.5, rng()) == (False, 20)
    present = make_display("conjunction", 20, True, 1)
    assert guided_trial(present, guided, 3, rng()) == (False, 0)  # 見落とし


def test_feature_integration_looks_once_or_at_every_item():
    assert is_feature_search(SEARCHES["color"])
    assert is_feature_search(SEARCHES["letter_color"])
    assert not is_feature_search(SEARCHES["conjunction"])
    for n in (4, 20):
        assert integration_trial(make_display("color", n, True, 0), rng()) == (True, 1)
        absent = make_display("conjunction", n, False, 0)
        assert integration_trial(absent, rng()) == (False, n)


def test_serial_search_stops_at_the_target_half_way_on_average():
    display = make_display("conjunction", 9, True, 0)
    generator = rng()
    checked = [integration_trial(display, generator)[1] for _ in range(2000)]
    assert set(checked) == set(range(1, 10))
    assert np.mean(checked) == pytest.approx(5, abs=0.2)


def test_run_is_balanced_and_repeatable():
    trials = run("conjunction", 3, sizes=(2, 5), trials=10)
    assert len(trials.rt) == 40
    for n in (2, 5):
        for present in (True, False):
            assert ((trials.set_size == n) & (trials.present == present)).sum() == 10
    again = run("conjunction", 3, sizes=(2, 5), trials=10)
    assert np.array_equal(trials.rt, again.rt)
    assert not np.array_equal(
        trials.rt, run("conjunction", 4, sizes=(2, 5), trials=10).rt
    )


def test_slopes_are_those_of_the_correct_trials():
    n = np.array([4, 8, 12, 4, 8, 12, 12])
    present = np.array([1, 1, 1, 0, 0, 0, 1], bool)
    rt = np.where(present, 500 + 10 * n, 450 + 25 * n).astype(float)
    rt[-1] = 9999  # 誤答は使わない
    found = fit_slopes(Trials(n, present, np.array([1] * 6 + [0], bool), rt))
    assert found.present == pytest.approx(10)
    assert found.absent == pytest.approx(25)
    assert found.present_start == pytest.approx(500)
    assert found.absent_start == pytest.approx(450)
    assert found.ratio == pytest.approx(2.5)
    assert found.misses == pytest.approx(1 / 4)


def test_serial_search_slopes_match_the_arithmetic():
    """逐次探索の傾きは，標的ありで ITEM / 2，標的なしで ITEM。"""
    found = fit_slopes(run("conjunction", 0, trials=150))
    assert found.present == pytest.approx(ITEM / 2, abs=3)
    assert found.absent == pytest.approx(ITEM, abs=1)
    assert found.absent_start == pytest.approx(BASE, abs=15)


def test_long_display_leaves_no_error_and_features_come_from_the_display():
    assert reports(0, 300).correct == 1
    generator = rng()
    for _ in range(50):
        for shape, color, said_shape, said_color in brief_display(300, generator):
            assert (shape, color) == (said_shape, said_color)


def test_report_shares_sum_to_one():
    one = reports(1, 90)
    total = one.correct + one.conjunction_error + one.feature_error
    assert total == pytest.approx(1)


def test_without_attention_pairs_are_random():
    """登録が完全なら，3 文字の組の 3 分の 2 が結合錯誤になる。"""
    one = reports(2, 0, trials=1500, registered=1.0)
    assert one.feature_error == 0
    assert one.conjunction_error == pytest.approx(2 / 3, abs=0.03)
