"""分類の学習と，次元への注意。"""

import numpy as np
import pytest

from lessons.attention.attention_as_softmax import category_learning as lab


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


def test_attention_stays_put_without_a_reason_to_move():
    used = lab.relevant_dimension()
    for options in ({"shuffled": True}, {"attention_rate": 0.0}):
        found = lab.learn(0, "I", **options)
        assert found.attention[-1, used] == pytest.approx(1 / 3, abs=0.15)


def test_attention_decides_whether_two_dimensions_are_easier_than_family_likeness():
    """型 II と型 IV の順は，注意を学ぶ速さで入れ替わる。"""
    order = {}
    for rate in (0.0, 0.03, 0.3):
        two, four = (
            np.mean(
                [
                    lab.learn(s, kind, rounds=32, attention_rate=rate).errors
                    for s in range(20, 30)
                ]
            )
            for kind in ("II", "IV")
        )
        order[rate] = two - four
    assert order[0.3] < 0 < min(order[0.0], order[0.03])


def test_attention_may_come_after_the_errors_when_it_learns_slowly():
    """注意が誤りと一緒に動くことは，学習率の選び方による。"""
    used = lab.relevant_dimension()
    lag = {}
    for rate in (0.1, 0.3):
        runs = [lab.learn(s, "I", attention_rate=rate) for s in range(20, 40)]
        errors = np.mean([one.errors for one in runs], axis=0)
        attention = np.mean([one.attention[:, used] for one in runs], axis=0)
        lag[rate] = int((attention > 0.8).argmax()) - int((errors < 0.03).argmax())
    assert lag[0.3] < 0 < lag[0.1]


def test_the_order_needs_sharp_differences_too():
    """違いへの鋭さを下げると，注意を学んでも，型 II は型 IV よりやさしくならない。"""

    def cost(sharpness):
        two, four = (
            np.mean(
                [
                    lab.learn(s, kind, rounds=32, sharpness=sharpness).errors
                    for s in range(20, 26)
                ]
            )
            for kind in ("II", "IV")
        )
        return two - four

    assert cost(4.0) < -0.02
    assert cost(2.0) > 0.02


def test_a_weak_binding_rate_removes_the_order():
    """結び付きの学習率が小さいと，注意を学んでも，型 II は型 IV よりやさしくならない。"""

    def cost(rate):
        two, four = (
            np.mean(
                [lab.learn(s, kind, rounds=32, rate=rate).errors for s in range(20, 30)]
            )
            for kind in ("II", "IV")
        )
        return two - four

    assert cost(0.3) < -0.03
    assert cost(0.03) > -0.01
