"""パノプティック：PQ の数え方，組み立て，重ね塗り，出荷した重み。"""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import binary_dilation

from lessons.segmentation import data, metrics, train
from lessons.segmentation.metrics import Detections
from lessons.segmentation.panoptic import consistency
from lessons.segmentation.panoptic import model as panoptic
from lessons.segmentation.panoptic.merging import (
    count,
    overlay,
    painted,
    rebuilt,
)
from lessons.stimuli.scenes import SceneConfig, make_scene

IDS = arrays(int, (6, 6), elements=st.integers(0, 3))


def regions_of(ids):
    """番号の地図を，番号 1 以上の区画の列にする。"""
    return np.array([ids == k for k in range(1, 4) if (ids == k).any()], bool).reshape(
        -1, *ids.shape
    )


@given(IDS, IDS)
@settings(max_examples=80)
def test_count_equals_the_metric(guess, truth):
    mine, yours = regions_of(guess), regions_of(truth)
    c = count(mine, yours)
    assert len(c.overlaps) + c.extras == len(mine)
    assert len(c.overlaps) + c.misses == len(yours)
    quality = metrics.panoptic_quality(
        [Detections(np.zeros(len(mine), int), mine)],
        [Detections(np.zeros(len(yours), int), yours)],
    )
    if len(mine) or len(yours):
        assert c.sq * c.rq == pytest.approx(quality.pq)
    else:
        assert (c.sq, c.rq) == (0, 0)


@given(st.integers(0, 3), st.integers(0, 300))
@settings(max_examples=25)
def test_overlay_covers_without_overlap(n, seed):
    rng = np.random.default_rng(seed)
    masks = rng.random((n, 8, 8)) > 0.5
    things = Detections(rng.integers(0, 5, n), masks, rng.random(n))
    semantic = rng.integers(0, 2, (8, 8))
    found = overlay(things, semantic)
    assert (found.regions.sum(0) == 1).all()  # 地はどの画素にもあるので，もれがない
    assert painted(found, (8, 8)).min() >= 0


def test_the_same_region_twice_is_counted_once():
    mask = np.ones((1, 4, 4), bool)
    c = count(mask.repeat(2, 0), mask)
    assert (c.overlaps, c.extras, c.misses) == ((1.0,), 1, 0)
    assert c.sq * c.rq == pytest.approx(2 / 3)


def test_surer_thing_is_in_front_and_hidden_things_are_dropped():
    a = np.zeros((4, 4), bool)
    a[:, :3] = True
    b = np.zeros((4, 4), bool)
    b[:, 2:] = True
    inside = np.zeros((4, 4), bool)
    inside[1, 1] = True
    things = Detections(
        np.array([0, 1, 2]), np.stack([a, b, inside]), np.array([0.9, 0.8, 0.7])
    )
    found = overlay(things, np.zeros((4, 4), int))
    assert found.labels.tolist() == [2, 0]  # b は半分，inside はすべて隠れた
    assert found.regions[0].sum() == 12
    turned = dataclasses.replace(things, scores=np.array([0.6, 0.8, 0.9]))
    assert overlay(turned, np.zeros((4, 4), int)).labels.tolist() == [4, 3, 2]
    silent = dataclasses.replace(things, scores=np.array([0.1, 0.2, 0.3]))
    assert overlay(silent, np.ones((4, 4), int)).labels.tolist() == [1]


def test_bad_overlay_input_is_refused():
    mask = np.ones((1, 4, 4), bool)
    with pytest.raises(ValueError, match="確信度"):
        overlay(Detections(np.array([0]), mask), np.zeros((4, 4), int))
    scored = Detections(np.array([0]), mask, np.array([0.9]))
    with pytest.raises(ValueError, match="同じ大きさ"):
        overlay(scored, np.zeros((5, 5), int))
    with pytest.raises(ValueError, match="NaN"):
        Detections(np.array([0]), mask, np.array([np.nan]))


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_perfect_maps_give_back_the_scene(seed):
    scene = make_scene(seed, SceneConfig(fewest=0, most=1))
    semantic, center, offset = panoptic.targets(scene)
    labels, regions = panoptic.merge(semantic, center, offset)
    assert (regions.sum(0) <= 1).all()
    kinds = {int(k) for k in np.unique(semantic)}
    assert set(labels.tolist()) <= kinds
    if all(m[::2, ::2].sum() >= 6 for m in scene.masks):
        assert set(labels.tolist()) == kinds


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_maps_without_a_hill_leave_only_the_ground(value):
    semantic = np.ones((8, 8), int)
    center = np.full((8, 8), value, np.float32)
    labels, regions = panoptic.merge(semantic, center, np.zeros((2, 8, 8)))
    assert labels.tolist() == [1]
    assert regions.all()


