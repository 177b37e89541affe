"""章 recognition/resnet：塊，学習，損傷，時間に広げたネット，記録。"""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from torchvision.models.resnet import BasicBlock

from lessons.effects.record import named
from lessons.exercises import judge
from lessons.recognition.resnet import (
    exercises,
    lesion,
    longer,
    model,
    recurrence,
    runs,
    settled_lesion,
    yours,
)


def test_block_equals_torchvision_basic_block() -> None:
    torch.manual_seed(0)
    ours, theirs = model.Block(6, skip=True), BasicBlock(6, 6)
    for mine, reference in (
        (ours.conv1, theirs.conv1),
        (ours.conv2, theirs.conv2),
        (ours.norm1, theirs.bn1),
        (ours.norm2, theirs.bn2),
    ):
        mine.load_state_dict(reference.state_dict())
    x = torch.randn(3, 6, 8, 8)
    assert torch.allclose(ours(x), theirs(x), atol=1e-6)


def test_a_block_that_adds_nothing_passes_its_input_only_with_the_shortcut() -> None:
    x = torch.rand(2, 4, 8, 8)
    for kind, expected in ((True, x), (False, torch.zeros_like(x))):
        block = model.Block(4, kind)
        assert isinstance(block.norm2, torch.nn.BatchNorm2d)
        torch.nn.init.zeros_(block.norm2.weight)
        assert torch.allclose(block(x), expected)


def test_digits_are_split_without_overlap() -> None:
    x, y, x_test, y_test = model.digits()
    assert x.shape == (1200, 1, 8, 8)
    assert x_test.shape == (597, 1, 8, 8)
    assert 0 <= x.min() < x.max() <= 1
    assert np.bincount(torch.cat([y, y_test])).sum() == 1797
    assert set(y.tolist()) == set(range(10))


def test_depth_counts_layers_with_weights() -> None:
    net = model.StackedNet("plain", 8)
    layers = [
        m for m in net.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)
    ]
    assert net.depth == len(layers) == 18


def test_training_is_repeatable_and_learns() -> None:
    one, again = (model.trained("residual", 2, 0, steps=30) for _ in range(2))
    assert torch.equal(one.fc.weight, again.fc.weight)
    before = model.trained("residual", 2, 0, steps=0)
    assert model.error_rates(one)[0] < model.error_rates(before)[0] - 0.1


def test_gradients_vanish_without_normalisation_and_not_with_it() -> None:
    def norms(kind: str, normalise: bool, spread: float | None) -> np.ndarray:
        torch.manual_seed(0)
        return model.gradient_norms(
            model.StackedNet(kind, 24, normalise=normalise, spread=spread)
        )

    assert norms("plain", False, 0.1).max() < 1e-6
    plain = norms("plain", True, None)
    residual = norms("residual", True, None)
    assert plain[0] > 100 * plain[-1]
    assert residual[0] < 30 * residual[-1]


def test_lesions_are_what_their_names_say() -> None:
    net = model.trained("residual", 3, 0, steps=30)
    torch.nn.init.zeros_(net.stack[1].norm2.weight)
    torch.nn.init.zeros_(net.stack[1].norm2.bias)
    intact = 1 - model.error_rates(net)[1]
    assert lesion.accuracy_without(net, 1) == pytest.approx(intact)
    assert lesion.accuracy_without(net, 1, "shortcut") < 0.2
    assert lesion.each_lesion(net).shape == (3,)


def test_hidden_squares_have_the_side_asked_for() -> None:
    x = torch.rand(50, 1, 8, 8) * 0.4
    covered = recurrence.hidden(x, 3, torch.Generator().manual_seed(0))
    changed = (covered != x).flatten(1).sum(1)
    assert set(changed.tolist()) == {9}
    assert (covered[covered != x] == recurrence.GREY).all()


def test_shared_weights_do_the_same_thing_at_every_step() -> None:
    net = recurrence.UnrolledNet(3).eval()
    x = torch.rand(2, 1, 8, 8)
    h = F.relu(net.stem_norm(net.stem(x)))
    for _ in range(3):
        h = h + F.relu(net.norms[0](net.convs[0](h)))  # 初めは，どの正規化も同じ
    assert torch.allclose(net(x)[2], net.fc(h.mean(dim=(2, 3))), atol=1e-5)
    assert len(recurrence.UnrolledNet(3, shared=False).convs) == 3


def test_extra_is_a_difference_of_gains() -> None:
    found = recurrence.OverTime(np.array([0.8, 0.9]), np.array([0.5, 0.75]))
    assert found.extra == pytest.approx(0.15)


