"""姿勢の移し替え：正解のわかっている二人の間で，床と身長が合う。"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.segmentation.pose_transfer import (
    HEAD,
    ankle_height,
    extremes,
    normalise,
)
from lessons.stimuli import people


def walker(horizon: float, near: float, tall: float, seed: int = 0) -> np.ndarray:
    """同じ姿勢のまま，奥から手前へ歩く人。足首と地平線の間と身長が比例する。"""
    body = people.random_pose(np.random.default_rng(seed))
    foot = body[[11, 12]].mean(axis=0)
    body = (body - foot) / -(body[HEAD, 1] - foot[1])  # 身長 1，足首の中点が原点
    depth = np.linspace(0.4, 1.0, 21)[:, None, None]
    return body * tall * depth + np.array([50.0, 0]) + depth * [0, near] + [0, horizon]


@given(st.floats(10, 80), st.floats(60, 200), st.floats(30, 150), st.integers(0, 9))
def test_normalised_pose_stands_where_the_target_would(horizon, near, tall, seed):
    source, target = walker(40, 100, 90, seed), walker(horizon, near, tall, seed)
    found = normalise(source, extremes(source), extremes(target))
    np.testing.assert_allclose(found, target, atol=1e-6)


def test_same_person_is_left_as_is():
    source = walker(40, 100, 90)
    found = normalise(source, extremes(source), extremes(source))
    np.testing.assert_allclose(found, source, atol=1e-9)


def test_a_jump_is_not_taken_for_the_far_end():
    poses = walker(40, 100, 90)
    true = extremes(poses)
    poses[15, :, 1] -= 150  # 宙に跳んだ一枚
    found = extremes(poses)
    assert ankle_height(poses).min() < true.far - 20
    assert found.far >= true.far - 1e-9


def test_who_never_moves_gets_one_scale():
    still = np.repeat(walker(40, 100, 90)[-1:], 5, axis=0)
    target = walker(20, 60, 45)
    found = normalise(still, extremes(still), extremes(target))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(ankle_height(found), extremes(target).close)


@pytest.mark.parametrize("shape", [(0, 13, 2), (3, 12, 2), (13, 2), (2, 13, 3)])
def test_wrong_shape_is_refused(shape):
    with pytest.raises(ValueError, match="の形にしてください"):
        extremes(np.zeros(shape))


def test_missing_joint_and_flat_person_are_refused():
    poses = walker(40, 100, 90)
    broken = poses.copy()
    broken[3, 5, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        extremes(broken)
    flat = np.zeros((4, 13, 2))
    with pytest.raises(ValueError, match="身長が 0 以下"):
        normalise(flat, extremes(flat), extremes(poses))
