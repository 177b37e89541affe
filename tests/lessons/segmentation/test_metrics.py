"""成績の計算：pycocotools・torchmetrics・torchvision と同じ値になること。"""

import contextlib
import io

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torchmetrics.classification import MulticlassJaccardIndex
from torchmetrics.detection import PanopticQuality

from lessons.segmentation import metrics
from lessons.segmentation.metrics import Detections

SEEDS = st.integers(0, 2**31)


def random_boxes(rng, n, size=60):
    corner = rng.integers(0, size - 10, (n, 2))
    return np.hstack([corner, corner + rng.integers(1, 30, (n, 2))]).astype(float)


def random_case(rng, images=6, classes=3):
    truths, guesses = [], []
    for _ in range(images):
        n = rng.integers(0, 5)
        boxes, labels = random_boxes(rng, n), rng.integers(0, classes, n)
        truths.append(Detections(labels, boxes))
        near = boxes + rng.normal(0, 3, boxes.shape)
        far = random_boxes(rng, rng.integers(0, 4))
        guess = np.vstack([near, far]).round(2)
        guess[:, 2:] = np.maximum(guess[:, 2:], guess[:, :2] + 0.5)
        kinds = np.concatenate([labels, rng.integers(0, classes, len(far))])
        guesses.append(Detections(kinds, guess, rng.random(len(guess)).round(3)))
    return guesses, truths


def coco_ap(guesses, truths):
    """pycocotools による (AP, AP50)。"""
    images = [{"id": i + 1, "height": 100, "width": 100} for i in range(len(truths))]
    annotations, results = [], []
    for image_id, (guess, truth) in enumerate(zip(guesses, truths, strict=True), 1):
        for box, label in zip(truth.regions, truth.labels, strict=True):
            x1, y1, x2, y2 = map(float, box)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": int(label) + 1,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "area": (x2 - x1) * (y2 - y1),
                    "iscrowd": 0,
                }
            )
        for box, label, score in zip(
            guess.regions, guess.labels, guess.scores, strict=True
        ):
            x1, y1, x2, y2 = map(float, box)
            results.append(
                {
                    "image_id": image_id,
                    "category_id": int(label) + 1,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "score": float(score),
                }
            )
    kinds = sorted({a["category_id"] for a in annotations})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": images,
            "annotations": annotations,
            "categories": [{"id": k, "name": str(k)} for k in kinds],
        }
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats[0], evaluation.stats[1]


@given(SEEDS)
@settings(max_examples=30)
def test_average_precision_equals_pycocotools(seed):
    rng = np.random.default_rng(seed)
    guesses, truths = random_case(rng)
    if not any(len(t.labels) for t in truths) or not any(
        len(g.labels) for g in guesses
    ):
        return
    ap, ap50 = coco_ap(guesses, truths)
    assert metrics.average_precision(guesses, truths) == pytest.approx(ap, abs=1e-6)
    mine = metrics.average_precision(guesses, truths, thresholds=(0.5,))
    assert mine == pytest.approx(ap50, abs=1e-6)


@given(SEEDS, st.integers(0, 6), st.integers(0, 6))
@settings(max_examples=40)
def test_box_iou_equals_torchvision(seed, n, m):
    rng = np.random.default_rng(seed)
    a, b = random_boxes(rng, n), random_boxes(rng, m)
    expected = torchvision.ops.box_iou(torch.tensor(a), torch.tensor(b)).numpy()
    assert np.allclose(metrics.box_iou(a, b), expected)


