"""勝者占有：ソフトマックス関数との一致，ピラミッド，決まるまでの時間，復帰の抑制。"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.attention.winner_take_all import attention_shifts
from lessons.attention.winner_take_all import model as wta
from lessons.basics.softmax.model import softmax

INPUTS = st.lists(st.floats(0, 1), min_size=2, max_size=8)
SEEDS = range(10)


@given(INPUTS)
@settings(max_examples=20)
def test_competition_is_a_cooling_softmax(inputs):
    race = wta.compete(inputs, duration=10)
    assert np.allclose(race.y.sum(axis=1), 1)
    assert (race.y >= 0).all()
    for step in (100, 500, 1000):
        expected = softmax(inputs, 1 / race.time[step])
        assert np.allclose(race.y[step], expected, atol=5e-3)


def test_competition_ends_with_one_winner():
    race = wta.compete([0.2, 0.9, 0.5], duration=100)
    assert np.allclose(race.y[-1], [0, 1, 0], atol=1e-6)


@given(INPUTS, st.integers(0, 7), st.floats(1.5, 3))
@settings(max_examples=30)
def test_a_strong_bias_decides(inputs, place, bias):
    """目的の後押しが十分なら，どの候補でも勝てる。"""
    x = np.array(inputs)
    x[place % x.size] += bias
    assert wta.compete(x, duration=60, dt=0.05).y[-1].argmax() == place % x.size


@pytest.mark.parametrize("m", [2, 3, 4])
def test_pyramid_finds_the_maximum(m):
    for seed in range(20):
        x = np.random.default_rng(seed).normal(size=m**3)
        place, levels = wta.pyramid(x, m)
        assert place == x.argmax()
        assert [level.size for level in levels] == [m**3, m**2, m, 1]
        assert levels[-1][0] == x.max()


@pytest.mark.parametrize(("contrast", "n"), [(0.1, 16), (0.5, 2), (0.8, 40)])
def test_settling_time_is_the_closed_form(contrast, n):
    expected = np.log(9 * (n - 1)) / contrast
    assert wta.settling_time(wta.display(contrast, n)) == pytest.approx(expected)
    x = wta.display(contrast, n)
    assert softmax(x, 1 / expected)[0] == pytest.approx(wta.CRITERION)


def test_the_logarithm_is_lost_when_every_candidate_differs():
    """標的との差を保つと 8 倍の候補で 1.5 倍。差を保たないと，中央値が 4 倍を超える。"""
    few, many = (
        np.median(
            [
                wta.settling_time(np.random.default_rng(s).random(n))
                for s in range(400, 800)
            ]
        )
        for n in (8, 64)
    )
    held = [wta.settling_time(wta.display(0.4, n)) for n in (8, 64)]
    assert held[1] / held[0] == pytest.approx(1.53, abs=0.01)
    assert many / few > 4


def test_without_noise_the_simulation_meets_the_formula():
    result = wta.decide(wta.display(0.5), 0, trials=3, noise=0, dt=0.01)
    assert np.allclose(result.time, np.log(9 * 15) / 0.5, atol=0.02)
    assert (result.winner == 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_decision_time_falls_with_contrast(seed):
    contrasts = (0.1, 0.2, 0.4, 0.8)
    results = [wta.decide(wta.display(c), seed) for c in contrasts]
    times = [result.time.mean() for result in results]
    right = [(result.winner == 0).mean() for result in results]
    assert times == sorted(times, reverse=True)
    assert times[0] > 4 * times[-1]
    assert right[0] < 0.6
    assert right[-1] > 0.98


def test_with_much_noise_contrast_no_longer_speeds_the_decision():
    """雑音が 2 なら，目立つ標的でも速くならない。"""
    low, high = (wta.decide(wta.display(c), 40, noise=2.0) for c in (0.1, 0.8))
    assert high.time.mean() == pytest.approx(low.time.mean(), rel=0.15)
    assert (high.winner == 0).mean() < 0.4


def test_an_unequal_start_is_no_softmax():
    """はじめの取り分が偏れば，途中の取り分は，取り分と指数の積になる。"""
    x = np.array([1.0, 0.8, 0.6, 0.9, 0.4])
    start = np.array([0.05, 0.2, 0.2, 0.35, 0.2])
    y, dt = start, 0.002
    for _ in range(2500):
        y = y + dt * y * (x - x @ y)
    weighted = start * np.exp(5 * x)
    assert np.allclose(y, weighted / weighted.sum(), atol=5e-3)
    gap = min(np.abs(y - softmax(x, b)).max() for b in np.geomspace(0.05, 50, 200))
    assert gap > 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_time_grows_with_the_logarithm_of_the_number(seed):
    numbers = np.array([2, 4, 8, 16, 32])
    slopes = []
    for contrast in (0.4, 0.8):
        times = [wta.decision_time(contrast, seed, n, trials=100) for n in numbers]
        straight = np.corrcoef(np.log2(numbers), times)[0, 1]
        assert straight > 0.98
        assert straight > np.corrcoef(numbers, times)[0, 1]
        slopes.append(np.polyfit(np.log2(numbers), times, 1)[0])
    assert slopes[0] > 1.5 * slopes[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_inhibition_of_return_sends_attention_away(seed):
    assert attention_shifts.revisit_rate(seed) == 0.0
    assert attention_shifts.revisit_rate(seed, inhibit=False) == 1.0


def test_shifts_visit_places_in_order_of_saliency():
    S = np.array([[0.1, 0.9, 0.2], [0.5, 0.3, 0.7], [0.2, 0.1, 0.0]])
    path = attention_shifts.shifts(S, 3, recovery=1e9)
    assert [(s.row, s.column) for s in path] == [(0, 1), (1, 2), (1, 0)]


@pytest.mark.parametrize("shift", [-5.0, -0.5, 0.0, 3.0])
def test_path_does_not_depend_on_the_zero_of_the_map(shift):
    """負の値のある地図でも，抑えた場所が勝ち続けない。"""
    for seed in SEEDS:
        S = np.random.default_rng(seed).random((6, 6))
        path = attention_shifts.shifts(S + shift, 8)
        places = [(s.row, s.column) for s in path]
        assert places == [(s.row, s.column) for s in attention_shifts.shifts(S, 8)]
        assert len(set(places[:6])) == 6


def test_the_place_just_seen_cannot_win_again_even_among_equals():
    for S in (np.array([[1.0, 0], [0, 0]]), np.zeros((2, 3)), np.array([[2.0, -1.0]])):
        path = attention_shifts.shifts(S, 5)
        places = [(s.row, s.column) for s in path]
        assert all(a != b for a, b in pairwise(places))


@pytest.mark.parametrize("bad", [np.zeros(4), [[1.0, np.nan]], [[1.0]], [[-np.inf, 0]]])
def test_maps_that_cannot_be_walked_are_refused(bad):
    with pytest.raises(ValueError, match="有限の数"):
        attention_shifts.shifts(bad, 2)


def test_inhibition_wears_off():
    S = np.array([[0.9, 0.4], [0.3, 0.2]])
    places = [(s.row, s.column) for s in attention_shifts.shifts(S, 4, recovery=5)]
    assert places[1] != places[0]
    assert (0, 0) in places[1:]


def test_nearness_shortens_the_jumps():
    jumps = {}
    for nearness in (0.0, 0.6):
        lengths = []
        for seed in SEEDS:
            S = np.random.default_rng(seed).random((6, 6))
            path = np.array(
                [
                    (s.row, s.column)
                    for s in attention_shifts.shifts(S, 5, nearness=nearness)
                ]
            )
            lengths.append(np.hypot(*np.diff(path, axis=0).T).mean())
        jumps[nearness] = np.mean(lengths)
    assert jumps[0.6] < 0.75 * jumps[0.0]


def test_summaries_are_the_means_of_the_decisions():
    result = wta.decide(wta.display(0.4), 3, trials=50)
    assert wta.decision_time(0.4, 3, trials=50) == result.time.mean()
    assert wta.decision_accuracy(0.4, 3, trials=50) == (result.winner == 0).mean()


def test_undecided_trials_are_cut_off():
    result = wta.decide([0.5, 0.5], 0, trials=5, noise=0, limit=3)
    assert (result.time == 3).all()
    assert (result.winner >= 0).all()
    assert wta.settling_time([0.5, 0.5]) == np.inf


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="累乗"):
        wta.pyramid([1, 2, 3])
    with pytest.raises(ValueError, match="二つ以上"):
        wta.compete([1.0])
    with pytest.raises(ValueError, match="contrast"):
        wta.display(0)


def test_random_crowds_slow_the_race_only_when_the_inputs_are_bounded():
    """一様なら個数に比例するほど延び，正規分布なら対数ほどしか延びない。"""
    growth = {}
    for name, draw in (
        ("uniform", lambda rng, n: rng.random(n)),
        ("normal", lambda rng, n: rng.normal(0.5, 0.3, n)),
    ):
        few, many = (
            np.median(
                [
                    wta.settling_time(draw(np.random.default_rng(s), n))
                    for s in range(1000, 1300)
                ]
            )
            for n in (8, 64)
        )
        growth[name] = many / few
    assert growth["uniform"] > 5
    assert growth["normal"] < 2


def test_a_kept_lead_leaves_only_the_logarithm():
    """一様に決めても，一番と二番の差を 0.1 に保てば，8 倍の候補で 2 倍も延びない。"""

    def held(seed, n):
        others = np.random.default_rng(seed).random(n - 1)
        return wta.settling_time(np.append(others, others.max() + 0.1))

    few, many = (np.median([held(s, n) for s in range(500, 620)]) for n in (8, 64))
    assert 1 < many / few < 2


@pytest.mark.parametrize(("noise", "contrast"), [(0.5, 0.05), (1.0, 0.4), (2.0, 0.8)])
def test_more_candidates_take_longer_whatever_the_noise(noise, contrast):
    """標的の目立ち方を保てば，雑音が大きくても，候補が増えるほど長引く。"""
    times = [
        np.mean(
            [
                wta.decide(wta.display(contrast, n), s, 60, noise=noise).time.mean()
                for s in (70, 71)
            ]
        )
        for n in (2, 8, 32)
    ]
    assert times[0] < times[1] < times[2]
