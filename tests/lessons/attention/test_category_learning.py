"""分類の学習と，次元への注意。"""

import numpy as np
import pytest

from lessons.attention.attention_as_softmax import category_learning as lab
from lessons.effects.record import named


def test_attention_is_shared_out():
    found = lab.learn(0, "IV", rounds=5)
    assert found.errors.shape == (5,)
    assert found.attention.sum(axis=1) == pytest.approx(np.ones(5))


def test_one_dimension_is_enough_for_the_first_kind_only():
    used = lab.relevant_dimension()
    assert lab.learn(0, "I").attention[-1, used] > 0.85
    assert np.ptp(lab.learn(0, "VI").attention[-1]) < 0.1
    two = np.sort(lab.learn(0, "II").attention[-1])
    assert two[0] < 0.1
    assert two[1] > 0.3


def test_difficulty_grows_with_the_dimensions():
    errors = [lab.learn(0, kind).errors.mean() for kind in ("I", "II", "VI")]
    assert errors == sorted(errors)


def test_controls_do_not_move_attention():
    assert lab.relevant_share(0) > 0.5
    for control in ("three", "shuffled", "before"):
        assert abs(lab.relevant_share(0, control)) < 0.15
    assert abs(lab.relevant_share(0, attention_rate=0.0)) < 0.05


def test_first_round_reached():
    assert lab._first(np.array([False, True, True])) == 1
    assert lab._first(np.array([False, False])) == 2
