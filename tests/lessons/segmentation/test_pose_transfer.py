"""姿勢の移し替え：正解のわかっている二人の間で，床と身長が合う。"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.segmentation import train
from lessons.segmentation.pose import model as pose
from lessons.segmentation.pose_transfer.film import fill_gaps, film, main_person
from lessons.segmentation.pose_transfer.model import (
    HEAD,
    ankle_height,
    extremes,
    mean_distance,
    normalise,
)
from lessons.stimuli import people, walkers


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


FRAMES = 32
DEPTH = 0.7 + 0.3 * np.cos(2 * np.pi * np.arange(FRAMES) / FRAMES)
ADULT = walkers.Stage(horizon=10, near=82, tall=68, middle=50)
CHILD = walkers.Stage(horizon=40, near=46, tall=36, middle=50)


def transferred(limbs):
    """大人の踊りを子どもに移したときの，正解との隔たり。"""
    source = ADULT.put(walkers.dance(FRAMES), DEPTH)
    body = walkers.dance(FRAMES, limbs=limbs)
    target = extremes(CHILD.put(np.repeat(body[:1], FRAMES, 0), DEPTH))
    truth = CHILD.put(body, DEPTH)
    found = normalise(source, extremes(source), target)
    return mean_distance(found, truth), mean_distance(source, truth)


def test_low_jumps_and_lingering_near_the_camera_spoil_the_far_end():
    """頁の言葉：同じコマでも，低い跳躍は避けられない。手前に長くいると，跳ばなくても間違える。"""
    dance = walkers.dance(FRAMES)
    poses = ADULT.put(dance, DEPTH)
    true = extremes(poses).far
    found = []
    for high in (15, 25, 35, 45):
        jumpy = poses.copy()
        jumpy[9, :, 1] -= high
        found.append(extremes(jumpy).far - true)
    np.testing.assert_allclose(found, [0, -5.4, -15.4, 0], atol=0.1)
    turn = np.pi * np.arange(FRAMES) / FRAMES
    linger = ADULT.put(dance, 1 - 0.6 * np.cos(turn) ** 8)
    assert ankle_height(linger).min() == pytest.approx(true, abs=0.1)
    assert extremes(linger).far > true + 30


def test_even_a_high_jump_spoils_the_far_end_in_many_frames():
    """頁の言葉：45 画素跳んでも，床の途中のコマでは間違える。ただ選ぶよりは少ない。"""
    poses = ADULT.put(walkers.dance(FRAMES), DEPTH)
    true = extremes(poses).far
    careful, simple = [], []
    for frame in range(FRAMES):
        jumpy = poses.copy()
        jumpy[frame, :, 1] -= 45
        careful.append(abs(extremes(jumpy).far - true) > 3)
        simple.append(abs(ankle_height(jumpy).min() - true) > 3)
    assert 5 <= sum(careful) < sum(simple)
    assert not any(careful[FRAMES // 2 - 3 : FRAMES // 2 + 4])  # 奥で跳んだコマ


def test_which_jumps_spoil_the_far_end_depends_on_where_the_ankles_appear():
    """頁の言葉：間違えるのは，奥の端から床の半分ほど上まで。45 では途中，60 では手前。"""
    poses = ADULT.put(walkers.dance(FRAMES), DEPTH)
    true, y = extremes(poses).far, ankle_height(poses)
    half = (extremes(poses).close - true) / 2
    spoiled, spared = {}, []
    for high in (25, 35, 45, 60):
        frames = []
        for frame in range(FRAMES):
            jumpy = poses.copy()
            jumpy[frame, :, 1] -= high
            if abs(extremes(jumpy).far - true) > 3:
                frames.append(frame)
                assert true - 1.1 * half < y[frame] - high < true
            elif y[frame] - high < true - 3:
                spared.append(true - (y[frame] - high))
        spoiled[high] = DEPTH[frames]
    assert min(spared) > 0.85 * half
    assert len(spoiled[60]) >= len(spoiled[45]) >= 5
    assert (spoiled[45] < 0.95).all()
    assert spoiled[60].max() == 1
    assert spoiled[60].min() > 0.8


def test_a_dance_fits_a_body_of_the_same_shape_but_not_of_another():
    same, as_is = transferred(1.0)
    assert same < 0.2
    assert as_is > 10
    short, long = transferred(0.6)[0], transferred(1.4)[0]
    assert min(short, long) > 5 * same


def test_a_jump_at_the_end_of_the_floor_spoils_even_the_same_body():
    """頁の言葉：床の端で跳ぶと，同じ体つきでも，手足が 0.6 倍の相手より隔たることがある。"""
    moves = walkers.dance(FRAMES)
    target = extremes(CHILD.put(np.repeat(moves[:1], FRAMES, 0), DEPTH))
    gaps = []
    for start in range(FRAMES):
        dance = np.roll(moves, start, axis=0)
        source = ADULT.put(dance, DEPTH)
        found = normalise(source, extremes(source), target)
        gaps.append(mean_distance(found, CHILD.put(dance, DEPTH)))
    assert min(gaps) < 0.05
    assert max(gaps) == pytest.approx(1.63, abs=0.05)
    assert max(gaps) > transferred(0.6)[0]


def test_the_two_must_move_over_the_same_part_of_the_floor():
    """頁の言葉：二人が床の同じ範囲を動いていれば，端の対応から床の全体が対応する。"""
    moves = walkers.dance(FRAMES)
    source = ADULT.put(moves, DEPTH)
    narrow = 0.8 + (DEPTH - 0.7) * 2 / 3  # 相手は，奥まで行かない
    target = extremes(CHILD.put(np.repeat(moves[:1], FRAMES, 0), narrow))
    found = normalise(source, extremes(source), target)
    assert mean_distance(found, CHILD.put(moves, DEPTH)) > 2


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.4))
def test_gaps_in_a_straight_motion_are_filled_exactly(seed, share):
    rng = np.random.default_rng(seed)
    start, step = rng.normal(size=(2, 13, 2))
    true = start + np.arange(12)[:, None, None] * step
    found = np.concatenate([true, np.ones((12, 13, 1))], axis=2)
    lost = rng.random((12, 13)) < share
    lost[[0, -1]] = False  # 端が見えていれば，間はまっすぐ補える
    found[lost] = 0
    np.testing.assert_allclose(fill_gaps(found), true, atol=1e-9)


def test_nothing_lost_means_nothing_changed_and_ends_are_held():
    poses = np.concatenate([walker(40, 100, 90), np.ones((21, 13, 1))], axis=2)
    np.testing.assert_allclose(fill_gaps(poses), poses[..., :2])
    poses[:5] = 0
    np.testing.assert_allclose(fill_gaps(poses)[:5], poses[[5] * 5, :, :2])


def test_a_joint_never_found_is_named():
    poses = np.ones((4, 13, 3))
    poses[:, HEAD, 2] = 0
    with pytest.raises(ValueError, match="見つからない関節があります：頭"):
        fill_gaps(poses)
    with pytest.raises(ValueError, match="の形にしてください"):
        fill_gaps(poses[..., :2])
    with pytest.raises(ValueError, match="見つからない関節"):
        fill_gaps(main_person([np.zeros((0, 13, 3))]))


def test_the_person_with_most_joints_is_followed():
    whole, half = np.ones((13, 3)), np.ones((13, 3))
    half[6:, 2] = 0
    found = main_person([np.stack([half, whole]), np.zeros((0, 13, 3))])
    assert np.array_equal(found[0], whole)
    assert not found[1].any()


def test_the_network_finds_the_dancer_in_the_film():
    """描いた絵から検出して移しても，正解から数画素の中に収まる。"""
    dancer = ADULT.put(walkers.dance(8), DEPTH[::4])
    scenes = film(dancer)
    assert scenes[0].image.shape == (96, 96, 3)
    found = main_person(pose.detect(train.load("pose"), scenes))
    assert (found[..., 2] > 0).mean() > 0.9
    assert mean_distance(fill_gaps(found) * 100 / 96, dancer) < 4


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_the_dancer_in_the_film_stands_on_the_ground(seed):
    dancer = ADULT.put(walkers.dance(FRAMES), DEPTH)
    scenes = film(dancer, seed=seed)
    highest = dancer[:, [11, 12], 1].min() * 96 / 100  # 跳んだときも含む
    for scene in scenes:
        assert (scene.semantic[int(highest) :] == 1).all()
        np.testing.assert_array_equal(scene.semantic, scenes[0].semantic)


def test_film_refuses_a_person_upside_down_or_in_the_sky():
    with pytest.raises(ValueError, match="頭が足首より下"):
        film(walker(40, 100, 90)[:2] * [1, -1])
    with pytest.raises(ValueError, match="足が地面に着く背景がありません"):
        film(walker(0, 20, 15)[:2])


@given(st.integers(1, 60), st.floats(0.5, 1.6))
def test_a_dancer_has_unit_height_and_never_sinks(frames, limbs):
    poses = walkers.dance(frames, limbs=limbs)
    ankles = poses[:, [11, 12], 1].mean(axis=1)
    assert (ankles <= 1e-9).all()
    tall = ankles - poses[:, HEAD, 1]
    assert tall.max() <= 1 + 1e-9
    assert tall.min() > 0.8


@pytest.mark.parametrize("depth", [[1.0], [0.0, 1.0], [1.0, np.nan]])
def test_a_stage_refuses_wrong_depths(depth):
    with pytest.raises(ValueError, match="奥行き"):
        ADULT.put(walkers.dance(2), np.array(depth))
