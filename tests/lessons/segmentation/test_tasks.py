"""六つの課題の章が述べること：物差しの性質と，写真での答え。"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_sample_image

from lessons.segmentation import data, metrics
from lessons.segmentation.metrics import Detections
from lessons.stimuli import photos
from lessons.weights import movenet, nanodet, selfie


@given(st.integers(1, 60), st.data())
def test_a_third_of_the_side_is_where_a_shifted_box_misses(side, draw):
    shift = draw.draw(st.integers(0, 2 * side))
    truth = np.array([[0, 0, side, side]])
    iou = metrics.box_iou(truth + np.array([shift, 0, shift, 0]), truth).item()
    assert iou == pytest.approx(max(side - shift, 0) / (side + min(shift, side)))
    assert (iou >= 0.5) == (3 * shift <= side)


@pytest.fixture(scope="module")
def some():
    scenes = data.scene_set(60, "test", data.SCENES)
    return [s for s in scenes if len(s.labels) > 1]


def quality(scenes, harm):
    whole = [Detections(s.labels, s.masks) for s in scenes]
    return metrics.panoptic_quality([harm(s) for s in scenes], whole)


def test_shifting_lowers_sq_most_and_missing_lowers_rq_only(some):
    same = quality(some, lambda s: Detections(s.labels, s.masks))
    moved = quality(some, lambda s: Detections(s.labels, np.roll(s.masks, 2, axis=2)))
    missed = quality(some, lambda s: Detections(s.labels[1:], s.masks[1:]))
    assert (same.pq, same.sq, same.rq) == (1, 1, 1)
    assert moved.sq < moved.rq - 0.1
    assert moved.rq < 1
    assert missed.sq == pytest.approx(1)
    assert missed.rq < 0.8


def test_an_all_sky_answer_has_many_right_pixels_but_a_small_mean_iou(some):
    truth = np.stack([s.semantic for s in some])
    table = metrics.confusion(truth, 0 * truth, 2 + len(data.SCENES.things))
    assert np.diag(table).sum() / table.sum() > 5 * metrics.mean_iou(table)


@given(st.floats(0.1, 20), st.floats(10, 5000))
def test_the_same_shift_costs_a_small_person_more(shift, area):
    truth = np.column_stack([np.zeros((5, 2)), np.full(5, 2)])
    guess = truth[:, :2] + [shift, 0]
    sigmas = np.full(5, 0.07)
    small, large = (
        metrics.object_keypoint_similarity(guess, truth, a, sigmas)
        for a in (area, 4 * area)
    )
    assert 0 <= small <= large < 1
    assert large == pytest.approx(small**0.25, abs=1e-9)


def test_small_networks_fail_on_photos_as_the_chapter_says():
    detector = nanodet.pretrained()
    for name, word in (("astronaut", "人"), ("camera", "人"), ("chelsea", "猫")):
        assert list(detector.detect(photos.load(name)).labels) == [word]
    assert "時計" not in detector.detect(photos.load("clock")).labels
    assert set(detector.detect(photos.load("coins")).labels) == {"時計", "深皿"}
    cat = photos.load("chelsea")
    assert (movenet.pretrained().keypoints(cat)[:, 2] > 0.3).sum() <= 2
    assert (selfie.pretrained().mask(cat) > 0.5).mean() > 0.3
    rows, columns = (slice(n // 4, -(n // 4)) for n in cat.shape[:2])
    closer = np.ascontiguousarray(cat[rows, columns])  # 猫がもっと大きい
    assert (selfie.pretrained().mask(closer) > 0.5).mean() < 0.1


def test_confidence_does_not_always_tell_that_nobody_is_there():
    """人のいない庭園でも，五つを超える特徴点の確信度が 0.3 を超える。"""
    net = movenet.pretrained()
    sure = net.keypoints(load_sample_image("china.jpg"))[:, 2]
    assert (sure > 0.3).sum() > 5
    assert (sure > 0.5).sum() == 0  # 基準を上げれば消えるが，人の点も半分ほどになる
    for name in ("astronaut", "camera"):
        sure = net.keypoints(photos.load(name))[:, 2]
        assert 0.4 <= (sure > 0.5).sum() / (sure > 0.3).sum() <= 0.6


def test_a_lower_bar_brings_a_missed_cup_but_only_errors_among_coins():
    detector = nanodet.pretrained()
    coffee, coins = photos.load("coffee"), photos.load("coins")
    assert "カップ" not in detector.detect(coffee).labels
    assert "カップ" in detector.detect(coffee, score=0.2).labels
    lowest = detector.detect(coffee, score=0.1).labels
    assert {"ホットドッグ", "ドーナツ"} <= set(lowest)
    few, many = (len(detector.detect(coins, score=s).labels) for s in (0.5, 0.2))
    assert many > few


def test_thin_and_small_things_are_lost_when_shifted(some):
    widths, kept = [], []
    for mask in (mask for scene in some for mask in scene.masks):
        moved = np.roll(mask, 2, axis=1)
        kept.append((mask & moved).sum() > 0.5 * (mask | moved).sum())
        widths.append(mask.sum() / mask.any(1).sum())
    widths, kept = np.array(widths), np.array(kept)
    assert np.median(widths[~kept]) < 0.6 * np.median(widths[kept])


def test_a_scene_without_people_has_no_keypoints_to_score(some):
    person = data.SCENES.things.index("person")
    scene = next(s for s in some if person in s.labels)
    hidden = replace(scene, keypoints=scene.keypoints * 0)
    points = hidden.keypoints[scene.labels == person][0]
    value = metrics.object_keypoint_similarity(
        points[:, :2], points, 100, np.full(len(points), 0.07)
    )
    assert np.isnan(value)
