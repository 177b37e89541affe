"""二進数の足し算：問題，ネットワーク，読み出し，押す，間違いの数え方，人の記録。"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons import human
from lessons.basics.binary_addition import memory, mistakes, model, people, yours
from lessons.basics.binary_addition.problems import (
    all_pairs,
    batch,
    carries,
    longest_chain,
    random_pairs,
    to_bits,
    to_numbers,
)

NUMBERS = st.integers(0, 2**12 - 1)


@pytest.fixture(scope="module")
def net() -> model.Adder:
    """8 桁を学習したネットワーク。"""
    return model.train(0, bits=8, hidden=8, steps=400)


@given(NUMBERS, NUMBERS)
def test_carries_follow_from_the_sum(a: int, b: int) -> None:
    """繰り上がりは，和と二つの数の排他的論理和からも求まる：(a ^ b ^ (a + b)) >> 1。"""
    sent = carries(np.array([a]), np.array([b]), 12)
    assert to_numbers(sent)[0] == (a ^ b ^ (a + b)) >> 1
    assert sent.sum() == a.bit_count() + b.bit_count() - (a + b).bit_count()


@given(st.lists(st.integers(0, 1), min_size=1, max_size=12))
def test_longest_chain_is_the_longest_run_of_ones(sent: list[int]) -> None:
    runs = "".join(map(str, sent)).split("0")
    assert longest_chain(np.array([sent]))[0] == max(map(len, runs))


def test_batch_holds_the_sum_and_its_orders_mirror() -> None:
    a, b = np.array([6, 255]), np.array([7, 1])
    x, y = batch(a, b, 8)
    assert x.shape == (2, 9, 2)
    assert to_numbers(y.numpy()).tolist() == [13, 256]
    x_high, y_high = batch(a, b, 8, order="high")
    assert torch.equal(x_high, x.flip(1))
    assert torch.equal(y_high, y.flip(1))
    assert to_numbers(batch(a, b, 8, "xor")[1].numpy()).tolist() == [6 ^ 7, 254]


def test_bad_problems_are_refused() -> None:
    with pytest.raises(ValueError, match="256 は 8 桁の二進数で書けません"):
        to_bits(np.array([3, 256]), 8)
    with pytest.raises(ValueError, match="1 から 24"):
        to_bits(np.array([0]), 25)
    with pytest.raises(ValueError, match="1 から 10"):
        all_pairs(11)
    with pytest.raises(ValueError, match="課題 'times'"):
        batch(np.array([1]), np.array([1]), 4, "times")
    with pytest.raises(ValueError, match="隠れユニットの数 0"):
        model.made(0, 0)


def test_states_equal_torch_rnn() -> None:
    ours = model.made(3, 5)
    theirs = torch.nn.RNN(2, 5, batch_first=True)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(ours.read.weight)
        theirs.weight_hh_l0.copy_(ours.remember.weight)
        theirs.bias_ih_l0.copy_(ours.read.bias)
        theirs.bias_hh_l0.copy_(ours.remember.bias)
        x, _ = batch(*random_pairs(20, 8, 0), 8)
        assert torch.allclose(ours.states(x), theirs(x)[0], atol=1e-6)


def test_all_pairs_are_right_and_longer_numbers_too(net: model.Adder) -> None:
    assert model.right_sums(net, *all_pairs(8), 8).sum() == 65536
    assert model.right_sums(net, *random_pairs(500, 16, 0), 16).all()
    assert not model.right_sums(model.made(0, 8), *random_pairs(500, 8, 0), 8).any()


def test_high_digits_first_cannot_pass_the_bound() -> None:
    reverse = model.train(0, hidden=8, steps=300, order="high")
    right = model.right_bits(reverse, *random_pairs(4000, 8, 1), 8, order="high")
    found = right.mean(0)[::-1][:8]  # 一の位から
    bound = 1 - (1 - 0.5 ** np.arange(8)) / 2
    assert (found < bound + 0.03).all()
    assert found[0] > 0.99


def test_a_perfect_adder_is_read_and_pushed_exactly() -> None:
    """隠れ状態の一つめが繰り上がりそのものなら，読み出しも押すのも完全になる。"""

    class Perfect(model.Adder):
        """状態の一つめに繰り上がり，二つめに和のビットを置く（どちらも ±1）。"""

        def step(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
            total = x.sum(1) + (h[:, 0] > 0.25)
            bits = torch.stack([total >= 2, total % 2 == 1], 1)
            return bits.float() * 2 - 1

    perfect = Perfect(2)
    with torch.no_grad():
        perfect.answer.weight.copy_(torch.tensor([[0.0, 1.0]]))
        perfect.answer.bias.zero_()
    assert model.right_sums(perfect, *random_pairs(300, 8, 0), 8).all()
    seen = memory.read(perfect, *random_pairs(300, 8, 1), 8)
    assert memory.read_out(memory.reader(seen), seen, passed=True) == 1
    found = memory.one_carry_off(perfect, "carry", 0, bits=8, size=1.0, items=200)
    assert found == 1
    none = memory.one_carry_off(perfect, "carry", 0, bits=8, size=0.0, items=200)
    assert none == 0


def test_pushing_changes_only_the_carry(net: model.Adder) -> None:
    push = memory.direction(memory.read(net, *random_pairs(400, 8, 4), 8))
    vector = push[None]
    said = memory.pushed(net, np.array([3]), np.array([4]), np.array([0]), vector, 8)
    assert said.tolist() == [9]
    still = memory.pushed(
        net, np.array([3]), np.array([4]), np.array([0]), 0 * vector, 8
    )
    assert still.tolist() == [7]
    with pytest.raises(ValueError, match="使える名前: carry"):
        memory.one_carry_off(net, "up", 0, bits=8, size=1.0, items=10)


def test_the_carry_is_not_on_one_direction_only(net: model.Adder) -> None:
    """和のビットの向きに押しても繰り上がりが変わる：繰り上がりの向きと重なる分を除くと変わらない。"""
    learn = random_pairs(400, 8, 4)
    seen = memory.read(net, *learn, 8)
    along = memory.direction(seen)
    before = np.pad(seen.carry, ((0, 0), (1, 0)))[:, :8]
    odd = (sum(to_bits(n, 8) for n in learn) + before) % 2 == 1
    way = seen.states[odd].mean(0) - seen.states[~odd].mean(0)
    way *= np.sign(way @ along)
    rest = way - (way @ along) / (along @ along) * along
    g = np.random.default_rng(6)
    (a, b), at = random_pairs(500, 8, g), g.integers(8, size=500)
    expected = a + b + (1 - 2 * carries(a, b, 8)[np.arange(500), at]) * 2 ** (at + 1)
    shares = []
    for each in (way, rest):
        vector = each * np.linalg.norm(along) / np.linalg.norm(each)
        said = memory.pushed(net, a, b, at, np.tile(vector, (500, 1)), 8)
        shares.append((said == expected).mean())
    assert shares[0] > 0.7
    assert shares[1] < 0.1


def test_what_an_untrained_network_shows_comes_from_the_state_before() -> None:
    """一つ前の状態を読む重みを 0 にすると，ビットの違う桁では，多い方を答えるのと同じになる。"""
    learn, exam = random_pairs(400, 8, 4), random_pairs(1000, 8, 5)
    for seed in range(3):
        cut = model.made(seed, 8)
        with torch.no_grad():
            cut.remember.weight.zero_()
        shown = memory.read(cut, *exam, 8)
        weights = memory.reader(memory.read(cut, *learn, 8))
        share = shown.carry[shown.passed].mean()
        found = memory.read_out(weights, shown, passed=True)
        assert found == pytest.approx(max(share, 1 - share), abs=0.01)


def test_indices_find_an_inserted_effect_and_nothing_in_its_absence() -> None:
    sent = mistakes.sent()
    # 0 回は，どの桁も 1 と 1 でない 3**4 通り。4 回は，一の位が 1 と 1，ほかは 0 と 0 でない。
    assert (sent == 0).sum() == 3**4
    assert (sent == 4).sum() == 3**3
    assert mistakes.raw_index((sent >= 3).astype(float)) == 1
    assert mistakes.raw_index(np.ones(256)) == 0
    assert mistakes.raw_index(np.zeros(256)) == 0
    assert mistakes.matched_index(sent.astype(float)) > 0.2
    content = mistakes.contents()
    assert mistakes.matched_index(content.astype(float)) == pytest.approx(0)
    a, b = all_pairs(4)
    ones = to_bits(a, 4).sum(1) + to_bits(b, 4).sum(1)
    assert (
        mistakes.raw_index(ones.astype(float)) > 0.2
    )  # 1 の数だけでも，そろえなければ出る
    assert mistakes.matched_index(ones.astype(float)) == pytest.approx(0)


def test_half_learnt_networks_stop_at_the_goal() -> None:
    for task in ("add", "xor"):
        net = mistakes.half_learnt(0, task, goal=0.9)
        right = model.right_bits(net, *all_pairs(4), 4, task).mean()
        assert 0.9 <= right < 0.99


def test_xor_errors_need_a_column_of_two_ones_not_many_ones() -> None:
    """1 の数が同じ四つでも，XOR の間違いは，1 と 1 の桁がある問題に多い。"""
    a, b = all_pairs(4)
    columns = to_bits(a, 4) + to_bits(b, 4)
    both, four = (columns == 2).any(axis=1), columns.sum(axis=1) == 4
    wrong = np.mean(
        [mistakes.wrong(mistakes.half_learnt(seed, "xor"), "xor") for seed in (5, 6)],
        axis=0,
    )
    assert wrong[four & both].mean() > wrong[four & ~both].mean() + 0.15


def _write_records(folder: Path, seconds: float) -> None:
    """二人の記録。一人は 3 回の繰り上がりで間違え，どちらも繰り上がりごとに長くかかる。"""
    problems = [(1, 2), (1, 1), (3, 1), (7, 1), (15, 1)]
    for person in range(2):
        rows = []
        for k, (a, b) in enumerate(problems):
            bits = [int(c) for c in f"{a:04b}{b:04b}"]
            right = not (person == 0 and k == 3)
            time = seconds + k
            rows.append(f"{bits}\t{right}\t{time}\t[]\t[]\t4\tADD\t{k}\n")
        (folder / f"{person}.result").write_text("".join(rows), "utf8")
    (folder / "other.result").write_text(
        "[0, 0, 0, 1, 0, 0, 0, 1]\tTrue\t1\t[]\t[]\t4\tSUBTRACT\t0\n", "utf8"
    )


def test_people_are_counted_by_carries(tmp_path: Path) -> None:
    _write_records(tmp_path, 4)
    trials = people.load(tmp_path)
    assert trials.problem.shape == (2, 5)
    assert people.each_carry(trials, "errors").tolist() == [0, 0, 0, 0.5, 0]
    assert people.each_carry(trials, "times").tolist() == [4, 5, 6, 7, 8]
    assert people.raw(trials, "times") == pytest.approx((7.5 - 4) / 11.5)
    assert people.errors(trials)[7 * 16 + 1] == 0.5
    assert np.isnan(people.times(trials)[0])
    with pytest.raises(ValueError, match="足し算の記録"):
        people.load(tmp_path / "none")


def test_human_numbers_agree_with_each_other() -> None:
    """指数は，回数ごとの値から求め直しても同じになる。"""
    room = "basics/binary_addition"
    for name, condition in (
        ("carry_error_rate", "誤りの指数"),
        ("carry_time", "時間の指数"),
    ):
        each = [n.value for n in human.numbers(room, name)]
        (found,) = human.numbers(room, "carry_errors", condition)
        again = mistakes.index((each[3] + each[4]) / 2, each[0])
        assert found.value == pytest.approx(again, abs=1e-3)
        assert found.low <= found.value <= found.high


def test_human_file_is_what_the_tool_writes_about() -> None:
    path = Path(people.__file__).parent / "human.csv"
    rows = list(csv.DictReader(path.open(encoding="utf8")))
    assert {row["source"] for row in rows} == {"cho2019simulating"}
    assert {row["n"] for row in rows} == {"90"}


def test_your_sheets_and_your_score() -> None:
    given_sheets = yours.sheets(3)
    for name, kept in (("A", [0]), ("B", [3, 4])):
        pairs = np.array(given_sheets[name])
        assert pairs.shape == (5, 2)
        assert set(carries(*pairs.T, 4).sum(1)) <= set(kept)
    answers = {
        name: " ".join(f"{a + b:b}" for a, b in pairs)
        for name, pairs in given_sheets.items()
    }
    found = yours.scored(given_sheets, answers, {"A": 10, "B": 30})
    assert found.time == pytest.approx(0.5)
    assert found.errors == 0
    assert found.lines[0] == "紙 A：一問 2.0 秒，間違い 0 問"
    worse = answers | {"B": " ".join(["0"] * 5)}
    assert yours.scored(given_sheets, worse, {"A": 1, "B": 1}).errors == 1
    assert yours.scored(given_sheets, ..., ...).errors is None


@pytest.mark.parametrize(
    ("answers", "seconds", "said"),
    [
        ({"A": "1 1 1 1 1"}, {"A": 1, "B": 1}, "紙 B の答えと秒"),
        ({"A": "1 1", "B": "1 1 1 1 1"}, {"A": 1, "B": 1}, "2 個です"),
        ({"A": "1 1 1 1 2", "B": "1 1 1 1 1"}, {"A": 1, "B": 1}, "'2' を，0 と 1"),
        ({"A": "1 1 1 1 1", "B": "1 1 1 1 1"}, {"A": 0, "B": 1}, "正の数"),
    ],
)
def test_your_bad_answers_are_refused(
    answers: dict[str, str], seconds: dict[str, float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        yours.scored(yours.sheets(0), answers, seconds)
