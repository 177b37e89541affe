"""歩く人：骨の長さが変わらず，足が地面に着き，混ぜても点の動きは同じ。"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.stimuli import walkers
from lessons.stimuli.people import KEYPOINTS

BODY = [(3, 5), (1, 3), (7, 9), (9, 11), (8, 10), (10, 12)]


@given(st.integers(1, 60))
def test_bones_keep_their_length_and_a_foot_stands(frames):
    poses = walkers.walk(frames)
    assert poses.shape == (frames, len(KEYPOINTS), 2)
    for a, b in BODY:
        length = np.linalg.norm(poses[:, a] - poses[:, b], axis=1)
        np.testing.assert_allclose(length, length[0])
    ankles = poses[:, [11, 12], 1]
    np.testing.assert_allclose(ankles.max(axis=1), 0, atol=1e-12)
    assert (poses[:, 0, 1] < -0.8).all()  # 頭は上


def test_left_and_right_are_half_a_cycle_apart():
    poses = walkers.walk(24)
    bend = poses[:, 9] - poses[:, 7]
    np.testing.assert_allclose(bend, np.roll(poses[:, 10] - poses[:, 8], 12, axis=0))


def test_upside_down_twice_is_the_same():
    poses = walkers.walk()
    again = walkers.upside_down(walkers.upside_down(poses))
    np.testing.assert_allclose(again, poses)
    assert walkers.upside_down(poses)[0, 0, 1] > poses[0, 11, 1] - 0.3


@given(st.integers(0, 2**32 - 1))
def test_scrambling_keeps_each_motion(seed):
    poses = walkers.walk()
    mixed = walkers.scramble(poses, np.random.default_rng(seed))
    np.testing.assert_allclose(np.diff(mixed, axis=0), np.diff(poses, axis=0))
    middle = mixed.mean(axis=0)
    assert (middle >= poses.min(axis=(0, 1)) - 1e-9).all()
    assert (middle <= poses.max(axis=(0, 1)) + 1e-9).all()


def test_dots_are_white_on_black_and_inside():
    image = walkers.dots(walkers.walk()[3])
    assert image.shape == (192, 192, 3)
    assert image.dtype == np.uint8
    assert image.max() == 255
    assert 0 < (image > 0).mean() < 0.03
    assert not image[:10].any()


@pytest.mark.parametrize("frames", [0, -1])
def test_no_frames_are_refused(frames):
    with pytest.raises(ValueError, match="1 以上"):
        walkers.walk(frames)


def test_one_spot_or_nan_is_refused():
    for bad in (np.zeros((13, 2)), np.full((13, 2), np.nan)):
        with pytest.raises(ValueError, match="姿勢を確かめて"):
            walkers.dots(bad)
