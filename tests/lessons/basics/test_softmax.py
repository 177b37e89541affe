"""ソフトマックス関数：定義，安定さ，極限，ほかの関数との関係。"""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from lessons.basics.softmax import model as sm
from lessons.basics.softmax.fitting import (
    fit_temperature,
    fit_values,
    left_out_errors,
    log_likelihood,
    paired_preferences,
)
from lessons.basics.softmax.winners import (
    choice_payoff,
    k_winners,
    k_winners_path,
    noisy_winners,
    winner_share,
)

VALUES = st.lists(st.floats(-50, 50), min_size=1, max_size=8)


@given(VALUES, st.floats(0.05, 20))
def test_is_a_probability_and_equals_torch(values, beta):
    p = sm.softmax(values, beta)
    assert p.sum() == pytest.approx(1)
    assert (p >= 0).all()
    expected = torch.softmax(torch.tensor(values, dtype=torch.float64) / beta, 0)
    assert np.allclose(p, expected.numpy(), atol=1e-12)


@given(VALUES, st.floats(-1000, 1000))
def test_adding_a_constant_changes_nothing(values, constant):
    shifted = sm.softmax(np.array(values) + constant)
    assert np.allclose(sm.softmax(values), shifted, atol=1e-9)


def test_large_values_overflow_only_in_the_naive_formula():
    large = [1000.0, 1001.0]
    assert np.isnan(sm.naive_softmax(large)).any()
    assert np.allclose(sm.softmax(large), sm.softmax([0.0, 1.0]))
    assert sm.log_sum_exp(large) == pytest.approx(1001 + np.log1p(np.exp(-1)))


def test_limits_of_temperature():
    x = np.array([1.0, 2.0, 4.0, 3.0])
    assert np.allclose(sm.softmax(x, 1e-3), [0, 0, 1, 0])  # 勝者だけ
    assert np.allclose(sm.softmax(x, 1e6), 0.25, atol=1e-5)  # どれも同じ確率
    assert np.allclose(
        sm.softmax([2.0, 2.0, 1.0], 1e-3), [0.5, 0.5, 0]
    )  # 同点は分け合う


def test_entropy_rises_with_temperature():
    spread = [sm.entropy(sm.softmax([1.0, 2.0, 4.0], b)) for b in (0.1, 0.5, 1, 3, 30)]
    assert spread == sorted(spread)
    assert spread[0] < 0.01
    assert spread[-1] == pytest.approx(np.log2(3), abs=0.01)


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_sigmoid_is_the_two_class_softmax(a, b):
    assert sm.softmax([a, b])[0] == pytest.approx(float(sm.sigmoid(a - b)))


@given(VALUES, st.floats(0.2, 5))
def test_gibbs_form(values, beta):
    p, partition = sm.gibbs(values, beta)
    direct = np.exp(-np.array(values) / beta)
    assert partition == pytest.approx(direct.sum(), rel=1e-9)
    assert np.allclose(p, direct / direct.sum())


@pytest.mark.parametrize("k", [1, 2, 3])
def test_k_winners_keeps_the_k_largest(k):
    for seed in range(20):
        x = np.random.default_rng(seed).permutation(np.linspace(0, 1, 6))
        y = k_winners(x, k, beta=0.01)
        assert y.sum() == pytest.approx(k, abs=0.02)
        assert set(np.argsort(-x)[:k]) == set(np.flatnonzero(y > 0.5))


def test_one_winner_circuit_and_softmax_agree_when_cold():
    x = np.array([0.2, 0.9, 0.5])
    assert np.allclose(k_winners(x, 1, 0.02), sm.softmax(x, 0.02), atol=0.01)
    close = np.array([0.2, 0.9, 0.88])  # 上位が競ると，同じ温度でも重ならない
    gap = np.abs(k_winners(close, 1, 0.02) - sm.softmax(close, 0.02)).max()
    assert 0.08 < gap < 0.2


def test_many_candidates_keep_the_cold_circuit_apart_from_softmax():
    """上位の差が温度の 10 倍でも，候補が千個なら，活動は 0.1 より大きく違う。"""
    apart = {}
    for n in (6, 1000):
        x = np.zeros(n)
        x[0] = 0.2
        low, high = -1.0, 1.0  # 合計が 1 になる抑制
        for _ in range(60):
            middle = (low + high) / 2
            over = sm.sigmoid((x - middle) / 0.02).sum() > 1
            low, high = (middle, high) if over else (low, middle)
        y = sm.sigmoid((x - low) / 0.02)
        apart[n] = np.abs(y - sm.softmax(x, 0.02)).max()
    assert apart[6] < 0.02
    assert apart[1000] > 0.1


