"""章 basics/neural_network の部品の検査。"""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from lessons.basics.neural_network import cards, categories
from lessons.basics.neural_network import model as networks
from lessons.basics.neural_network.effects import (
    nonlinear_advantage,
    type_iv_difficulty,
)
from lessons.basics.neural_network.exercises import MAJORITY, TRIPLES
from lessons.basics.neural_network.perceptron import (
    GATES,
    PAIRS,
    neuron,
    perceptron_rule,
)
from lessons.effects import record

SEEDS = st.integers(0, 999)


def separable(X, t):
    """線形計画で調べる：すべての例を 1 以上の余裕で分ける面があるか。"""
    side = 2 * np.asarray(t) - 1
    rows = -side[:, None] * np.c_[X, np.ones(len(X))]
    found = linprog(
        np.zeros(rows.shape[1]),
        A_ub=rows,
        b_ub=-np.ones(len(X)),
        bounds=[(None, None)] * rows.shape[1],
    )
    return found.status == 0


def test_neuron_fires_only_above_zero():
    assert neuron(PAIRS, [1, 1], -1.5).tolist() == GATES["AND"].tolist()
    assert neuron(PAIRS, [1, 1], -0.5).tolist() == GATES["OR"].tolist()
    assert neuron([1, 1, 1], [2, 3, -4], -1) == 0  # ちょうど 0 では出さない


@given(SEEDS, st.sampled_from(["AND", "OR"]))
def test_perceptron_learns_what_a_line_can_separate(seed, gate):
    path = perceptron_rule(PAIRS, GATES[gate], np.random.default_rng(seed), passes=100)
    assert path.learned
    assert neuron(PAIRS, path.w[-1], path.b[-1]).tolist() == GATES[gate].tolist()


@given(SEEDS)
def test_perceptron_never_passes_xor_without_an_error(seed):
    path = perceptron_rule(PAIRS, GATES["XOR"], np.random.default_rng(seed), passes=50)
    assert path.errors.min() >= 1
    assert path.w.shape == (51, 2)


def test_perceptron_learns_exactly_the_separable_answers():
    """三つの入力への 256 通りの答えのうち，覚えられるのは 104 通り。"""
    learned = 0
    for t in itertools.product((0, 1), repeat=8):
        path = perceptron_rule(
            TRIPLES, np.array(t), np.random.default_rng(0), passes=40
        )
        assert path.learned == separable(TRIPLES, t)
        learned += path.learned
    assert learned == 104


def test_one_step_of_a_neuron_is_the_delta_rule():
    torch.manual_seed(0)
    net = networks.Perceptron(2)
    before = [p.detach().clone() for p in net.parameters()]
    x, t = torch.tensor([[0.5, -2.0]]), torch.tensor([1.0])
    p = torch.sigmoid(net(x)).item()
    networks.learn(net, x, t, np.random.default_rng(0), passes=1, rate=0.3)
    w, b = (p.detach() for p in net.parameters())
    assert torch.allclose(w, before[0] + 0.3 * (1 - p) * x, atol=1e-6)
    assert torch.allclose(b, before[1] + 0.3 * (1 - p), atol=1e-6)


def test_mlp_is_what_its_formula_says():
    torch.manual_seed(1)
    net = networks.MLP(3, 5, "relu")
    x = torch.randn(7, 3)
    W, c, v, d = (p.detach().numpy() for p in net.parameters())
    expected = np.maximum(x.numpy() @ W.T + c, 0) @ v[0] + d
    assert np.allclose(net(x).detach().numpy(), expected, atol=1e-6)
    assert sum(p.numel() for p in networks.MLP(2, 3).parameters()) == 13


def test_layers_without_a_bend_stay_straight():
    torch.manual_seed(2)
    net = networks.MLP(2, 8, "identity")
    a, b = torch.randn(2, 5, 2)
    middle = net((a + b) / 2)
    assert torch.allclose(middle, (net(a) + net(b)) / 2, atol=1e-5)


