"""Faster R-CNN の部品：悪い入力でも正しく答え，置いた重みが記録どおりなこと。"""

import numpy as np
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.segmentation import boxes, data, train
from lessons.segmentation import faster_rcnn as rcnn
from lessons.stimuli.scenes import SceneConfig, make_scenes
from lessons.weights import ledger

SIDES = st.integers(-30, 90)


@st.composite
def some_boxes(draw):
    """面積 0 の四角や，画像の外の四角も混ぜる。"""
    n = draw(st.integers(0, 12))
    corners = [[draw(SIDES), draw(SIDES)] for _ in range(n)]
    sides = [[draw(st.integers(0, 40)), draw(st.integers(0, 40))] for _ in range(n)]
    first = torch.tensor(corners, dtype=torch.float32).reshape(n, 2)
    return torch.cat([first, first + torch.tensor(sides).reshape(n, 2)], dim=1)


@given(some_boxes(), some_boxes())
@settings(max_examples=40)
def test_iou_equals_torchvision_and_is_never_nan(a, b):
    expected = torchvision.ops.box_iou(a, b).nan_to_num(0)  # 面積 0 どうしは 0
    found = boxes.iou(a, b)
    assert not found.isnan().any()
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


@given(some_boxes(), st.integers(0, 2**31))
@settings(max_examples=40)
def test_kept_boxes_do_not_overlap_and_cover_the_rest(found, seed):
    scores = torch.rand(len(found), generator=torch.Generator().manual_seed(seed))
    kept = boxes.suppress(found, scores, 0.5)
    overlap = boxes.iou(found[kept], found)  # (残り, n)
    among = overlap[:, kept] - torch.diag(overlap[:, kept].diag())
    assert (among <= 0.5).all()
    gone = torch.ones(len(found), dtype=torch.bool)
    gone[kept] = False
    assert (overlap[:, gone] > 0.5).any(0).all()


def test_ten_thousand_detections():
    generator = torch.Generator().manual_seed(0)
    corner = torch.rand(10_000, 2, generator=generator) * 60
    many = torch.cat([corner, corner + 30], dim=1)
    scores = torch.rand(10_000, generator=generator)
    expected = torchvision.ops.nms(many, scores, 0.5)
    assert torch.equal(boxes.suppress(many, scores, 0.5), expected)


def test_empty_scene_and_image_of_one_colour():
    model = train.load("faster_rcnn")
    empty = make_scenes(2, "test", SceneConfig(fewest=0, most=0))
    for scene in empty:
        scene.image[:] = 128
    both = rcnn.detect(model, empty)
    assert len(both) == 2
    for found in both:
        assert found.regions.shape == (len(found.labels), 4)
        assert np.isfinite(found.regions).all()


def test_shipped_weights_reach_their_recorded_score():
    scores = ledger.get("faster_rcnn").scores
    assert scores["AP50"] > 0.95
    scenes = data.scene_set(60, "test", data.SCENES)
    assert rcnn.ap50(train.load("faster_rcnn"), scenes) > scores["AP50"] - 0.05
