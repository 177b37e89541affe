"""学んだ問い：確かな手がかりを先に使う。学ばなければ，どちらでもない。"""

import numpy as np
import pytest
import torch

from lessons.attention.self_attention import learned_query as lq
from lessons.effects.record import named


def test_looks_are_all_pairs_of_a_colour_and_a_tilt():
    assert lq.LOOKS.sum(1).tolist() == [2] * 4
    assert len({tuple(row.tolist()) for row in lq.LOOKS}) == 4


@pytest.mark.parametrize(
    ("noise", "sign"), [((0.2, 1.0), 1), ((0.8, 0.8), 0), ((1.0, 0.2), -1)]
)
def test_the_surer_feature_narrows_the_search(noise, sign):
    red, green = np.mean(
        [lq.slopes(lq.learn(s, noise), noise, s) for s in range(3)], axis=0
    )
    if sign:
        assert sign * (red - green) > 0.15
        assert min(red, green) < 0.1
    else:
        assert abs(red - green) < 0.1


def test_learning_moves_weight_to_the_target():
    g = torch.Generator().manual_seed(0)
    seen = lq.glimpse(lq.LOOKS.expand(200, -1, -1), (0.2, 0.2), g)
    wanted = lq.LOOKS[:1].expand(200, -1)
    before, after = (
        float(lq.learn(0, (0.2, 0.2), steps=steps).weights(wanted, seen)[:, 0].mean())
        for steps in (0, 300)
    )
    assert before < 0.8
    assert after > 0.95


def test_visits_count_from_one_to_all():
    learned = lq.learn(0, (0.2, 0.2))
    assert lq.visits(learned, 1, 0, (0.2, 0.2), 0) == 1
    nothing = lq.Learned(torch.zeros(4, 4), torch.zeros(4, 4))  # どの項目も同じ重み
    found = lq.visits(nothing, 5, 4, (0.2, 0.2), 0, displays=4000)
    assert found == pytest.approx((9 + 1) / 2, abs=0.15)


@pytest.mark.parametrize("options", [{"noise": (-1, 0)}, {"noise": (1, 1), "items": 1}])
def test_bad_settings_are_told(options):
    with pytest.raises(ValueError, match="noise は 0 以上，items は 2 以上"):
        lq.learn(0, **options)


def test_recorded_verdicts_are_the_ones_the_page_tells():
    first, equal = named("learned_colour_first", "learned_equal_noise")
    assert (first.word, equal.word) == ("構造", "示さない")
    assert first.verdict is not None
    assert first.verdict.passing == ("untrained",)
    assert first.verdict.model.low > 0.15
    assert abs(first.verdict.controls["equal"].mean) < 0.03