def test_a_hidden_layer_learns_xor():
    X = torch.tensor(2.0 * PAIRS - 1, dtype=torch.float32)
    t = torch.tensor(GATES["XOR"], dtype=torch.float32)
    solved = []
    for hidden in (1, 8):
        torch.manual_seed(0)
        net = networks.MLP(2, hidden)
        networks.learn(net, X, t, np.random.default_rng(0), passes=100, rate=0.3)
        solved.append(categories.accuracy(net, X, t) == 1)
    assert solved == [False, True]


def test_few_hidden_units_must_learn_their_view_but_many_need_not():
    """隠れ層を学ばせない対照：2 個では覚えず，8 個ならくじのままでもたいてい覚える。"""
    X = torch.tensor(2.0 * PAIRS - 1, dtype=torch.float32)
    t = torch.tensor(GATES["XOR"], dtype=torch.float32)
    solved = {}
    for hidden, frozen in ((2, False), (2, True), (3, True), (8, True)):
        count = 0
        for seed in range(10):
            torch.manual_seed(seed)
            net = networks.MLP(2, hidden)
            net.hidden.requires_grad_(not frozen)
            order = np.random.default_rng(seed)
            networks.learn(net, X, t, order, passes=100, rate=0.3)
            count += categories.accuracy(net, X, t) == 1
        solved[hidden, frozen] = count
    assert solved[2, True] <= 1 < 3 <= solved[2, False]
    assert solved[3, True] <= 2
    assert solved[8, True] >= 7


def test_similarity_alone_does_not_make_the_straight_structures_easy():
    """似た例で答えるだけなら，型 IV の易しさはモデルの三分の一より小さく，六つの例では逆になる。"""
    (four,) = record.named("type_iv_difficulty")
    for sharpness, itself in itertools.product((0.5, 1, 2, 4), (0, 1)):
        wrong = {}
        for kind in categories.MEMBERS:
            X, t = categories.structure(kind, 0.0)
            near = np.exp(-sharpness * np.abs(X[:, None] - X).sum(axis=2))
            near -= itself * np.eye(len(X))  # 自分自身を入れても，入れなくても
            near /= near.sum(axis=1, keepdims=True)
            wrong[kind] = (near * (t[:, None] != t)).sum(axis=1).mean()
        alike = wrong["type_iv"] - wrong["type_iii"]
        assert four.verdict.model.mean / 3 < alike < 0
        assert wrong["nonlinear"] < wrong["linear"] - 0.008


def test_learning_from_kept_examples_makes_type_iv_easy_but_not_the_six():
    """鋭さ 0.5，学習率 1 なら，型 IV はモデルほど易しく，六つの例は人間の向き。"""
    easy = {}
    for kind in categories.MEMBERS:
        X, t = categories.structure(kind, 0.0)
        H = np.exp(-0.5 * np.abs(X[:, None] - X).sum(axis=2))
        right = []
        for seed in range(5):
            g, w = np.random.default_rng(seed), np.zeros(len(X))
            for i in np.concatenate([g.permutation(len(X)) for _ in range(32)]):
                p = 1 / (1 + np.exp(-H[i] @ w))
                right.append(p if t[i] else 1 - p)
                w += (t[i] - p) * H[i]
        easy[kind] = np.mean(right)
    assert 0.09 < easy["type_iv"] - easy["type_iii"] < 0.13
    assert easy["nonlinear"] > easy["linear"] + 0.02


def test_three_bent_units_drawn_by_lot_can_always_separate_xor():
    """くじの隠れ層でも，三つ以上なら四つの点はいつも分けられる。二つでは，分けられない種が多い。"""
    X = torch.tensor(2.0 * PAIRS - 1, dtype=torch.float32)
    found = {}
    for hidden in (2, 3, 8):
        found[hidden] = 0
        for seed in range(20):
            torch.manual_seed(seed)
            with torch.no_grad():
                H = torch.tanh(networks.MLP(2, hidden).hidden(X)).numpy()
            found[hidden] += separable(H, GATES["XOR"])
    assert found[3] == found[8] == 20
    assert found[2] < 5