def test_the_gain_of_time_turns_round_when_counted_as_a_share_of_the_errors() -> None:
    """隠した絵のほうが正答率は伸びるが，誤りの減った割合は，隠さない絵のほうが大きい。"""
    found = recurrence.over_time(recurrence.trained(seed=0), seed=0)
    assert found.extra > 0
    whole, occluded = (
        (at[-1] - at[0]) / (1 - at[0]) for at in (found.whole, found.occluded)
    )
    assert whole > occluded + 0.05


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_record_equals_what_the_code_trains(kind: str) -> None:
    net = model.trained(kind, 2, 0, rate=0.1)
    stored = runs.training_errors(kind)[net.depth][0]
    assert model.error_rates(net)[0] == pytest.approx(stored, abs=1e-3)


def test_runs_show_degradation_only_without_the_shortcut() -> None:
    for optimiser in model.OPTIMISERS:
        plain = runs.training_errors("plain", optimiser=optimiser)
        residual = runs.training_errors("residual", optimiser=optimiser)
        assert list(plain) == [6, 10, 18, 26, 34]
        assert plain[34].min() > plain[6].max()
        assert residual[34].mean() < plain[34].mean() - 0.3


def test_longer_learning_shrinks_the_degradation_that_the_page_states() -> None:
    """100 回で見た大きな差は，400 回でほとんど消える。それでも，深いほうが悪い。"""
    plain = longer.training_errors()["plain"]  # (塊の数, 回数, 種)
    assert plain[1, 0].mean() > 0.4
    assert plain[1, 1].mean() < 0.06
    assert (plain[1, 1] > plain[0, 1]).all()
    net = model.trained("plain", 3, 0)
    assert model.error_rates(net)[0] == pytest.approx(plain[0, 0, 0], abs=1e-3)


@settings(max_examples=20)
@given(st.floats(min_value=0.155, max_value=0.185))
def test_spreads_near_the_solution_are_accepted(spread: float) -> None:
    assert exercises.first_gradient(spread) > exercises.LOW
    assert judge("resnet/spread", spread)[0]


