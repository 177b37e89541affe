"""混み合い：窓の大きさ，間隔，判定。"""

import numpy as np
import pytest

from lessons.attention.winner_take_all import crowding
from lessons.attention.winner_take_all.criteria import spacing_slopes
from lessons.effects.record import named


def rng():
    return np.random.default_rng(0)


def test_windows_grow_only_when_asked():
    sizes = [crowding.diameter(e, 0.46, "grows") for e in (4, 16)]
    assert sizes == pytest.approx([1.84, 7.36])
    assert crowding.diameter(4, 0.46, "fixed") == crowding.diameter(16, 0.46, "fixed")
    assert crowding.diameter(16, 0.46, "none") == pytest.approx(1.2)
    with pytest.raises(ValueError, match="使える名前: grows，fixed，none"):
        crowding.diameter(4, 0.46, "wide")


def test_neighbours_hurt_only_when_near():
    near, far, alone = (
        crowding.accuracy(spacing, 8, rng()) for spacing in (1.0, 8.0, np.inf)
    )
    assert near < alone - 0.2
    assert far == pytest.approx(alone, abs=0.07)


def test_spacing_follows_eccentricity_with_the_window():
    assert crowding.bouma(0) > 3 * abs(crowding.bouma(0, "fixed"))


def test_the_size_of_the_slope_depends_on_the_criterion():
    """係数の大きさは，どこまで読めればよいとするかで，倍も変わる。"""
    found = np.array([spacing_slopes(seed, (0.25, 0.5, 0.75)) for seed in range(8)])
    quarter, middle, three = found.mean(axis=0)
    assert quarter < 0.3 < middle < 0.4
    assert three > 2 * quarter


@pytest.mark.parametrize("level", [0, 1, float("nan")])
def test_criteria_stay_between_the_ends(level):
    with pytest.raises(ValueError, match=r"levels は 0 と 1 の間.*受け取った値"):
        spacing_slopes(0, (0.5, level))


def test_verdicts():
    grows, fixed = named("crowding_bouma", "crowding_fixed_window")
    assert grows.word == "示した"
    assert grows.protocol.origin == "一部組み込み"
    assert fixed.word == "構造"
    assert fixed.verdict.model.mean < grows.verdict.model.mean / 3
