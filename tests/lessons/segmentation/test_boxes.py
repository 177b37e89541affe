"""四角の関数：どんな入力でも torchvision.ops と同じ値になること。"""

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

from lessons.segmentation import boxes

SEEDS = st.integers(0, 2**31)


def random_boxes(seed, n, size=60.0):
    generator = torch.Generator().manual_seed(seed)
    corner = torch.rand(n, 2, generator=generator) * (size - 12)
    sides = 1 + torch.rand(n, 2, generator=generator) * 25
    scores = torch.rand(n, generator=generator)
    return torch.hstack([corner, corner + sides]), scores


@given(SEEDS, st.integers(0, 30), st.sampled_from([0.3, 0.5, 0.7]))
@settings(max_examples=50, deadline=None)
def test_suppress_equals_torchvision(seed, n, threshold):
    found, scores = random_boxes(seed, n)
    expected = torchvision.ops.nms(found, scores, threshold)
    assert torch.equal(boxes.suppress(found, scores, threshold), expected)


@given(SEEDS, st.integers(1, 6), st.sampled_from([3, 5, 7]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_roi_align_equals_torchvision(seed, n, size, aligned):
    found, _ = random_boxes(seed, n)
    found = found - 6  # 端からはみ出た四角も試す
    features = torch.randn(4, 8, 8, generator=torch.Generator().manual_seed(seed))
    expected = torchvision.ops.roi_align(
        features[None], [found], size, 1 / 8, sampling_ratio=2, aligned=aligned
    )
    mine = boxes.roi_align(features, found, size, 1 / 8, aligned=aligned)
    assert torch.allclose(mine, expected, atol=1e-5)


@given(SEEDS, st.integers(1, 20))
@settings(max_examples=30, deadline=None)
def test_coding_equals_torchvision_and_is_undone(seed, n):
    a, _ = random_boxes(seed, n)
    b, _ = random_boxes(seed + 1, n)
    coder = BoxCoder((1.0, 1.0, 1.0, 1.0))
    assert torch.allclose(boxes.encode(a, b), coder.encode([a], [b])[0], atol=1e-5)
    assert torch.allclose(boxes.decode(boxes.encode(a, b), b), a, atol=1e-3)


def test_nine_anchors_equal_torchvision():
    sizes, ratios = [32.0, 64.0, 128.0], [0.5, 1.0, 2.0]
    generator = AnchorGenerator((tuple(sizes),), (tuple(ratios),))
    image = ImageList(torch.zeros(1, 3, 96, 160), [(96, 160)])
    expected = generator(image, [torch.zeros(1, 8, 6, 10)])[0]
    mine = boxes.anchors(6, 10, 16, sizes, ratios)
    assert mine.shape == (6 * 10 * 9, 4)
    assert torch.allclose(mine, expected)


def test_nothing_in_nothing_out():
    none = torch.zeros(0, 4)
    assert boxes.suppress(none, torch.zeros(0), 0.5).shape == (0,)
    assert boxes.roi_align(torch.zeros(3, 4, 4), none, 5, 1.0).shape == (0, 3, 5, 5)
    assert boxes.iou(none, none).shape == (0, 0)


def test_nan_scores_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        boxes.suppress(torch.zeros(1, 4), torch.tensor([float("nan")]), 0.5)
