"""判定の決まり：作り物の測りで，効果を入れると見つけ，除くと見つけないか（物差しの検査）。"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.effects import verdict

SETS, ITEMS, HUMAN = 10, 24, 0.3


def synthetic(
    effect: float,
    seed: int,
    *,
    noise: float = 0.1,
    layer: str = "gap",
    layers: tuple[str, ...] = ("head", "gap", "logit"),
) -> np.ndarray:
    """作り物の測り。``layers`` の層だけに，大きさ ``effect`` の効果を入れる。"""
    g = np.random.default_rng(seed)
    there = effect if layer in layers else 0.0
    return there + g.normal(0, noise) / 4 + g.normal(0, noise, ITEMS)


def measured(effect: float, first: int = 0, **options) -> list[np.ndarray]:
    return [synthetic(effect, first + s, **options) for s in range(SETS)]


def grid(effect: float, **options) -> list[float]:
    """層と，ほかの値を変えた九つの条件。"""
    cells = itertools.product(("head", "gap", "logit"), range(3))
    return [
        float(synthetic(effect, 50 + number, layer=layer, **options).mean())
        for number, (layer, _) in enumerate(cells)
    ]


def decided(
    effect: float, control: float = 0.0, human=HUMAN, threshold=0.05, **options
):
    return verdict.decide(
        measured(effect, **options),
        {"pixels": measured(0, 100), "untrained": measured(control, 200)},
        grid(effect, **options),
        human=human,
        threshold=threshold,
    )


@pytest.mark.parametrize(
    ("word", "effect", "options"),
    [
        ("示した", 0.3, {}),
        ("向きだけ", 0.9, {}),
        ("向きだけ", 0.3, {"human": None}),
        ("構造", 0.3, {"control": 0.3}),
        ("構造", 0.3, {"control": 0.15}),
        ("示さない", 0.0, {}),
        ("示さない", 0.0, {"human": None}),
        ("逆", -0.3, {}),
        ("決まらない", 0.15, {"noise": 1.5}),
        ("決まらない", 0.3, {"layers": ("gap",)}),
    ],
)
def test_the_meter_tells_what_was_put_in(word, effect, options):
    assert decided(effect, **options).word == word


def test_every_verdict_can_be_reached():
    cases = (decided(0.3), decided(0.9), decided(0.3, 0.3), decided(0.0), decided(-0.3))
    words = {case.word for case in cases} | {decided(0.3, layers=("gap",)).word}
    assert words == set(verdict.VERDICTS)


def test_one_layer_only_is_seen_in_the_share_of_the_grid():
    assert decided(0.3, layers=("gap",)).robust < verdict.ROBUST
    assert decided(0.3).robust == 1.0


def test_a_control_passes_when_it_is_large_or_not_told_apart():
    model = measured(0.3)
    assert not verdict.control_passes(model, measured(0, 100))
    assert verdict.control_passes(model, measured(0.2, 100))  # 三分の一を超える
    assert verdict.control_passes(model, measured(-0.2, 100))  # 逆向きでも，0 ではない
    noisy = measured(0.3, noise=3)
    assert verdict.control_passes(noisy, [u * 0 for u in noisy])  # 差がわからない


@given(
    effect=st.floats(-1, 1),
    control=st.floats(-1, 1),
    noise=st.floats(0.01, 1),
    human=st.none() | st.floats(0.05, 1),
)
def test_no_effect_is_shown_while_a_control_passes(effect, control, noise, human):
    found = decided(effect, control, human, noise=noise)
    if found.word in ("示した", "向きだけ"):
        assert found.passing == ()
        assert found.model.low > 0.05
        assert found.robust >= verdict.ROBUST
    if found.word == "示した":
        assert 0.5 <= found.ratio[1] <= found.ratio[2] <= 2
    if human is None:
        assert found.word != "示した"
        assert math.isnan(found.ratio[0])


def test_without_a_grid_nothing_is_shown():
    bare = verdict.decide(measured(0.3), {}, [], human=HUMAN)
    assert bare.word == "決まらない"
    assert math.isnan(bare.robust)


def test_interval_counts_sets_and_items():
    """組どうしが違えば，項目をいくら増やしても区間は狭くならない。"""
    g = np.random.default_rng(0)
    sets = g.normal(0, 1, (10, 1))
    few = verdict.estimate(sets + g.normal(0, 0.1, (10, 5)))
    many = verdict.estimate(sets + g.normal(0, 0.1, (10, 500)))
    width = 2 * 1.96 * sets.std() / math.sqrt(10)
    for found in (few, many):
        assert found.high - found.low == pytest.approx(width, rel=0.15)


def test_interval_of_single_networks_is_over_networks():
    values = [[x] for x in np.random.default_rng(1).normal(0.5, 0.2, 20)]
    found = verdict.estimate(values)
    assert found.mean == pytest.approx(np.mean(values))
    error = np.std(values) / math.sqrt(20)
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.15)
    assert found.excludes_zero
    assert found.p < 1e-6


def test_paired_difference_is_of_the_same_items():
    model = measured(0.3, noise=2)
    shifted = [unit - 0.01 for unit in model]
    found = verdict.estimate(model, shifted)
    assert found.low == pytest.approx(0.01)
    assert found.high == pytest.approx(0.01)


def test_false_discoveries_by_hand():
    """q = .05，5 つの検定：しきい値は .01 .02 .03 .04 .05。"""
    assert verdict.largest_kept([0.2, 0.001, 0.025, 0.021, 0.9]) == 0.025
    assert verdict.largest_kept([0.2, 0.3]) == -1
    assert verdict.largest_kept([]) == -1