@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=6, unique=True),
    st.floats(0.05, 2),
)
def test_free_energy_is_the_lowest_of_all_choices(values, beta):
    energy = np.array(values)
    p, partition = sm.gibbs(energy, beta)
    lowest = sm.free_energy(energy, beta)
    assert lowest == pytest.approx(-beta * np.log(partition))
    assert cost(p, energy, beta) == pytest.approx(lowest, abs=1e-9)
    for q in np.random.default_rng(0).dirichlet(np.ones(energy.size), 20):
        assert cost(q, energy, beta) >= lowest - 1e-9


def cost(p, energy, beta):
    """平均のエネルギー − 温度 × エントロピー（自然対数）。"""
    return p @ energy - beta * np.log(2) * sm.entropy(p)


def test_circuit_is_the_lecture_code_without_leak():
    """実習ファイルの更新 x ← x − λ(Σ tanh(x) + n − 2k) と，同じ所に落ち着く。"""
    x, k = np.array([0.3, -1.2, 2.0, 0.9, -0.1]), 2
    u = x.copy()
    for _ in range(2000):
        u -= 0.05 * (np.tanh(u).sum() + u.size - 2 * k)
    ours = k_winners_path(x, k, beta=0.5)
    assert np.allclose(2 * ours.activity[-1] - 1, np.tanh(u), atol=1e-6)
    assert np.allclose(x - ours.inhibition[-1], u, atol=1e-6)


def test_inhibition_stops_between_the_last_winner_and_the_first_loser():
    x = np.array([0.2, 0.9, 0.5, 0.75, 0.35, 0.6])
    path = k_winners_path(x, 2, 0.02)
    assert 0.6 < path.inhibition[-1] < 0.75
    assert (np.diff(path.inhibition) > -1e-9).all()  # 水位は行きすぎて戻らない
    assert path.activity.shape == (len(path.time), 6)


def test_log_sum_exp_is_the_inhibition_of_exponential_units():
    x, beta = np.array([1.0, 0.2, -0.5]), 0.4
    theta = beta * sm.log_sum_exp(x / beta)
    assert np.allclose(np.exp((x - theta) / beta), sm.softmax(x, beta))


@pytest.mark.parametrize("draw", ["lottery", "noisy winner"])
def test_samples_follow_the_probabilities(draw):
    x, beta, n = [1.0, 2.0, 3.0], 0.7, 200_000
    p, rng = sm.softmax(x, beta), np.random.default_rng(0)
    if draw == "lottery":
        chosen = sm.sample(p, n, rng)
    else:
        chosen = noisy_winners(x, beta, n, rng)
    assert np.allclose(np.bincount(chosen, minlength=3) / n, p, atol=0.005)


def test_ratio_of_two_does_not_depend_on_the_third():
    two, three = sm.softmax([3.0, 2.0]), sm.softmax([3.0, 2.0, 1.0])
    assert two[0] / two[1] == pytest.approx(three[0] / three[1])


def test_winner_takes_all_as_temperature_falls():
    for seed in range(10):
        shares = [winner_share(b, seed) for b in (100, 1, 0.1, 0.001)]
        assert shares == sorted(shares)
        assert shares[0] == pytest.approx(0.1, abs=0.01)
        assert shares[-1] > 0.99


def test_sigmoid_does_not_overflow():
    with np.errstate(all="raise"):
        assert sm.sigmoid([0.0, 700.0]).tolist() == [0.5, 1.0]
    assert sm.sigmoid([-1000.0, 1000.0]).tolist() == [0.0, 1.0]


def test_map_keeps_its_shape():
    p = sm.softmax(np.arange(6.0).reshape(2, 3))
    assert p.shape == (2, 3)
    assert p.sum() == pytest.approx(1)


def test_maximizing_earns_more_than_matching_like_choice():
    for seed in range(10):
        cold = choice_payoff([0.7, 0.3], 0.02, seed)
        warm = choice_payoff([0.7, 0.3], 0.47, seed)
        assert cold > warm + 0.03


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="温度"):
        sm.softmax([1.0], 0)
    with pytest.raises(ValueError, match="一つもありません"):
        sm.log_sum_exp([])
    for k in (0, 2, 3):
        with pytest.raises(ValueError, match="k は"):
            k_winners([1.0, 2.0], k)
    with pytest.raises(ValueError, match="温度"):
        sm.free_energy([1.0], -1)