def test_your_reading_is_counted_and_bad_ones_refused() -> None:
    net = recurrence.UnrolledNet(2).eval()
    _, names = yours.sheet()
    answer = "".join(map(str, names.tolist()))
    assert yours.graded(..., net)[0].startswith("まだ答え")
    assert yours.graded(answer, net)[1].endswith("正解 9")
    with pytest.raises(ValueError, match="9 字に"):
        yours.graded("12", net)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: model.StackedNet("dense", 2), "使える名前: plain"),
        (lambda: model.StackedNet("plain", 0), "1 以上の整数"),
        (lambda: model.trained("plain", 1, 0, optimiser="x"), "使える名前: sgd"),
        (
            lambda: lesion.accuracy_without(model.StackedNet("plain", 2), 2),
            "0 から 1 まで",
        ),
        (
            lambda: lesion.accuracy_without(model.StackedNet("plain", 2), 0, "x"),
            "使える名前: block",
        ),
        (
            lambda: recurrence.hidden(torch.zeros(1, 1, 8, 8), 8, torch.Generator()),
            "1 から 7",
        ),
        (lambda: runs.training_errors("dense"), "行がありません"),
    ],
)
def test_bad_input_gets_one_japanese_sentence(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()


def test_losing_the_shortcut_hurts_mostly_because_the_scale_no_longer_fits() -> None:
    """正規化を測り直すと，近道を切っても，塊を壊したときと同じほど答える。近道のないネットは戻らない。"""
    plain, residual = (model.trained(kind, 8, 1, steps=200) for kind in model.KINDS)
    before = residual.fc.weight.clone()
    block, shortcut = (
        (
            lesion.each_lesion(residual, part).mean(),
            settled_lesion.each_settled_lesion(residual, part).mean(),
        )
        for part in lesion.PARTS
    )
    assert torch.equal(residual.fc.weight, before)
    assert shortcut[0] < block[0] - 0.2  # 測り直す前は，近道のほうがこたえる
    assert shortcut[1] > block[1] - 0.1
    assert shortcut[1] > shortcut[0] + 0.3
    assert settled_lesion.each_settled_lesion(plain).mean() < 0.3
    with pytest.raises(ValueError, match="使える名前: block"):
        settled_lesion.each_settled_lesion(plain, "x")


def test_settling_a_block_that_adds_nothing_changes_nothing() -> None:
    net = model.trained("residual", 3, 0, steps=30)
    torch.nn.init.zeros_(net.stack[1].norm2.weight)
    torch.nn.init.zeros_(net.stack[1].norm2.bias)
    found = settled_lesion.each_settled_lesion(net)
    whole = 1 - model.error_rates(model.settled(net))[1]
    assert found[1] == pytest.approx(whole)


@pytest.mark.parametrize("rate", [0.003, 0.03])
def test_adam_keeps_the_degradation_at_other_learning_rates(rate: float) -> None:
    """歩幅をそろえる学習でも，学習率によらず，深い普通のネットは多く間違え，近道があれば減る。"""
    shallow, deep, residual = (
        model.error_rates(model.trained(kind, blocks, 0, rate=rate, optimiser="adam"))[
            0
        ]
        for kind, blocks in (("plain", 2), ("plain", 16), ("residual", 16))
    )
    assert deep > shallow + 0.2
    assert residual < deep - 0.3


def test_degradation_needs_a_rate_at_which_the_shallow_net_learns() -> None:
    """学習率 0.2 でも深い普通のネットは多く間違える。0.03 では，浅いネットも 100 回では学ばない。"""
    (recorded,) = named("depth_degradation")
    grid = {
        (cell["parameters"]["blocks"], cell["parameters"]["rate"]): cell["mean"]
        for cell in recorded.record["grid"]
    }
    assert grid[10, 0.2] > 0.3
    shallow, deep = (
        model.error_rates(model.trained("plain", blocks, 0, rate=0.03))[0]
        for blocks in (3, 10)
    )
    assert min(shallow, deep) > 0.6
    assert deep < shallow + 0.1


def test_a_small_rate_shows_some_harm_of_depth_with_another_seed() -> None:
    """学習率 0.03 でも，深さの差の見える種もある。"""
    shallow, deep = (
        model.error_rates(model.trained("plain", blocks, 5, rate=0.03))[0]
        for blocks in (3, 10)
    )
    assert 0.5 < shallow < deep - 0.1


def test_a_broken_plain_net_still_holds_what_tells_the_digits_apart() -> None:
    """塊を壊した普通のネットの答えは当てずっぽうでも，読み出しだけを学び直すと，七割ほど当たる。"""
    x, y, x_test, y_test = model.digits()

    @torch.no_grad()
    def read_again(net: model.StackedNet, broken: int | None) -> float:
        """最後の特徴から，名前の読み出しを学び直したときの，試験の正答率。"""
        found = []
        for images in (x, x_test):
            h = F.relu(net.stem(images))
            for number, block in enumerate(net.stack):
                h = h if number == broken else block(h)
            found.append(h.mean(dim=(2, 3)))
        mean, spread = found[0].mean(dim=0), found[0].std(dim=0) + 1e-6
        seen, new = (((part - mean) / spread).numpy() for part in found)
        reader = LogisticRegression(C=10, max_iter=1000).fit(seen, y.numpy())
        return float(reader.score(new, y_test.numpy()))

    net = model.trained("plain", 8, 0, steps=200)
    assert lesion.each_lesion(net).mean() < 0.2
    again = np.mean([read_again(net, broken) for broken in range(8)])
    assert 0.6 < again < 0.8
    assert read_again(net, None) > again + 0.1
    untrained = model.settled(model.StackedNet("plain", 8))
    assert read_again(untrained, None) < 0.4


def test_plain_nets_that_start_as_the_identity_degrade_much_less_at_22_layers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """近道がなくても，入力をそのまま通す重みから始めれば，22 層の誤りはずっと少ない。8 層より多いかは，種による。"""
    monkeypatch.setattr(
        torch.nn.init, "kaiming_normal_", _identity_except_stem(torch.nn.init.dirac_)
    )
    seeds = (1, 4)
    shallow, deep = (
        [model.error_rates(model.trained("plain", blocks, seed))[0] for seed in seeds]
        for blocks in (3, 10)
    )
    random = longer.training_errors()["plain"][1, 0, list(seeds)]
    assert np.mean(deep) < random.mean() - 0.15
    assert deep[0] < shallow[0] + 0.05 < deep[1] < shallow[1] + 0.4


def _identity_except_stem(dirac):  # type: ignore[no-untyped-def]
    random = torch.nn.init.kaiming_normal_

    def fill(weight: torch.Tensor) -> torch.Tensor:
        drawn = random(weight)
        return drawn if weight.shape[1] == 1 else dirac(weight)

    return fill