def test_scene_without_objects_and_one_colour_work():
    model = train.load("panoptic")
    empty = make_scene(3, SceneConfig(fewest=0, most=0))
    flat = dataclasses.replace(empty, image=np.zeros_like(empty.image))
    for scene in (empty, flat):
        found = panoptic.segment(model, [scene])[0]
        assert (found.regions.sum(0) <= 1).all()
    assert panoptic.truths([empty])[0].labels.tolist() == [0, 1]


def test_training_lowers_the_loss():
    torch.manual_seed(0)
    scenes = data.scene_set(32, "train", data.SCENES)
    losses = panoptic.fit(
        panoptic.PanopticNet(data.CLASSES), scenes, iterations=30, batch=4
    )
    assert len(losses) == 30
    assert np.mean(losses[-5:]) < np.mean(losses[:5])


def test_coarse_centers_are_placed_on_the_fine_map():
    """半分の細かさの中心と，元の細かさの矢印を組み合わせる。"""
    semantic = np.zeros((16, 16), int)
    semantic[1:7, 1:7] = semantic[9:15, 9:15] = panoptic.STUFF
    center = np.zeros((8, 8), np.float32)
    center[1, 1] = center[5, 5] = 1  # 元の細かさでは (2.5, 2.5) と (10.5, 10.5)
    labels, regions = panoptic.merge(semantic, center, np.zeros((2, 16, 16)))
    assert labels.tolist() == [0, panoptic.STUFF, panoptic.STUFF]
    assert regions[1, 1:7, 1:7].all()
    assert regions[1].sum() == 36
    assert regions[2, 9:15, 9:15].all()
    assert regions[2].sum() == 36


def test_half_resolution_alone_costs_a_little_quality():
    scenes = data.scene_set(60, "test", data.SCENES)
    found = [rebuilt(scene, data.CLASSES) for scene in scenes]
    quality = metrics.panoptic_quality(found, panoptic.truths(scenes))
    assert 0.8 < quality.pq < 1
    assert all((f.regions.sum(0) <= 1).all() for f in found)


def test_large_things_are_answered_more_often_than_small_ones():
    """頁の言葉：図の中でも，大きい物ほどよく答えられる。"""
    scenes = data.scene_set(140, "test", data.SCENES)[60:]
    found = panoptic.segment(train.load("panoptic"), scenes)
    size, hit, tight, alone = [], [], [], []
    for guess, truth in zip(found, panoptic.truths(scenes), strict=True):
        things = truth.regions[truth.labels >= panoptic.STUFF].any(axis=0)
        overlap = metrics.mask_iou(truth.regions, guess.regions)
        named = truth.labels[:, None] == guess.labels
        for number in np.flatnonzero(truth.labels >= panoptic.STUFF):
            size.append(truth.regions[number].sum())
            hit.append((named & (overlap > 0.5))[number].any())
            tight.append((named & (overlap > 0.8))[number].any())
            mine = truth.regions[number]
            alone.append(not (binary_dilation(mine) & things & ~mine).any())
    large, apart = np.array(size) > np.median(size), np.array(alone)

    def gap(right, where):
        """大きい物と小さい物の，答えられた割合の差。"""
        right = np.array(right)
        return right[large & where].mean() - right[~large & where].mean()

    assert gap(hit, True) > 0.1
    # 差の多くは，ほかの物に接した小さな物から来る
    assert gap(hit, apart) < gap(hit, ~apart) - 0.15
    # 基準を 0.8 に上げると，接していない物でも差が出る
    assert gap(tight, apart) > 0.2


def test_in_strong_noise_mostly_the_airplane_gains_from_its_usual_place():
    """頁の言葉：雑音を 130 にすると差が出るが，おもに飛行機から来る（鳥も少し上がる）。"""
    g, homes = np.random.default_rng(360), list(consistency.HOMES)
    pairs = [consistency.pair(g, homes[i % 2], blur=130) for i in range(144)]
    said = consistency.named(
        train.load("panoptic"),
        np.concatenate([one.images for one in pairs]),
        np.concatenate([one.masks for one in pairs]),
    )
    names = np.array([one.name for one in pairs])
    right = (np.array(said).reshape(-1, 2) == names[:, None]).astype(float)
    gain = {kind: np.subtract(*right[names == kind].mean(0)) for kind in set(names)}
    plane = gain.pop("airplane")
    assert plane > 0.15
    assert np.mean(list(gain.values())) < 0.05