def test_straight_structures_are_easier_with_zeros_and_ones_too():
    settings = {"hidden": 8, "activation": "tanh", "low": 0.0}
    six = [
        nonlinear_advantage(seed, rate=0.1, passes=25, **settings) for seed in range(10)
    ]
    eight = [
        type_iv_difficulty(seed, rate=0.2, passes=32, **settings) for seed in range(6)
    ]
    assert np.mean(six) < -0.1
    assert np.mean(eight) < -0.1


def many(kind, hidden, activation, rate, passes, scale=1.0, nets=200):
    """``study`` と同じ学習を，多くのネットワークでまとめてする：学ぶ間と，学んだ後の正答率。

    ``scale`` は，隠れ層のはじめの重みとバイアスに掛ける数。
    """
    X, t = categories.structure(kind)
    X = np.hstack([X, np.ones((len(X), 1))])
    g = np.random.default_rng(7)
    W = scale * 3**-0.5 * g.uniform(-1, 1, (nets, 4, hidden))
    v = hidden**-0.5 * g.uniform(-1, 1, (nets, hidden + 1))

    def layer(x):
        a = np.einsum("s...i,sih->s...h", x, W)
        h = np.tanh(a) if activation == "tanh" else np.maximum(a, 0)
        return np.concatenate([h, np.ones_like(h[..., :1])], axis=-1)

    during = 0
    for _ in range(passes):
        orders = g.permuted(np.tile(np.arange(len(X)), (nets, 1)), axis=1)
        for k in orders.T:
            h = layer(X[k])
            a = (h * v).sum(axis=1)
            during += ((a > 0) == t[k]).mean() / len(X) / passes
            d = 1 / (1 + np.exp(-a)) - t[k]
            bend = 1 - h**2 if activation == "tanh" else h > 0
            back = (d[:, None] * v * bend)[:, :-1]
            v -= rate * d[:, None] * h
            W -= rate * X[k][:, :, None] * back[:, None]
    every = layer(np.tile(X, (nets, 1, 1)))
    return during, (((every * v[:, None]).sum(axis=2) > 0) == t).mean()


SIX, EIGHT = ("linear", "nonlinear"), ("type_iv", "type_iii")


def straight_habit(kinds, *settings, **more):
    """分けられる類の正答率 − 分けられない類の正答率：学ぶ間と，学んだ後。"""
    one, other = (np.array(many(kind, *settings, **more)) for kind in kinds)
    return one - other


def test_large_first_weights_weaken_the_straight_habit_of_tanh():
    """tanh では，隠れ層のはじめの重みを 4 倍にすると，分けられる類の易しさは小さくなる。"""
    eight, six = (
        [straight_habit(*how, scale=scale)[0] for scale in (1, 4)]
        for how in ((EIGHT, 8, "tanh", 0.2, 32), (SIX, 4, "tanh", 0.025, 25))
    )
    assert 0 < 3 * eight[1] < eight[0]
    assert 0.1 < eight[0] < 0.12  # 記録は 0.109
    assert 0.01 < six[1] < 0.7 * six[0]
    relu = straight_habit(SIX, 4, "relu", 0.04, 25)
    assert abs(relu[0]) < 0.03  # 学ぶ間の差は，もとの重みでもほとんどない
    assert relu[1] > 0.02


def test_the_straight_habit_hides_only_at_the_ceiling():
    """tanh が速く学ぶと，学んだ後の差は消えるが，学ぶ間の差は残る。"""
    during, after = straight_habit(SIX, 16, "tanh", 0.1, 25)
    assert after < 0.05
    assert during > 0.15


def test_three_relu_units_drawn_by_lot_do_not_always_separate_xor():
    X = torch.tensor(2.0 * PAIRS - 1, dtype=torch.float32)
    found = 0
    for seed in range(30):
        torch.manual_seed(seed)
        with torch.no_grad():
            H = torch.relu(networks.MLP(2, 3).hidden(X)).numpy()
        found += separable(H, GATES["XOR"])
    assert 15 < found < 30


@pytest.mark.parametrize(
    ("name", "straight"),
    [("linear", True), ("nonlinear", False), ("type_iii", False), ("type_iv", True)],
)
def test_structures_are_separable_as_named(name, straight):
    X, t = categories.structure(name)
    assert separable(X, t) is straight
    assert len({tuple(x) for x in X}) == len(X)


