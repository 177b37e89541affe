"""交差エントロピーと二乗誤差：自動微分と同じ勾配，課題，学習の速さ。"""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lessons.basics.cross_entropy import adam
from lessons.basics.cross_entropy import model as ce
from lessons.basics.softmax.model import sigmoid

LOGITS = st.floats(-30, 30)
TARGETS = st.sampled_from([0.0, 1.0])


def torch_loss(loss, t, a):
    """書き下さずに，torch の部品だけで求めた誤差。"""
    if loss == "cross_entropy":
        return F.binary_cross_entropy_with_logits(a, t, reduction="none")
    return (t - torch.sigmoid(a)) ** 2


@pytest.mark.parametrize("loss", ce.LOSSES)
@given(LOGITS, TARGETS)
def test_logit_gradient_equals_autograd_even_when_saturated(loss, logit, target):
    a = torch.tensor(logit, dtype=torch.float64, requires_grad=True)
    torch_loss(loss, torch.tensor(target, dtype=torch.float64), a).backward()
    ours = ce.logit_gradient(loss, target, logit)
    assert ours == pytest.approx(a.grad.item(), rel=1e-6, abs=1e-15)


@pytest.mark.parametrize("loss", ce.LOSSES)
def test_backpropagation_equals_autograd(loss):
    X, t = ce.contiguity()
    net = ce.fresh(0)
    W, v = (torch.tensor(part, requires_grad=True) for part in net)
    inputs, target = torch.tensor(X), torch.tensor(t)
    a = torch.tanh(inputs @ W[:-1] + W[-1]) @ v[:-1] + v[-1]
    torch_loss(loss, target, a).mean().backward()
    slope, logits = ce.gradients(net, X, t, loss)
    assert np.allclose(slope.W, W.grad.numpy(), atol=1e-12)
    assert np.allclose(slope.v, v.grad.numpy(), atol=1e-12)
    assert np.allclose(logits, a.detach().numpy())


@given(TARGETS, st.floats(1e-6, 1 - 1e-6))
def test_losses_equal_torch(target, output):
    t, p = torch.tensor([[target], [output]], dtype=torch.float64)
    expected = F.binary_cross_entropy(p, t).item()
    assert ce.cross_entropy(target, output) == pytest.approx(expected)
    assert ce.squared_error(target, output) == pytest.approx(F.mse_loss(p, t).item())


def test_logit_form_is_right_where_the_output_form_breaks():
    assert ce.cross_entropy_from_logit(1, -1000.0) == 1000.0
    assert ce.cross_entropy_from_logit(0, -1000.0) == 0.0
    for t, a in ((1, -3.0), (0, 2.0)):
        p = 1 / (1 + np.exp(-a))
        direct = ce.cross_entropy(t, p)
        assert ce.cross_entropy_from_logit(t, a) == pytest.approx(float(direct))


def test_only_cross_entropy_pushes_a_confident_error():
    force = {loss: -ce.logit_gradient(loss, 1, -20.0) for loss in ce.LOSSES}
    assert force["cross_entropy"] > 0.999
    assert 0 < force["squared_error"] < 1e-7


def test_correcting_a_confident_error_is_slow_only_for_squared_error():
    fast = [ce.updates_to_flip("cross_entropy", -a) for a in (2.0, 4.0, 8.0)]
    slow = [ce.updates_to_flip("squared_error", -a) for a in (2.0, 4.0, 8.0)]
    assert fast == sorted(fast)  # 自信が強いほど回数は増える（過剰修正ではない）
    assert fast[-1] < 10
    assert slow[-1] > 1000
    assert ce.updates_to_flip("squared_error", 0.5) == 0


def test_contiguity_counts_clumps():
    X, t = ce.contiguity(8)
    assert set(np.unique(X)) == {-1.0, 1.0}
    for row, answer in zip(X, t, strict=True):
        text = "".join("x" if cell > 0 else " " for cell in row)
        assert len(text.split()) == 2 + answer
    assert len({tuple(row) for row in X}) == len(X) == 126 + 84


def test_misled_network_is_confident_and_wrong():
    X, t = ce.contiguity()
    a, _ = ce.forward(ce.misled(0), X)
    p = 1 / (1 + np.exp(-a))
    assert ((p > 0.5) == (t > 0.5)).mean() < 0.05
    assert np.where(t > 0.5, 1 - p, p).mean() > 0.95


@pytest.mark.parametrize("seed", range(10))
def test_cross_entropy_needs_fewer_steps_at_the_same_rate(seed):
    fast, slow = (ce.steps_to_criterion(loss, seed) for loss in ce.LOSSES)
    assert 1.25 < slow / fast < 2.5
    assert slow < ce.LIMIT


@pytest.mark.parametrize("seed", range(10))
def test_relearning_a_confident_error_differs_at_every_rate(seed):
    fast, slow = (ce.fewest_steps(loss, seed, "misled") for loss in ce.LOSSES)
    assert fast < 100
    assert slow > 3 * fast


