"""成績の計算に，おかしな入力を渡す：正しい値か，日本語の一文になること。"""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.segmentation import metrics
from lessons.segmentation.metrics import Detections

SEEDS = st.integers(0, 2**31)
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
SIZE = 12


def masks_from(rng: np.random.Generator, n: int, size: int = SIZE) -> np.ndarray:
    """重ならない形 ``(n, size, size)``。空の形もある。"""
    owner = rng.integers(0, n + 1, (size, size))
    return np.array([owner == i for i in range(n)], bool).reshape(n, size, size)


def boxes_from(rng: np.random.Generator, n: int) -> np.ndarray:
    """画面の外，面積 0，裏返しも混じる四角 ``(n, 4)``。"""
    boxes = rng.uniform(-30, 60, (n, 4))
    flat = rng.random(n) < 0.3
    boxes[flat, 2:] = boxes[flat, :2]
    return boxes


def found(rng: np.random.Generator, n: int, regions: np.ndarray) -> Detections:
    return Detections(rng.integers(0, 3, n), regions, rng.random(n))


def told(error: pytest.ExceptionInfo[ValueError]) -> None:
    assert JAPANESE.search(str(error.value))


# AP


@given(SEEDS, st.integers(0, 6), st.integers(0, 6), st.booleans())
@settings(max_examples=60)
def test_any_boxes_or_masks_give_an_ap_between_0_and_1(seed, n, m, shapes):
    rng = np.random.default_rng(seed)
    make = masks_from if shapes else boxes_from
    guess, truth = found(rng, n, make(rng, n)), found(rng, m, make(rng, m))
    value = metrics.average_precision([guess], [truth])
    assert np.isnan(value) if m == 0 else 0 <= value <= 1


@given(SEEDS, st.integers(1, 6))
@settings(max_examples=30)
def test_zero_area_boxes_never_count_as_hits(seed, n):
    rng = np.random.default_rng(seed)
    points = np.repeat(rng.uniform(0, 50, (n, 2)), 2, axis=0).reshape(n, 4)
    flat = found(rng, n, points)
    assert metrics.average_precision([flat], [flat]) == 0


@given(SEEDS, st.integers(1, 5))
@settings(max_examples=30)
def test_the_truth_itself_is_perfect_and_empty_answers_score_nothing(seed, n):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(-20, 40, (n, 2))
    truth = found(rng, n, np.hstack([corner, corner + rng.uniform(1, 20, (n, 2))]))
    none = found(rng, 0, np.zeros((0, 4)))
    assert metrics.average_precision([truth], [truth]) == pytest.approx(1)
    assert metrics.average_precision([none], [truth]) == 0
    # 正解のない画像の余計な答えは，成績を下げるが，壊さない。
    both = metrics.average_precision([truth, truth], [truth, none])
    assert 0 < both <= 1


@given(SEEDS)
@settings(max_examples=5)
def test_ten_thousand_answers_count_as_the_best_hundred(seed):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 50, (10_000, 2))
    boxes = np.hstack([corner, corner + rng.uniform(1, 20, (10_000, 2))])
    zeros, scores = np.zeros(10_000, int), rng.random(10_000)
    best = np.argsort(-scores, kind="stable")[: metrics.MOST_DETECTIONS]
    truth = Detections(zeros[:20], boxes[:20])
    many = Detections(zeros, boxes, scores)
    few = Detections(zeros[best], boxes[best], scores[best])
    ap = metrics.average_precision([many], [truth], (0.5,))
    assert ap == metrics.average_precision([few], [truth], (0.5,))


@given(st.sampled_from([np.nan, np.inf, -np.inf]), st.integers(0, 3))
def test_scores_that_are_not_numbers_are_refused(bad, where):
    scores = np.full(4, 0.5)
    scores[where] = bad
    with pytest.raises(ValueError, match="NaN") as error:
        Detections(np.zeros(4, int), np.zeros((4, 4)), scores)
    told(error)


