"""誤差逆伝播，進み方，数字，六つの型，二つのリスト：参照の実装と，章の主張。"""

from itertools import combinations, permutations, product
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons.basics.mlp_sgd import (
    alcove,
    digits,
    list_marks,
    paired_lists,
    six_types,
    yours,
)
from lessons.basics.mlp_sgd import model as mlp
from lessons.effects import record
from lessons.human import numbers


def autograd(net, X, t):
    """誤差の勾配を，torch の自動微分で求める。"""
    parts = [torch.tensor(part, requires_grad=True) for part in net]
    W1, b1, W2, b2 = parts
    p = torch.sigmoid(torch.tanh(torch.tensor(X) @ W1 + b1) @ W2 + b2)
    ((p - torch.tensor(t)) ** 2).sum().backward()
    return [part.grad.numpy() for part in parts]


@pytest.mark.parametrize("seed", range(5))
def test_backpropagation_of_xor_equals_autograd(seed):
    net = mlp.fresh(seed)
    mine = mlp.backward(net, mlp.XOR_X, mlp.XOR_T)
    for ours, theirs in zip(mine, autograd(net, mlp.XOR_X, mlp.XOR_T), strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() < 1e-10


@given(st.integers(1, 5), st.integers(1, 6), st.integers(1, 3), st.integers(0, 99))
def test_backpropagation_equals_autograd_for_any_size(inputs, hidden, outputs, seed):
    g = np.random.default_rng(seed)
    net = mlp.fresh(seed, inputs, hidden, outputs)
    X, t = g.normal(size=(7, inputs)), g.uniform(size=(7, outputs))
    for ours, theirs in zip(mlp.backward(net, X, t), autograd(net, X, t), strict=True):
        assert np.abs(ours - theirs).max() < 1e-10


def test_learning_lowers_the_error_of_xor():
    net, losses = mlp.learn(mlp.fresh(1), mlp.XOR_X, mlp.XOR_T, 0.5, 1000)
    assert losses[0] == mlp.loss(mlp.fresh(1), mlp.XOR_X, mlp.XOR_T)
    assert losses[-1] == mlp.loss(net, mlp.XOR_X, mlp.XOR_T) < 0.02 < losses[0]
    stuck, _ = mlp.learn(mlp.fresh(0), mlp.XOR_X, mlp.XOR_T, 0.5, 1000)
    assert 0.4 < mlp.loss(stuck, mlp.XOR_X, mlp.XOR_T) < 0.6  # 頁の，止まる一本
    assert not mlp.xor_learned(1, 0)
    assert all(mlp.xor_learned(8, seed) for seed in range(3))
    with pytest.raises(ValueError, match="1 以上"):
        mlp.xor_learned(0, 0)


@pytest.mark.parametrize("rule", mlp.RULES)
def test_the_three_rules_equal_torch(rule):
    start, rate, steps = [-4.0, 0.6], 0.005, 25
    path = mlp.descend(mlp.valley_slope, start, rule, rate=rate, steps=steps)
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = {
        "sgd": lambda: torch.optim.SGD([w], rate),
        "momentum": lambda: torch.optim.SGD([w], rate, momentum=0.9),
        "adam": lambda: torch.optim.Adam([w], rate),
    }[rule]()
    for place in path:
        assert np.abs(place - w.detach().numpy()).max() < 1e-10
        stepper.zero_grad()
        (0.5 * (w[0] ** 2 + 100 * w[1] ** 2)).backward()
        stepper.step()
    assert path.shape == (steps + 1, 2)


def test_an_unknown_rule_is_told():
    with pytest.raises(ValueError, match="sgd，momentum，adam"):
        mlp.descend(mlp.valley_slope, [0.0, 0.0], "newton", rate=0.1, steps=1)
    with pytest.raises(ValueError, match="sgd，momentum，adam"):
        digits.optimiser(digits.new_net(2, 0), "newton", 0.1)


@given(st.floats(0.01, 0.6))
def test_a_parabola_shrinks_by_the_known_factor(rate):
    path = mlp.descend(lambda w: 8 * w, [1.0], rate=rate, steps=6)[:, 0]
    assert np.allclose(path, (1 - 8 * rate) ** np.arange(7))


def test_digits_are_split_without_overlap():
    parts = digits.split()
    assert [len(part.y) for part in parts] == [1000, 400, 397]
    rows = {tuple(row) for part in parts for row in part.x.tolist()}
    assert len(rows) == 1797
    for part in parts:
        assert set(part.y.tolist()) == set(range(10))
        assert 0 <= float(part.x.min()) < float(part.x.max()) <= 1


def test_mislabelling_changes_at_most_the_share():
    training, _, _ = digits.split()
    few = digits.mislabelled(training, 100, 0.3, 0)
    changed = int((few.y != training.y[:100]).sum())
    assert 20 <= changed <= 30
    assert torch.equal(few.x, training.x[:100])
    assert torch.equal(digits.mislabelled(training, 50, 0, 0).y, training.y[:50])
    with pytest.raises(ValueError, match="1 から 1000"):
        digits.mislabelled(training, 2000, 0.3, 0)


def test_noise_halves_with_four_times_the_pictures():
    noise = [digits.gradient_noise(batch) for batch in (4, 16, 64)]
    for more, less in zip(noise[1:], noise, strict=False):
        assert less / more == pytest.approx(2, rel=0.15)


def test_overfitting_and_validation():
    training, validation, _ = digits.split()
    few = digits.mislabelled(training, 100, 0.3, 0)
    curves = digits.learn(
        digits.new_net(256, 0), few, validation, rule="adam", rate=0.003, epochs=100
    )
    stop = int(np.argmin(curves.validation))
    assert 3 < stop < 40
    assert curves.training[-1] < 0.3 * curves.training[stop]
    assert curves.validation[-1] > 1.2 * curves.validation[stop]
    assert curves.accuracy[-1] < curves.accuracy[stop] - 0.05
    assert len(curves.training) == 101


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_only_wrong_labels_are_overlearned(seed):
    training, validation, _ = digits.split()
    fall = []
    for share in (0.3, 0.0):
        few = digits.mislabelled(training, 100, share, seed)
        right = digits.learn(
            digits.new_net(256, seed), few, validation, rule="adam", rate=0.003, epochs=100
        ).accuracy  # fmt: skip
        fall.append(max(right) - right[-1])
    assert fall[0] > 0.07 > 0.03 > fall[1]


def test_many_rough_steps_beat_few_exact_steps():
    """同じ 5 周で，それぞれに合った学習率なら，16 枚ずつの方が 1,000 枚ずつより進む。"""
    training, validation, _ = digits.split()
    best = [
        max(
            digits.learn(
                digits.new_net(32, 0), training, validation, rate=rate, batch=batch
            ).accuracy[-1]
            for rate in (0.03, 0.1, 0.3, 1.0)
        )
        for batch in (16, 1000)
    ]
    assert best[0] > best[1] + 0.2


def orbit(members):
    """8 個の物の 4 個を，特徴の入れ替えと，値の裏返しと，類の入れ替えで移したものすべて。"""
    found = set()
    for order in permutations(range(3)):
        for flips in product((0, 1), repeat=3):
            moved = frozenset(
                tuple(int(item[k]) ^ flips[k] for k in order) for item in members
            )
            found |= {moved, frozenset(product((0, 1), repeat=3)) - moved}
    return frozenset(found)


def test_the_six_types_are_all_there_are():
    items = [tuple(row) for row in six_types.ITEMS.astype(int)]
    every = {orbit(chosen) for chosen in combinations(items, 4)}
    ours = []
    for row in six_types.targets():
        assert row.sum() == 4
        ours.append(orbit([item for item, t in zip(items, row, strict=True) if t]))
    assert len(every) == len(set(ours)) == 6
    assert every == set(ours)


def relevant(row):
    """正解を決めるのに要る特徴の数。"""
    table = {tuple(i): t for i, t in zip(six_types.ITEMS, row, strict=True)}
    needed = 0
    for k in range(3):
        flipped = [
            tuple(1 - v if j == k else v for j, v in enumerate(item)) for item in table
        ]
        needed += any(table[a] != table[b] for a, b in zip(table, flipped, strict=True))
    return needed


def test_the_types_need_one_two_and_three_features():
    assert [relevant(row) for row in six_types.targets()] == [1, 2, 3, 3, 3, 3]


def test_similarity_alone_has_the_pure_generalisation_order():
    order = np.argsort(six_types.similarity_errors())
    names = [list(six_types.TYPES)[k] for k in order]
    assert record.named("six_types_second")[0].verdict.controls["similarity"].high < 0
    assert names == ["I", "IV", "III", "V", "II", "VI"]
    same = six_types.errors(0, "similarity").mean(axis=1)
    assert np.allclose(same, six_types.similarity_errors())


def test_a_flat_stretch_is_not_the_bottom():
    """図の一本は，五万歩を過ぎてから，平らな所を抜け出す。"""
    net, errors = mlp.learn(mlp.fresh(0), mlp.XOR_X, mlp.XOR_T, 0.5, 50_000)
    assert errors[1000] > errors[-1] > 0.45
    assert mlp.learn(net, mlp.XOR_X, mlp.XOR_T, 0.5, 12_000)[1][-1] < 0.1


def test_neighbours_of_the_types_that_fall_apart():
    """一つの特徴だけが違う 12 組のうち，違う類の組：II と V で 8，III と IV で 6，VI で全部。"""
    near = np.abs(six_types.ITEMS[:, None] - six_types.ITEMS).sum(axis=2) == 1
    apart = [
        int((near & (row[:, None] != row)).sum() / 2) for row in six_types.targets()
    ]
    assert apart == [4, 8, 6, 6, 8, 12]


def test_the_hardest_type_of_the_tanh_network_is_the_second():
    runs = [six_types.errors(seed).mean(axis=1) for seed in range(100, 120)]
    found = np.mean(runs, axis=0)
    assert found.argmax() == 1
    assert found[5] > found[0] + 0.05


def test_attention_needs_sharp_similarity_or_speed():
    """似かたの鋭さを 1 に下げると，型 II は易しくならないが，注意が速く動けば，易しくなる。"""
    for seed in (0, 1):
        blunt = alcove.errors(seed, c=1.0).mean(axis=1)
        assert blunt[1] > blunt[2:5].mean()
        fast = alcove.errors(seed, c=1.0, attention_rate=0.3).mean(axis=1)
        assert fast[1] < fast[2:5].mean() - 0.02


def test_controls_of_the_types_learn_nothing():
    for errors in (six_types.errors, alcove.errors):
        blank = np.mean([errors(seed, "untrained") for seed in range(10)], axis=0)
        assert np.allclose(blank, 0.5, atol=0.06)
        shuffled = np.mean([errors(seed, "shuffled") for seed in range(5)], axis=0)
        assert shuffled.mean() > 0.4


def first_block_errors(seed, by_lot):
    """はじめの 16 回の誤り ``(6,)``。``by_lot`` なら，一巡ずつでなく，毎回くじで物を選ぶ。"""
    g, t = np.random.default_rng(seed), six_types.targets()
    X = np.hstack([2 * six_types.ITEMS - 1, np.ones((8, 1))])
    W = np.repeat(g.normal(0, 3**-0.5, (1, 4, 16)), 6, axis=0)
    v = np.repeat(g.normal(0, 16**-0.5, (1, 17)), 6, axis=0)
    W[:, 3], v[:, 16] = 0, 0
    rounds = np.concatenate([g.permutation(8), g.permutation(8)])
    found = np.zeros(6)
    for k in g.integers(8, size=16) if by_lot else rounds:
        h = np.append(np.tanh(X[k] @ W), np.ones((6, 1)), axis=1)
        p = 1 / (1 + np.exp(-(h * v).sum(axis=1)))
        found += np.abs(t[:, k] - p) / 16
        d = 2 * (p - t[:, k]) * p * (1 - p)
        d_h = d[:, None] * v[:, :-1] * (1 - h[:, :-1] ** 2)
        v -= d[:, None] * h
        W -= X[k][:, None] * d_h[:, None, :]
    return found


def test_type_two_starts_below_chance_in_rounds_but_not_by_lot():
    """8 個を一巡ずつ見せると，型 II の初めの正答は当てずっぽうより悪い。くじで選べば並ぶ。"""
    assert first_block_errors(3, False) == pytest.approx(six_types.errors(3)[:, 0])
    rounds, lot = (
        np.mean([first_block_errors(seed, by_lot) for seed in range(60)], axis=0)
        for by_lot in (False, True)
    )
    assert rounds[1] > 0.6
    assert abs(lot[1] - 0.5) < 0.04
    page = Path(__file__).parents[3] / "book/basics/mlp_sgd.md"
    assert "似た物の答えに引っ張られるから" not in page.read_text("utf8")


def test_attention_goes_to_what_decides():
    alpha = alcove.attention(0)
    assert alpha[0, 0] > 5 * alpha[0, 1:].max()
    assert alpha[1, :2].min() > 5 * alpha[1, 2]
    assert alpha[5].max() - alpha[5].min() < 0.02
    fixed = alcove.errors(0, "no_attention").mean(axis=1)
    assert fixed[1] > fixed[2:5].mean()


def test_only_the_same_cues_are_overwritten():
    kept = {
        control: np.mean(
            [paired_lists.recall_curves(seed, control)[0][-1] for seed in range(5)]
        )
        for control in paired_lists.CONTROLS
    }
    assert kept[""] < 0.1
    assert min(kept[c] for c in ("new_cues", "interleaved", "untrained")) > 0.85
    first, later = paired_lists.recall_curves(0)
    assert first[0] == 1
    assert later[-1] > 0.8 > later[0]


def test_the_first_list_is_known_among_its_own_answers():
    """第一のリストの八つの答えから選ばせれば，正しく選ぶ。16 個から選べば，新しい答えになる。"""
    for seed in range(20):
        g = np.random.default_rng(seed)
        cues, _, marks = (
            g.choice([-1.0, 1.0], size=size) for size in ((8, 20), (8, 20), (2, 10))
        )
        X1, X2 = (np.hstack([cues, np.tile(mark, (8, 1))]) for mark in marks)
        T1, T2 = np.split(np.eye(16), 2)
        net = paired_lists.fresh(g, 30, 50, 16)
        for _ in range(net.learn(X1, T1, 0.05, 0.8)):
            net.step(X2, T2, 0.05)
        assert net.recall(X1, T1) == paired_lists.recall_curves(seed)[0][-1]
        first, later = np.split(net.forward(X1)[0], 2, axis=1)
        assert (first.argmax(axis=1) == np.arange(8)).all()
        assert (later.argmax(axis=1) == np.arange(8)).mean() > 0.8


def test_how_much_is_forgotten_depends_on_the_marks_of_the_lists():
    """「人間より忘れる」とは言えない：目印を強くすると，人間の半分より多く残る。"""
    kept = {
        strength: np.mean([list_marks.kept(seed, strength) for seed in range(20)])
        for strength in (1, 2, 4)
    }
    assert kept[1] == pytest.approx(
        np.mean([paired_lists.recall_curves(seed)[0][-1] for seed in range(20)])
    )
    assert kept[1] < 0.1 < 0.3 < kept[2] < 0.7 < kept[4]
    small = (30 / (20 + 10 * 4**2)) ** 0.5
    for strength, cue in ((4, 4), (4 * small, small)):  # 大きさだけ，割合だけ
        runs = [list_marks.kept(seed, strength, cue=cue) for seed in range(100, 110)]
        assert 0.2 < np.mean(runs) < 0.6
    with pytest.raises(ValueError, match="0 以上"):
        list_marks.kept(0, -1.0)
    with pytest.raises(ValueError, match="手がかりの倍率 -1"):
        list_marks.kept(0, 1.0, cue=-1)
    page = Path(__file__).parents[3] / "book/basics/mlp_sgd.md"
    assert "前に覚えたことを人間より忘れます" not in page.read_text("utf8")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: six_types.errors(0, "magic"), "untrained，shuffled，similarity"),
        (lambda: six_types.errors(0, loss="absolute"), "squared_error"),
        (lambda: six_types.errors(0, activation="step"), "tanh，relu"),
        (lambda: alcove.errors(0, "magic"), "no_attention"),
        (lambda: paired_lists.recall_curves(0, "magic"), "new_cues"),
        (lambda: yours.error_rates({"課題 3": "AAAABBBB"}), "課題 1，課題 2"),
        (lambda: yours.error_rates({"課題 1": "AAAB"}), "いまは 4 字"),
        (lambda: yours.error_rates({"課題 1": "AAAACCCC"}), "A か B"),
    ],
)
def test_bad_input_is_told(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_your_errors_are_counted():
    assert yours.error_rates({"課題 1": ..., "課題 2": ...}) == {}
    row = six_types.targets()[1][yours.order("課題 2")]
    right = "".join("A" if t else "B" for t in row)
    assert yours.error_rates({"課題 2": right}) == {"II": 0.0}
    wrong = right.translate(str.maketrans("AB", "BA"))
    assert yours.error_rates({"課題 1": ..., "課題 2": wrong}) == {"II": 1.0}
    one = ("B" if right[0] == "A" else "A") + right[1:]
    assert yours.error_rates({"課題 2": one}) == {"II": 0.125}
    assert sorted(yours.order("課題 1")) == list(range(8))


def test_human_differences_follow_from_the_table():
    value = {
        name: numbers("basics/mlp_sgd", "six_types", name)[0].value
        for name in six_types.TYPES
    }
    (ends,) = numbers("basics/mlp_sgd", "six_types_ends")
    (second,) = numbers("basics/mlp_sgd", "six_types_second")
    assert ends.value == pytest.approx(value["VI"] - value["I"], abs=1e-3)
    middle = (value["III"] + value["IV"] + value["V"]) / 3
    assert second.value == pytest.approx(middle - value["II"], abs=1e-3)


def test_verdicts_the_page_tells():
    found = record.named(
        "six_types_ends",
        "six_types_second",
        "six_types_second_relu",
        "six_types_attention",
        "list_interference",
    )
    assert [one.word for one in found] == [
        "構造",
        "逆",
        "示さない",
        "示した",
        "向きだけ",
    ]
    ends, second, _, attend, lists = (one.verdict for one in found)
    assert ends.passing == ("similarity",)
    assert second.robust == attend.robust == lists.robust == 1
    assert attend.passing == lists.passing == ()
