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
@settings(max_examples=50)
def test_suppress_equals_torchvision(seed, n, threshold):
    found, scores = random_boxes(seed, n)
    expected = torchvision.ops.nms(found, scores, threshold)
    assert torch.equal(boxes.suppress(found, scores, threshold), expected)


@given(SEEDS, st.integers(1, 6), st.sampled_from([3, 5, 7]), st.booleans())
@settings(max_examples=40)
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
@settings(max_examples=30)
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


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_boxes_with_nan_or_infinity_are_refused(bad):
    good = torch.tensor([[0.0, 0, 8, 8]])
    broken = torch.tensor([[0.0, 0, 8, bad]])
    for call in (
        lambda: boxes.iou(broken, good),
        lambda: boxes.encode(broken, good),
        lambda: boxes.encode(good, broken),
        lambda: boxes.decode(broken, good),
        lambda: boxes.roi_align(torch.zeros(1, 4, 4), broken, 5, 1 / 8),
        lambda: boxes.suppress(
            torch.cat([broken, broken]), torch.tensor([0.2, 0.1]), 0.5
        ),
    ):
        with pytest.raises(ValueError, match="NaN または無限大"):
            call()


@pytest.mark.parametrize("flat", [[3.0, 3, 3, 9], [3.0, 3, 9, 3], [9.0, 3, 3, 9]])
def test_flat_or_flipped_boxes_cannot_be_encoded(flat):
    good, broken = torch.tensor([[0.0, 0, 8, 8]]), torch.tensor([flat])
    with pytest.raises(ValueError, match="boxes に，幅または高さ"):
        boxes.encode(broken, good)
    with pytest.raises(ValueError, match="reference に，幅または高さ"):
        boxes.encode(good, broken)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="4 列"):
        boxes.iou(torch.zeros(2, 5), torch.zeros(1, 4))
    with pytest.raises(ValueError, match="数をそろえて"):
        boxes.suppress(torch.zeros(2, 4), torch.zeros(3), 0.5)
    with pytest.raises(ValueError, match="0 より大きい"):
        boxes.anchors(2, 2, 8, [0.0], [1.0])
    with pytest.raises(ValueError, match="0 より大きい"):
        boxes.anchors(2, 2, 8, [], [1.0])


@given(SEEDS, st.sampled_from([1.0, 10.0, 300.0]))
@settings(max_examples=30)
def test_decoding_wild_offsets_equals_torchvision(seed, spread):
    """とても大きなずれでも，torchvision と同じ有限の四角になる。"""
    reference, _ = random_boxes(seed, 6)
    g = torch.Generator().manual_seed(seed)
    offsets = torch.randn(6, 4, generator=g) * spread
    coder = BoxCoder((1.0, 1.0, 1.0, 1.0))
    expected = coder.decode(offsets, [reference])[:, 0]
    found = boxes.decode(offsets, reference)
    assert torch.isfinite(found).all()
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-2)


@given(SEEDS, st.booleans())
@settings(max_examples=30)
def test_roi_align_of_flat_and_far_boxes_equals_torchvision(seed, aligned):
    g = torch.Generator().manual_seed(seed)
    corner = torch.randint(-40, 90, (6, 2), generator=g).float()
    sides = torch.randint(0, 3, (6, 2), generator=g).float()  # 面積 0 も混ざる
    found = torch.hstack([corner, corner + sides])
    features = torch.randn(2, 8, 8, generator=g)
    expected = torchvision.ops.roi_align(
        features[None], [found], 3, 1 / 8, sampling_ratio=2, aligned=aligned
    )
    mine = boxes.roi_align(features, found, 3, 1 / 8, aligned=aligned)
    torch.testing.assert_close(mine, expected, atol=1e-5, rtol=1e-4)


def test_iou_carries_gradients_and_takes_whole_numbers():
    a = torch.tensor([[0.0, 0, 4, 4], [9.0, 9, 9, 9]], requires_grad=True)
    b = torch.tensor([[0.0, 0, 4, 2], [9.0, 9, 9, 9]])
    boxes.iou(a, b).sum().backward()
    assert a.grad is not None
    assert torch.isfinite(a.grad).all()
    assert a.grad[0].abs().sum() > 0
    whole = boxes.iou(torch.tensor([[0, 0, 4, 4]]), torch.tensor([[0, 0, 4, 2]]))
    assert whole.item() == 0.5


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_precision_boxes_do_not_overflow(kind):
    large, lower = (
        torch.tensor([[0, 0, 320.0, 320]]),
        torch.tensor([[0, 0, 320.0, 256]]),
    )
    found = boxes.iou(large.to(kind), lower.to(kind))  # 面積 102,400 は半精度に入らない
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(0.8)