@given(SEEDS)
@settings(max_examples=20)
def test_mask_iou_equals_pycocotools(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.random((3, 12, 9)) > 0.5, rng.random((2, 12, 9)) > 0.5

    def encode(m):
        return coco_mask.encode(np.asfortranarray(m.transpose(1, 2, 0), np.uint8))

    expected = coco_mask.iou(encode(a), encode(b), [0, 0])
    assert np.allclose(metrics.mask_iou(a, b), expected)


@given(SEEDS)
@settings(max_examples=20)
def test_mean_iou_equals_torchmetrics(seed):
    rng = np.random.default_rng(seed)
    truth, guess = rng.integers(0, 5, (2, 4, 16, 16))
    expected = MulticlassJaccardIndex(5)(torch.tensor(guess), torch.tensor(truth))
    mine = metrics.mean_iou(metrics.confusion(truth, guess, 5))
    assert mine == pytest.approx(float(expected), abs=1e-6)


@given(SEEDS)
@settings(max_examples=20)
def test_panoptic_quality_equals_torchmetrics(seed):
    rng = np.random.default_rng(seed)
    reference = PanopticQuality(things={0, 1}, stuffs={2})
    maps = rng.integers(0, 3, (2, 2, 6, 6)).repeat(4, 2).repeat(4, 3)
    maps[1] = np.where(rng.random(maps[1].shape) < 0.2, maps[1], maps[0])
    instance = rng.integers(0, 2, (2, 6, 6)).repeat(4, 1).repeat(4, 2)
    instances = np.stack([instance, instance])
    truth, guess = (np.stack([maps[i], instances[i]], -1) for i in (0, 1))
    expected = float(reference(torch.tensor(guess), torch.tensor(truth)))

    def segments(pairs):
        found = []
        for picture in pairs:
            labels, regions = [], []
            for kind in range(3):
                ids = (0,) if kind == 2 else (0, 1)
                for number in ids:
                    region = picture[..., 0] == kind
                    if kind != 2:
                        region &= picture[..., 1] == number
                    if region.any():
                        labels.append(kind)
                        regions.append(region)
            found.append(Detections(np.array(labels), np.array(regions)))
        return found

    mine = metrics.panoptic_quality(segments(guess), segments(truth))
    assert mine.pq == pytest.approx(expected, abs=1e-5)


def test_the_same_segment_twice_is_one_hit_and_one_extra():
    mask = np.ones((1, 4, 4), bool)
    truth = Detections(np.array([0]), mask)
    twice = Detections(np.array([0, 0]), mask.repeat(2, 0))
    quality = metrics.panoptic_quality([twice], [truth])
    assert quality.pq == pytest.approx(2 / 3)
    assert (quality.sq, quality.rq) == (1, pytest.approx(2 / 3))
    assert metrics.panoptic_quality([truth], [twice]).pq == pytest.approx(2 / 3)
    assert metrics.panoptic_quality([twice], [twice]).pq == 1


@given(SEEDS, st.integers(0, 4), st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_segments_that_overlap_are_paired_one_to_one(seed, n, m):
    rng = np.random.default_rng(seed)
    guess, truth = (rng.random((k, 3, 3)) > 0.3 for k in (n, m))
    quality = metrics.panoptic_quality(
        [Detections(np.zeros(n, int), guess)], [Detections(np.zeros(m, int), truth)]
    )
    if n + m:
        assert 0 <= quality.pq <= quality.rq <= 2 * min(n, m) / (n + m) + 1e-9


@given(SEEDS)
@settings(max_examples=15)
def test_keypoint_similarity_equals_pycocotools(seed):
    rng = np.random.default_rng(seed)
    evaluation = COCOeval(iouType="keypoints")
    sigmas = evaluation.params.kpt_oks_sigmas
    truth = np.column_stack([rng.uniform(0, 50, (17, 2)), rng.integers(0, 3, 17)])
    truth[0, 2] = 2
    guess = truth[:, :2] + rng.normal(0, 3, (17, 2))
    area = 400.0
    evaluation._gts[1, 1] = [
        {"keypoints": truth.ravel().tolist(), "area": area, "bbox": [0, 0, 50, 50]}
    ]
    full = np.column_stack([guess, np.ones(17)])
    evaluation._dts[1, 1] = [{"keypoints": full.ravel().tolist(), "score": 1.0}]
    expected = evaluation.computeOks(1, 1)[0, 0]
    mine = metrics.object_keypoint_similarity(guess, truth, area, sigmas)
    assert mine == pytest.approx(expected, rel=1e-9)


def test_correct_keypoints_by_hand():
    truth = np.array([[0, 0, 2], [10, 0, 1], [5, 5, 0]], float)
    guess = np.array([[0, 3], [10, 4], [5, 5]], float)
    assert metrics.correct_keypoints(guess, truth, 3) == 0.5
    assert metrics.correct_keypoints(guess, truth, 4) == 1.0


def test_unusual_inputs():
    none = Detections(np.zeros(0, int), np.zeros((0, 4)), np.zeros(0))
    some = Detections(np.array([0]), np.array([[0, 0, 5, 5.0]]))
    assert metrics.average_precision([none], [some]) == 0
    assert np.isnan(metrics.average_precision([none], [none]))
    flat = np.array([[3, 3, 3, 3.0]])
    assert metrics.box_iou(flat, flat).item() == 0
    many = Detections(
        np.zeros(10_000, int), np.tile(flat, (10_000, 1)), np.ones(10_000)
    )
    assert metrics.average_precision([many], [some]) == 0
    with pytest.raises(ValueError, match="NaN"):
        Detections(np.array([0]), flat, np.array([np.nan]))
    with pytest.raises(ValueError, match="大きさ"):
        metrics.mask_iou(np.ones((1, 4, 4)), np.ones((1, 5, 5)))
    with pytest.raises(ValueError, match="そろって"):
        Detections(np.array([0, 1]), flat)