@pytest.mark.parametrize("seed", range(4))
def test_larger_rates_do_not_free_the_squared_error(seed):
    """勾配降下法では，学習率を 1,000 まで上げても，自信のある誤りから抜け出せない。"""
    reached = [
        ce.steps_to_criterion("squared_error", seed, rate, "misled")
        for rate in (30.0, 100.0, 1000.0)
    ]
    assert min(reached) > 200


def test_adam_frees_the_squared_error_but_stays_slower():
    """「差が決定的」なのは勾配降下法のとき：Adam なら，二乗誤差も 500 回よりずっと早く直る。"""
    fast, slow = (
        np.median([adam.fewest(loss, seed) for seed in range(6)]) for loss in ce.LOSSES
    )
    assert 1.3 * fast < slow < 200
    page = Path(__file__).parents[3] / "book/basics/cross_entropy.md"
    assert "差が決定的になります" not in page.read_text("utf8")


def test_the_difference_nearly_vanishes_with_the_best_rates():
    """章の主張：まっさらから，それぞれに最もよい学習率を選べば，差は小さい。"""
    ratios = [
        ce.fewest_steps("squared_error", seed) / ce.fewest_steps("cross_entropy", seed)
        for seed in range(10)
    ]
    assert 0.7 < np.median(ratios) < 1.3


def test_the_faster_loss_at_one_rate_depends_on_the_rate():
    """「同じ学習率なら交差エントロピーが速い」のは 0.3 から 3 まで：10 では逆になる。"""
    for rate, sign in ((0.3, 1), (3.0, 1), (10.0, -1)):
        ce_steps, se_steps = (
            np.median(
                [ce.steps_to_criterion(loss, seed, rate) for seed in range(20, 30)]
            )
            for loss in ce.LOSSES
        )
        assert sign * (se_steps - ce_steps) > 3
    page = Path(__file__).parents[3] / "book/basics/cross_entropy.md"
    assert "同じ学習率なら交差エントロピーが速く" not in page.read_text("utf8")


def steps_without_momentum(loss, seed, rate):
    """モメンタムを外して，まっさらから正答率 95 % までの回数。"""
    X, t = ce.contiguity()
    net = ce.fresh(seed)
    for count in range(ce.LIMIT):
        slope, a = ce.gradients(net, X, t, loss)
        if ((a > 0) == (t > 0.5)).mean() >= ce.CRITERION:
            return count
        net = ce.Network(net.W - rate * slope.W, net.v - rate * slope.v)
    return ce.LIMIT


def test_without_momentum_too_the_best_rates_leave_little_difference():
    """同じ学習率を細かく試せば，モメンタムがなくても，回数はほぼ同じ。"""
    rates = (3.0, 4.0, 6.0, 8.0, 10.0, 20.0, 40.0)
    fast, slow = (
        np.median(
            [
                min(steps_without_momentum(loss, seed, rate) for rate in rates)
                for seed in range(6)
            ]
        )
        for loss in ce.LOSSES
    )
    assert 0.8 < slow / fast < 1.2


def test_errors_of_little_confidence_are_relearned_alike():
    """逆の答えを 50 回だけ覚え，自信が 0.8 ほどなら，最もよい学習率どうしの差はない。"""
    X, t = ce.contiguity()
    steps = {loss: [] for loss in ce.LOSSES}
    sure = []
    for seed in range(5):
        start = ce.misled(seed, 50)
        a, _ = ce.forward(start, X)
        assert ((a > 0) != (t > 0.5)).mean() > 0.85
        sure.append(np.median(sigmoid(np.abs(a))))
        for loss, found in steps.items():
            found.append(
                min(
                    ce.learn(start, X, t, loss, rate, 100, lambda good: good >= 0.95)[1]
                    for rate in (1.0, 3.0, 10.0)
                )
            )
    assert 0.7 < np.mean(sure) < 0.85
    fast, slow = (np.median(steps[loss]) for loss in ce.LOSSES)
    assert 0.7 < slow / fast < 1.3


def test_reaching_the_criterion_means_it():
    X, t = ce.contiguity()
    count = ce.steps_to_criterion("cross_entropy", 0)
    for steps, reached in ((count, True), (count - 1, False)):
        net, _ = ce.learn(ce.fresh(0), X, t, "cross_entropy", 1.0, steps)
        a, _ = ce.forward(net, X)
        assert (((a > 0) == (t > 0.5)).mean() >= ce.CRITERION) is np.bool_(reached)


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="cross_entropy か squared_error"):
        ce.logit_gradient("absolute", 1, 0.0)
    with pytest.raises(ValueError, match="fresh か misled"):
        ce.steps_to_criterion("cross_entropy", 0, start="tired")
    with pytest.raises(ValueError, match="5 以上"):
        ce.contiguity(4)