@given(SEEDS, st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=20)
def test_masks_of_another_size_are_refused(seed, n, m):
    rng = np.random.default_rng(seed)
    guess = Detections(np.zeros(n, int), masks_from(rng, n, 9), np.ones(n))
    truth = Detections(np.zeros(m, int), masks_from(rng, m, 8))
    boxes = Detections(np.zeros(m, int), boxes_from(rng, m), np.ones(m))
    for one, other in ((guess, truth), (boxes, truth)):
        with pytest.raises(ValueError, match="大きさが違います"):
            metrics.average_precision([one], [other])
    for one in (guess, boxes):
        with pytest.raises(ValueError, match="大きさが違います"):
            metrics.panoptic_quality([one], [truth])


def test_answers_without_scores_or_for_other_pictures_are_refused():
    some = Detections(np.array([0]), np.array([[0, 0, 5, 5.0]]))
    with pytest.raises(ValueError, match="scores"):
        metrics.average_precision([some], [some])
    with pytest.raises(ValueError, match="画像の数が違います"):
        metrics.average_precision([], [some])
    with pytest.raises(ValueError, match="画像の数が違います"):
        metrics.panoptic_quality([], [some])
    assert np.isnan(metrics.average_precision([], []))


# PQ


@given(SEEDS, st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=50)
def test_any_segments_give_a_pq_between_0_and_1(seed, n, m):
    rng = np.random.default_rng(seed)
    guess, truth = (found(rng, k, masks_from(rng, k)) for k in (n, m))
    quality = metrics.panoptic_quality([guess], [truth])
    values = np.array([quality.pq, quality.sq, quality.rq])
    if n + m == 0:
        assert np.isnan(values).all()
    else:
        assert ((values >= 0) & (values <= 1)).all()
        assert quality.pq <= min(quality.sq, quality.rq) + 1e-12


@given(SEEDS, st.integers(1, 5))
@settings(max_examples=30)
def test_segments_of_an_empty_picture_only_cost_rq(seed, n):
    rng = np.random.default_rng(seed)
    truth = Detections(np.arange(n), masks_from(rng, n, 40))
    empty = Detections(np.zeros(0, int), np.zeros((0, 40, 40), bool))
    assert metrics.panoptic_quality([truth], [truth]).pq == pytest.approx(1)
    extra = metrics.panoptic_quality([truth, truth], [truth, empty])
    assert extra.rq == pytest.approx(2 / 3)
    assert metrics.panoptic_quality([empty], [truth]).pq == 0


def test_ten_thousand_segments_are_counted():
    kinds = np.zeros(10_000, int)
    specks = np.zeros((10_000, 2, 2), bool)
    whole = np.ones((1, 2, 2), bool)
    guess = Detections(kinds + 1, specks, np.ones(10_000))
    truth = Detections(np.array([0]), whole)
    assert metrics.panoptic_quality([guess], [truth]).pq == 0


# mIoU


@given(SEEDS, st.integers(1, 6))
@settings(max_examples=40)
def test_any_map_gives_a_mean_iou_between_0_and_1(seed, kinds):
    rng = np.random.default_rng(seed)
    truth, guess = rng.integers(0, kinds, (2, 7, 5))
    table = metrics.confusion(truth, guess, kinds)
    assert table.sum() == 35
    assert 0 <= metrics.mean_iou(table) <= 1
    assert metrics.mean_iou(metrics.confusion(truth, truth, kinds)) == 1


@given(st.integers(0, 4), st.integers(0, 4))
def test_maps_of_one_kind(one, other):
    """一色の画像の地図。空の地図なら，値はない。"""
    flat = np.full((6, 6), one)
    value = metrics.mean_iou(metrics.confusion(flat, np.full((6, 6), other), 5))
    assert value == (one == other)
    none = metrics.confusion(flat[:0], flat[:0], 5)
    assert np.isnan(metrics.mean_iou(none))


@given(st.integers(1, 9), st.integers(1, 9))
def test_maps_of_another_size_are_refused(height, width):
    if (height, width) == (5, 5):
        return
    with pytest.raises(ValueError, match="大きさが違います"):
        metrics.confusion(np.zeros((5, 5), int), np.zeros((height, width), int), 3)


# OKS と PCK