def test_medin_structures_have_equal_distances():
    """類の中と，類の間の平均の違い（特徴の数）は，二つの作りで同じ。"""
    found = []
    for name in ("linear", "nonlinear"):
        X, t = categories.structure(name, low=0.0)
        apart = np.abs(X[:, None] - X[None]).sum(axis=2)
        same = (t[:, None] == t[None]) & ~np.eye(6, dtype=bool)
        between = apart[t[:, None] != t[None]].mean()
        found.append((apart[same].mean(), between))
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx((2, 5 / 3))


def test_study_repeats_and_controls_do_what_they_say():
    settings = {"hidden": 4, "activation": "tanh", "rate": 0.1, "passes": 5}
    first, again = (categories.study("linear", 3, **settings) for _ in range(2))
    assert (first[0] == again[0]).all()
    right, after = categories.study("linear", 3, "untrained", **settings)
    assert right.shape == (0, 6)
    assert 0 <= after <= 1
    shuffled = categories.study("linear", 3, "shuffled", **settings)
    assert (shuffled[0] != first[0]).any()


def test_one_neuron_cannot_learn_the_nonlinear_categories():
    settings = {"hidden": 0, "activation": "identity", "rate": 0.1, "passes": 25}
    assert nonlinear_advantage(0, **settings) < 0
    assert type_iv_difficulty(0, **settings) < 0


def test_the_page_follows_the_records():
    names = ("perceptron", "tanh", "relu")
    found = record.named(*(f"nonlinear_advantage_{name}" for name in names))
    assert [one.word for one in found] == ["組み込み", "決まらない", "決まらない"]
    for one in found:
        assert one.verdict.model.high < 0 < one.protocol.human.value
    for one in found[1:]:  # 頁の「9 条件のうち，8 条件は負」
        assert sum(cell["mean"] < 0 for cell in one.record["grid"]) == 8
        assert len(one.record["grid"]) == 9
        assert not one.verdict.passing
    (four,) = record.named("type_iv_difficulty")
    assert four.word == "逆"
    assert four.verdict.robust == 1


def test_cards_are_scored_by_set():
    right = "".join("A" if number < 3 else "B" for _, number in cards.TEST)
    assert cards.score(right) == {"linear": 1, "nonlinear": 1}
    flipped = "".join(
        "AB"[(letter == "A") != (kind == "linear")]
        for letter, (kind, _) in zip(right, cards.TEST, strict=True)
    )
    assert sorted(cards.score(flipped).values()) == [0, 1]
    assert cards.score(right.lower()) == cards.score(right)
    assert sorted(cards.TEST) == sorted(itertools.product(cards.SHAPES, range(6)))


def test_majority_is_two_of_three():
    assert MAJORITY.tolist() == [0, 0, 0, 1, 0, 1, 1, 1]


def test_bad_input_is_told():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="同じ数だけ"):
        neuron(PAIRS, [1, 1, 1], 0)
    with pytest.raises(ValueError, match="同じ数に"):
        perceptron_rule(PAIRS, MAJORITY, rng)
    with pytest.raises(ValueError, match="正の数"):
        perceptron_rule(PAIRS, GATES["AND"], rng, rate=0)
    X = torch.zeros(2, 3)
    with pytest.raises(ValueError, match="同じ数に"):
        networks.learn(networks.Perceptron(3), X, torch.zeros(3), rng, 1, 0.1)
    with pytest.raises(ValueError, match="0 以上"):
        networks.learn(networks.Perceptron(3), X, torch.zeros(2), rng, -1, 0.1)
    with pytest.raises(ValueError, match="linear，nonlinear"):
        categories.structure("curved")
    with pytest.raises(ValueError, match="untrained か shuffled"):
        categories.study(
            "linear", 0, "pixels", hidden=0, activation="tanh", rate=1, passes=1
        )
    for letters in ("ABAB", "AAAAAAAAAAAC"):
        with pytest.raises(ValueError, match="12 字"):
            cards.score(letters)
