"""FCN：粗さ・受容野・全結合層の作り替えが正しく，悪い入力が一文で断られること。"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lessons import runtime
from lessons.segmentation import data, metrics, nulls, semantic, train
from lessons.segmentation.backbone import Backbone
from lessons.segmentation.fcn import model as fcn
from lessons.segmentation.fcn import receptive_field as field
from lessons.segmentation.fcn import upsampling as up
from lessons.segmentation.unet import model as unet
from lessons.segmentation.unet.boundary import distance_to_boundary
from lessons.stimuli.scenes import SceneConfig, make_scenes

SEEDS = st.integers(0, 2**31)
TINY = SceneConfig(size=64, things=("cat", "car"), most=2, smallest=0.35, largest=0.6)


def noise(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@given(SEEDS, st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=25)
def test_fully_connected_layer_becomes_a_convolution(seed, channels, side, outputs):
    torch.manual_seed(seed % 1000)
    linear = nn.Linear(channels * side * side, outputs)
    layer = field.as_convolution(linear, channels, side)
    large = noise(seed, 1, channels, side + 2, side + 3)
    answers = layer(large)
    assert answers.shape == (1, outputs, 3, 4)
    for i in range(3):
        for j in range(4):
            part = large[:, :, i : i + side, j : j + side]
            torch.testing.assert_close(answers[:, :, i, j], linear(part.flatten(1)))


@pytest.mark.parametrize("stage", range(4))
def test_theoretical_field_is_exactly_what_can_matter(stage):
    """理論上の受容野の外の勾配は 0 で，縁の勾配は 0 でない。"""
    torch.manual_seed(0)
    backbone = Backbone()
    r, j = field.theoretical_field(backbone, stage)
    assert j == 2 ** (stage + 1)
    side = 320
    found = field.gradient_field(backbone, stage, noise(1, 2, 3, side, side), seed=0)
    rows = torch.nonzero(found.sum(dim=1) > 0)[:, 0]
    centre = side // j // 2 * j
    assert int(rows.min()) == centre - (r - 1) // 2
    assert int(rows.max()) == centre + (r - 1) // 2
    assert field.effective_side(found, j, 1.0) <= r
    torch.testing.assert_close(found.sum(), torch.tensor(1.0))


def test_effective_side_by_hand():
    spot = torch.zeros(64, 64)
    spot[32, 32] = 0.8
    spot[32, 37] = 0.2
    assert field.effective_side(spot, 8, 0.8) == 1
    assert field.effective_side(spot, 8, 0.9) == 11


def test_whether_learning_widens_the_field_depends_on_the_network_before_it():
    """理論より狭いことは変わらない。正規化を合わせない学習前よりは広く，合わせた学習前よりは狭い。"""
    images = data.to_tensor(
        np.stack([s.image for s in make_scenes(2, "test", SceneConfig(size=320))])
    )
    shown = nulls.pictures()
    book = train.load("fcn").backbone
    for seed in range(3):
        torch.manual_seed(seed)
        r, j = field.theoretical_field(book, 3)
        tuned = nulls.altered(book, "untrained", seed, lambda net: net(shown))
        old, new, fitted = (
            field.effective_side(field.gradient_field(b, 3, images, seed), j)
            for b in (book, Backbone(), tuned)
        )
        assert new < old < fitted < 0.8 * r


def test_spreading_chances_lowers_the_coarsest_network_but_not_below_the_guide():
    """32s の得点を確率に直してから広げると mIoU は下がるが，目安は超えたまま。"""
    scenes = data.scene_set(60, "test", data.SCENES)
    net = fcn.pretrained(32).eval()
    truth = np.stack([s.semantic for s in scenes])
    with torch.no_grad():
        deep = net.backbone(data.to_tensor(np.stack([s.image for s in scenes])))[4]
        coarse = net.score[0](deep)
    miou = [
        metrics.mean_iou(
            metrics.confusion(
                truth,
                nn.functional.interpolate(v, size=(96, 96), mode="bilinear")
                .argmax(1)
                .numpy(),
                data.CLASSES,
            )
        )
        for v in (coarse, coarse.softmax(1))
    ]
    limit = metrics.mean_iou(
        metrics.confusion(truth, up.coarsened(truth, data.CLASSES, 32), data.CLASSES)
    )
    assert miou[0] > miou[1] + 0.05
    assert miou[1] > limit


def test_coarse_truth_is_a_ladder():
    truth = np.stack([s.semantic for s in make_scenes(12, "test")])
    scores = []
    for stride in (32, 16, 8, 4, 1):
        drawn = up.coarsened(truth, data.CLASSES, stride)
        scores.append(metrics.mean_iou(metrics.confusion(truth, drawn, data.CLASSES)))
    assert scores == sorted(scores)
    assert scores[-1] == 1
    with pytest.raises(ValueError, match="倍数"):
        up.coarsened(truth, data.CLASSES, 7)


def test_shallow_stages_help_over_seeds():
    scenes, held = (
        tuple(make_scenes(60, "train", TINY)),
        tuple(make_scenes(20, "test", TINY)),
    )
    for seed in range(3):
        scores = []
        for stride in (32, 8):
            runtime.seed_everything(seed)
            model = fcn.FCN(4, stride=stride)
            losses = semantic.fit(model, scenes, iterations=20, batch=4, seed=seed)
            assert losses[-1] < losses[0]
            scores.append(semantic.mean_iou(model, held, 4))
        assert scores[0] < scores[1], seed


def test_errors_gather_at_borders_however_fine_the_answer():
    """頁の言葉：誤りが境に集まることは，細かく答える U-Net でも同じで，違うのは量。"""
    scenes = data.scene_set(100, "test", data.SCENES)[60:]
    images = np.stack([s.image for s in scenes])
    truth = np.stack([s.semantic for s in scenes])
    away = np.stack([distance_to_boundary(one) for one in truth])
    coarse, fine = (
        semantic.segment(net, images) != truth
        for net in (fcn.pretrained(), unet.pretrained())
    )
    assert (away[coarse] < 2).mean() > 0.9
    assert (away[fine] < 2).mean() > 0.9
    assert coarse.mean() > 2 * fine.mean()


def test_any_size_of_image_is_answered():
    model = fcn.FCN(5).eval()
    with torch.no_grad():
        assert model(torch.zeros(1, 3, 70, 101)).shape == (1, 5, 70, 101)
    grey = np.full((2, 40, 56, 3), 90, np.uint8)  # 一色の画像
    answers = semantic.segment(model, grey)
    assert answers.shape == (2, 40, 56)
    assert answers.max() < 5


def test_watch_does_not_change_the_training():
    scenes = tuple(make_scenes(8, "train", TINY))
    losses = []
    for watched in (False, True):
        runtime.seed_everything(0)
        model = fcn.FCN(4)
        seen = []

        def watch(done, seen=seen, model=model):
            seen.append(done)
            semantic.mean_iou(model, scenes, 4)

        losses.append(
            semantic.fit(model, scenes, iterations=4, batch=2, watch=watched and watch)
        )
        assert seen == ([1, 2, 3, 4] if watched else [])
    assert losses[0] == losses[1]


def test_bad_input_is_one_clear_sentence():
    model = fcn.FCN(4)
    with pytest.raises(ValueError, match="stride は 8・16・32"):
        fcn.FCN(4, stride=4)
    with pytest.raises(ValueError, match="画像が一つもありません"):
        semantic.segment(model, np.zeros((0, 64, 64, 3), np.uint8))
    with pytest.raises(ValueError, match=r"image\[None\]"):
        semantic.segment(model, np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(ValueError, match="uint8"):
        semantic.segment(model, np.zeros((1, 64, 64, 3)))
    with pytest.raises(ValueError, match="場面が一つもありません"):
        semantic.mean_iou(model, (), 4)
    with pytest.raises(ValueError, match="場面が一つもありません"):
        semantic.fit(model, (), iterations=1)
    with pytest.raises(ValueError, match="段 5"):
        field.theoretical_field(Backbone(), 5)
    with pytest.raises(ValueError, match="有限でない"):
        field.gradient_field(Backbone(), 0, torch.full((1, 3, 32, 32), np.nan), 0)
    dead = Backbone()
    nn.init.zeros_(dead.stages[0][0][0].weight)
    with pytest.raises(ValueError, match="勾配が 0"):
        field.gradient_field(dead, 0, torch.zeros(1, 3, 32, 32), 0)
    with pytest.raises(ValueError, match="share"):
        field.effective_side(torch.ones(4, 4), 2, 0.0)
    with pytest.raises(ValueError, match="3 × 2 × 2"):
        field.as_convolution(nn.Linear(5, 2), 3, 2)


@given(SEEDS, st.integers(1, 6))
@settings(max_examples=25)
def test_confusion_counts_every_counted_pixel(seed, classes):
    rng = np.random.default_rng(seed)
    truth = rng.integers(-1, classes + 1, (2, 5, 7))  # 外の値は数えない
    guess = rng.integers(0, classes, truth.shape)
    table = metrics.confusion(truth, guess, classes)
    for t in range(classes):
        for g in range(classes):
            assert table[t, g] == ((truth == t) & (guess == g)).sum()


@pytest.mark.parametrize("wrong", [-1, 3, 255, 0.5, np.nan])
def test_confusion_refuses_answers_that_are_no_kind(wrong):
    truth = np.array([[0, 1], [2, 9]])
    guess = np.array([[0, 1], [wrong, 0]])
    with pytest.raises(ValueError, match="0 から 2 までの整数"):
        metrics.confusion(truth, guess, 3)
    elsewhere = np.array([[0, 1], [2, wrong]])  # 数えない画素の答えは問わない
    assert metrics.confusion(truth, elsewhere, 3).trace() == 3