def test_likelihood_by_hand():
    """三つの値が等しければ，どの選択の確率も 1/3。"""
    found = log_likelihood([2.0, 2.0, 2.0], 0.7, [1, 2, 3])
    assert found == pytest.approx(6 * np.log(1 / 3))


@given(st.floats(0.2, 5), st.integers(0, 2**31))
def test_fitted_temperature_is_the_best_and_near_the_true_one(beta, seed):
    x = np.array([3.0, 2.0, 1.0])
    p, n = sm.softmax(x, beta), 20_000
    counts = np.random.default_rng(seed).multinomial(n, p)
    found = fit_temperature(x, counts)
    error = 1 / np.sqrt(n * (p @ x**2 - (p @ x) ** 2))  # 1/β の標準誤差
    assert 1 / found == pytest.approx(1 / beta, abs=7 * error)
    top = log_likelihood(x, found, counts)
    assert top >= log_likelihood(x, found * 1.01, counts) - 1e-6
    assert top >= log_likelihood(x, found / 1.01, counts) - 1e-6


def test_only_the_ratio_of_value_and_temperature_is_fitted():
    counts = [40, 15, 5]
    one = fit_temperature([3.0, 2.0, 1.0], counts)
    assert fit_temperature([6.0, 4.0, 2.0], counts) == pytest.approx(2 * one, rel=1e-3)


def test_choosing_only_the_best_is_the_coldest():
    assert fit_temperature([3.0, 1.0], [10, 0]) < 0.2
    assert fit_temperature([3.0, 1.0], [5, 5]) > 50


def test_bad_choices_are_told():
    with pytest.raises(ValueError, match="値が 2 個，回数が 3 個"):
        fit_temperature([1.0, 2.0], [1, 2, 3])
    for counts in ([0, 0], [3, -1]):
        with pytest.raises(ValueError, match="回数は 0 以上"):
            fit_temperature([1.0, 2.0], counts)


def test_vegetables_are_complementary_and_luce_predicts_unseen_pairs():
    names, share = paired_preferences()
    assert len(names) == len(share) == 9
    assert share + share.T == pytest.approx(np.ones((9, 9)))
    x = fit_values(share)
    assert names[int(x.argmax())] == "トウモロコシ"
    assert x.mean() == pytest.approx(0)
    # 最尤の条件：野菜ごとに，予測の合計が観察の合計に等しい。
    predicted = 1 / (1 + np.exp(x[:, None] - x[None]))
    assert predicted.sum(0) == pytest.approx(share.sum(0), abs=1e-3)
    errors = left_out_errors(share)
    assert errors.mean() < 0.05
    half = np.abs(share[np.triu_indices(9, 1)] - 0.5).mean()
    assert errors.mean() < half / 4


def test_other_formulas_guess_the_unseen_pairs_almost_as_well():
    """見ていない組が当たるのは，ソフトマックス関数だけではない：正規分布の S 字なら，ほとんど同じ。"""
    _, share = paired_preferences()
    rows, columns = np.triu_indices(9, 1)
    sides = np.eye(9)[columns] - np.eye(9)[rows]
    above = share[rows, columns] - 0.5
    missed = []
    for pair in range(36):
        rest = np.arange(36) != pair
        value = np.linalg.lstsq(sides[rest], above[rest], rcond=None)[0]
        missed.append(abs(sides[pair] @ value - above[pair]))
    assert left_out_errors(share).mean() < np.mean(missed) < 0.07
    assert np.mean(missed) < np.abs(above).mean() / 3
    z, missed = norm.ppf(share[rows, columns]), []
    for pair in range(36):
        rest = np.arange(36) != pair
        value = np.linalg.lstsq(sides[rest], z[rest], rcond=None)[0]
        missed.append(abs(norm.cdf(sides[pair] @ value) - share[rows, columns][pair]))
    assert np.mean(missed) == pytest.approx(left_out_errors(share).mean(), abs=0.005)


def test_shuffled_pairs_are_not_predicted():
    """必ず落ちるはずの対照：組の割合を並べ替えると，ほかの組からは当たらない。"""
    _, share = paired_preferences()
    rows, columns = np.triu_indices(9, 1)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        mixed = rng.permutation(share[rows, columns])
        flip = rng.random(len(mixed)) < 0.5
        mixed = np.where(flip, 1 - mixed, mixed)
        table = np.full((9, 9), 0.5)
        table[rows, columns], table[columns, rows] = mixed, 1 - mixed
        assert left_out_errors(table).mean() > 0.15
