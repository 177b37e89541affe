"""特徴の問い：合う項目に重みが集まり，くじの公式どおりに調べる数が決まる。"""

import numpy as np
import pytest
import torch

from lessons.attention.self_attention import feature_query as fq
from lessons.stimuli.search_displays import Look, make_display

BARS = [Look(color, tilt=tilt) for color in ("red", "green") for tilt in (90, 0)]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (("red",), [0, 1]),
        (("green",), [2, 3]),
        (("vertical",), [0, 2]),
        (("red", "horizontal"), [1]),
        ((), [0, 1, 2, 3]),
    ],
)
def test_weight_goes_to_the_items_that_have_the_feature(wanted, chosen):
    _, weights = fq.attend(fq.query(*wanted), fq.keys(BARS))
    share = weights[chosen]
    assert float(share.sum()) > 0.95
    torch.testing.assert_close(share, share.mean().expand(len(chosen)))


def test_query_retrieves_the_value_of_the_chosen_item():
    values = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    taken, _ = fq.attend(fq.query("green", "vertical", gain=60), fq.keys(BARS), values)
    assert float(taken) == pytest.approx(3.0, abs=1e-4)


def test_query_finds_the_target_of_a_display():
    for seed in range(10):
        display = make_display("conjunction", 16, True, seed)
        K = fq.keys([item.look for item in display.items])
        _, weights = fq.attend(fq.query("red", "vertical"), K)
        assert int(weights.argmax()) == display.target


def test_unknown_features_name_the_valid_ones():
    with pytest.raises(ValueError, match="red, green, vertical, horizontal"):
        fq.query("blue")
    with pytest.raises(ValueError, match="red, green, vertical, horizontal"):
        fq.keys([Look("red", tilt=45)])
    with pytest.raises(ValueError, match="red か green"):
        fq.slope("blue", (), 0)
    with pytest.raises(ValueError, match="1 以上"):
        fq.visits(0, 3, (), 0)


def test_without_a_query_half_of_the_items_are_looked_at():
    for red, green in ((4, 4), (10, 6)):
        found = fq.visits(red, green, (), 0, displays=20_000)
        assert found == pytest.approx((red + green + 1) / 2, rel=0.02)


def test_number_of_visits_follows_the_weights():
    """二つの項目では，標的が先に選ばれる確率は重みの比になる。"""
    q = fq.query("red")
    K = fq.keys([Look("red", tilt=90), Look("green", tilt=90)])
    weight = float(fq.attend(q, K)[1][1])
    found = fq.visits(1, 1, ("red",), 0, displays=200_000, noise=0)
    assert found - 1 == pytest.approx(weight, rel=0.05)


def test_query_for_the_tilt_reverses_the_roles_of_the_colours():
    slopes = {
        varied: np.mean([fq.slope(varied, ("vertical",), s) for s in range(10)])
        for varied in ("red", "green")
    }
    assert slopes["red"] < 0.1 < 0.4 < slopes["green"]


def test_kaptein_effect_depends_on_the_query():
    """「赤」だけの問いなら赤の傾きだけが急で，「赤と縦」なら，どちらも平ら。"""
    slopes = {
        (wanted, varied): np.array([fq.slope(varied, wanted, s) for s in range(10)])
        for wanted in (("red",), ("red", "vertical"))
        for varied in ("red", "green")
    }
    assert slopes[("red",), "red"].min() > 0.3
    assert np.abs(slopes[("red",), "green"]).max() < 0.1
    both = ("red", "vertical")
    for varied in ("red", "green"):
        assert slopes[both, varied].mean() == pytest.approx(0.045, abs=0.02)


def test_with_blurred_looks_the_other_colour_counts_even_for_a_red_query():
    """「赤」だけの問いでも，見えがぼやければ，緑の数によらないとは言えない。"""
    counts = range(4, 21, 4)
    found = [
        np.mean([fq.visits(4, n, ("red",), s, noise=1.0) for s in range(30, 36)])
        for n in counts
    ]
    assert np.polyfit(counts, found, 1)[0] > 0.15


def test_query_for_both_features_beats_either():
    visits = {
        wanted: [fq.visits(12, 12, wanted, seed) for seed in range(10)]
        for wanted in ((), ("red",), ("red", "vertical"))
    }
    none, one, both = visits.values()
    assert (np.array(one) < np.array(none)).all()
    assert (np.array(both) < np.array(one)).all()


@pytest.mark.parametrize("gain", [1, 2, 4])
def test_a_weak_query_for_both_features_sets_neither_colour_apart(gain):
    """「赤と縦」なら，標的がすぐに選ばれなくても，赤と緑の傾きは同じ。"""
    target, red, green = fq.keys([BARS[0], BARS[1], BARS[2]]).numpy()
    q = fq.query("red", "vertical", gain=gain).numpy()[0]
    rng = np.random.default_rng(0)
    slopes = []
    for other in (red, green):
        blur = 0.2 * rng.standard_normal((2, 20_000, 4))
        gap = (other - target + blur[0] - blur[1]) @ q / 2
        slopes.append(np.mean(1 / (1 + np.exp(-gap))))  # 先に調べられる確率
    assert slopes[0] == pytest.approx(slopes[1], abs=0.01)
    assert min(slopes) > 0.1
    if gain == 2:
        assert slopes[0] == pytest.approx(0.28, abs=0.01)
