"""姿勢の検出：正解の山と向きから，正解の人が組み立てられる。"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.segmentation import pose
from lessons.stimuli.people import KEYPOINTS
from lessons.stimuli.scenes import SPLITS, SceneConfig, make_scene

ALONE = SceneConfig(things=("person",), smallest=0.4, largest=0.7, fewest=1, most=1)
SHAPE = (len(KEYPOINTS), 24, 24), (len(pose.BONES), 2, 24, 24)


def scenes(count, config):
    return [make_scene(SPLITS["test"] + i, config) for i in range(count)]


def test_true_maps_of_one_person_give_back_the_person():
    chosen = scenes(40, ALONE)
    found = [pose.assemble(*pose.targets(scene)) for scene in chosen]
    assert [len(people) for people in found] == [1] * 40
    assert pose.correct_share(found, chosen) == 1.0


def test_true_maps_of_a_crowd_give_back_nearly_all_joints():
    """人が重なると，同じ関節の山が一つになり，正解の地図からも失われる関節がある。"""
    chosen = scenes(60, pose.CROWD)
    found = [pose.assemble(*pose.targets(scene)) for scene in chosen]
    assert pose.correct_share(found, chosen) > 0.85


def test_line_integral_prefers_the_right_direction():
    field = np.zeros((2, 9, 9), np.float32)
    field[0] = 1  # 右向き
    a, b = np.array([1.0, 4]), np.array([7.0, 4])
    assert pose.bone_score(field, a, b) == pytest.approx(1)
    assert pose.bone_score(field, b, a) == pytest.approx(-1)
    assert pose.bone_score(field, a, np.array([1.0, 8])) == pytest.approx(0)
    assert pose.bone_score(field, a, a) == 0


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_flat_maps_give_no_person(value):
    heat, field = np.full(SHAPE[0], value, np.float32), np.zeros(SHAPE[1], np.float32)
    if value:  # 平らな山では，どこも頂になり得る。向きがなければ人にはならない
        heat[:, 2:, :] = 0
    assert pose.assemble(heat, field).shape == (0, len(KEYPOINTS), 3)


def test_scene_without_people_has_empty_maps():
    empty = make_scene(0, SceneConfig(things=("person",), fewest=0, most=0))
    heat, field = pose.targets(empty)
    assert not heat.any()
    assert not field.any()
    assert np.isnan(pose.correct_share([pose.assemble(heat, field)], [empty]))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_noise_gives_people_of_the_right_shape(seed):
    rng = np.random.default_rng(seed)
    heat = (rng.random(SHAPE[0]) ** 60).astype(np.float32)
    found = pose.assemble(heat, rng.normal(size=SHAPE[1]).astype(np.float32))
    assert found.shape[1:] == (len(KEYPOINTS), 3)
    assert ((found[..., 2] > 0).sum(1) >= 4).all()
    assert np.isfinite(found).all()