@given(SEEDS, st.integers(1, 17), st.floats(1, 1e4))
@settings(max_examples=50)
def test_any_points_give_oks_and_pck_between_0_and_1(seed, k, area):
    rng = np.random.default_rng(seed)
    truth = np.column_stack([rng.uniform(-50, 150, (k, 2)), rng.integers(0, 3, k)])
    guess = truth[:, :2] + rng.normal(0, 10, (k, 2))
    sigmas = rng.uniform(0.02, 0.1, k)
    oks = metrics.object_keypoint_similarity(guess, truth, area, sigmas)
    pck = metrics.correct_keypoints(guess, truth, 5.0)
    if not truth[:, 2].any():
        assert np.isnan(oks)
        assert np.isnan(pck)
        return
    assert 0 <= oks <= 1
    assert 0 <= pck <= 1
    exact = truth[:, :2]
    assert metrics.object_keypoint_similarity(exact, truth, area, sigmas) == 1
    assert metrics.correct_keypoints(exact, truth, 0.0) == 1


@given(st.integers(0, 4), st.sampled_from([np.nan, np.inf]))
def test_a_point_that_was_not_placed_is_a_miss(where, bad):
    truth = np.column_stack([np.arange(10.0).reshape(5, 2), np.full(5, 2)])
    guess = truth[:, :2].copy()
    guess[where] = bad
    sigmas = np.full(5, 0.07)
    oks = metrics.object_keypoint_similarity(guess, truth, 100.0, sigmas)
    assert oks == pytest.approx(0.8)
    assert metrics.correct_keypoints(guess, truth, 1.0) == pytest.approx(0.8)


def test_no_people_and_no_points():
    none = np.zeros((0, 3))
    value = metrics.object_keypoint_similarity(none[:, :2], none, 10.0, np.zeros(0))
    assert np.isnan(value)
    assert np.isnan(
        metrics.correct_keypoints(np.zeros((0, 13, 2)), np.zeros((0, 13, 3)), 3)
    )


@given(st.integers(1, 6), st.integers(1, 6))
def test_points_of_another_number_are_refused(k, other):
    if k == other:
        return
    truth = np.column_stack([np.zeros((k, 2)), np.full(k, 2)])
    guess, sigmas = np.zeros((other, 2)), np.full(k, 0.07)
    with pytest.raises(ValueError, match="特徴点の数が違います"):
        metrics.object_keypoint_similarity(guess, truth, 10.0, sigmas)
    with pytest.raises(ValueError, match="特徴点の数が違います"):
        metrics.correct_keypoints(guess, truth, 3.0)
    with pytest.raises(ValueError, match="特徴点の数が違います"):
        metrics.object_keypoint_similarity(
            truth[:, :2], truth, 10.0, np.full(other, 0.07)
        )


@pytest.mark.parametrize("area", [0.0, -3.0, float("nan")])
def test_a_person_without_area_is_refused(area):
    truth = np.array([[0, 0, 2.0]])
    with pytest.raises(ValueError, match="area"):
        metrics.object_keypoint_similarity(truth[:, :2], truth, area, np.ones(1))


# リストとテンソル


def test_lists_and_tensors_are_taken_as_arrays():
    boxes, scores = [[0, 0, 4, 4], [1, 1, 3, 3]], [0.9, 0.2]
    plain = Detections([0, 1], boxes, scores)
    tensor = Detections(
        torch.tensor([0, 1]),
        torch.tensor(boxes, dtype=torch.float32, requires_grad=True),
        torch.tensor(scores),
    )
    truth = Detections([0, 1], [[0, 0, 4, 4], [1, 1, 3, 3]])
    for guess in (plain, tensor):
        assert isinstance(guess.regions, np.ndarray)
        assert metrics.average_precision([guess], [truth], [0.5]) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((["cat"], [[0, 0, 1, 1]]), "labels は，数の配列で.*list"),
        (([0, 1], [[0, 0, 1, 1], [0, 1]]), "regions は，数の配列で"),
        (([0], [[0, 0, 1]]), r"\(1, 3\) は使えません。四角 \(n, 4\)"),
        (([0], [[0, 0, 1, 1]], 0.5), "scores は，数の配列で.*float"),
    ],
)
def test_what_is_no_array_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        Detections(*given)
