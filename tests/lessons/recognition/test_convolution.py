"""章 recognition/convolution：畳み込み，AlexNet の層，場所の課題。"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchvision
from hypothesis import given
from hypothesis import strategies as st

from lessons import exercises
from lessons.effects.record import named
from lessons.recognition.convolution import (
    alexnet,
    early_maps,
    position,
    unthinned,
    yours,
)
from lessons.recognition.convolution.model import (
    convolve,
    convolve_channels,
    max_pool,
    output_side,
)
from lessons.recognition.convolution.sliding import slid

ROOT = Path(__file__).resolve().parents[3]


@given(
    side=st.integers(5, 16),
    k=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
    seed=st.integers(0, 99),
)
def test_convolution_equals_torch(side, k, stride, padding, seed):
    g = np.random.default_rng(seed)
    image, kernel = g.normal(size=(side, side + 2)), g.normal(size=(k, k))
    mine = convolve(image, kernel, stride, padding)
    torchs = F.conv2d(
        torch.from_numpy(image)[None, None],
        torch.from_numpy(kernel)[None, None],
        stride=stride,
        padding=padding,
    )
    np.testing.assert_allclose(mine, torchs[0, 0].numpy(), atol=1e-12)
    assert mine.shape[0] == output_side(side, k, stride, padding)


def test_channels_and_pooling_equal_torch():
    g = np.random.default_rng(0)
    image, kernels = g.normal(size=(3, 9, 9)), g.normal(size=(4, 3, 3, 3))
    mine = convolve_channels(image, kernels, 2, 1)
    torchs = F.conv2d(
        torch.from_numpy(image)[None], torch.from_numpy(kernels), stride=2, padding=1
    )
    np.testing.assert_allclose(mine, torchs[0].numpy(), atol=1e-12)
    pooled = F.max_pool2d(torch.from_numpy(image)[None], 3, 2)[0, 0].numpy()
    np.testing.assert_allclose(max_pool(image[0], 3, 2), pooled)


@pytest.mark.parametrize(
    ("image", "kernel", "stride", "message"),
    [
        (np.zeros((4, 4, 3)), np.ones((3, 3)), 1, "二次元"),
        (np.zeros((2, 9)), np.ones((3, 3)), 1, "置けません"),
        (np.zeros((9, 9)), np.ones((3, 3)), 0, "間引きを 1 以上"),
    ],
)
def test_bad_images_are_refused_in_japanese(image, kernel, stride, message):
    with pytest.raises(ValueError, match=message):
        convolve(image, kernel, stride)


def test_alexnet_is_counted_as_published():
    layers = alexnet.layers()
    real = torchvision.models.alexnet(weights=None)
    total = sum(one.parameters for one in layers)
    assert total == sum(p.numel() for p in real.parameters()) == 61_100_840
    by_name = {one.name: one for one in layers}
    assert by_name["プーリング 3"].shape == (256, 6, 6)
    assert real.classifier[1].in_features == 256 * 6 * 6 == 9216
    assert [one.field for one in layers if one.name.startswith("畳み込み")] == [
        11, 51, 99, 131, 163,
    ]  # fmt: skip
    assert (by_name["プーリング 3"].field, by_name["プーリング 3"].jump) == (195, 32)


def test_receptive_field_is_where_the_gradient_reaches():
    """計算した受容野の外の画素は，まんなかのますを変えない。"""
    net = torchvision.models.alexnet(weights=None).features.double().eval()
    for module in net:
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.constant_(module.weight, 0.1)
    x = torch.rand(1, 3, 224, 224, dtype=torch.double, requires_grad=True)
    conv2 = {one.name: one for one in alexnet.layers()}["畳み込み 2"]
    net[:4](x)[0, 0, 13, 13].backward()
    reached = np.flatnonzero(x.grad.abs().sum(dim=(0, 1, 2)).numpy())
    assert reached.max() - reached.min() + 1 <= conv2.field
    assert reached.max() - reached.min() + 1 > conv2.field - 16  # 最大値の所だけに届く


def test_trials_move_the_same_patterns():
    one = position.trial(np.random.default_rng(3), side=48, shift=(100, 100))
    assert one.learned.shape == one.moved.shape == (3, 224, 224)
    for before, after in zip(one.learned, one.moved, strict=True):
        right, left = np.roll(before, 100, axis=1), np.roll(before, -100, axis=1)
        assert np.array_equal(after, right) or np.array_equal(after, left)
    assert (one.learned[0] != one.learned[1]).any()
    with pytest.raises(ValueError, match="0 から 160"):
        position.trial(np.random.default_rng(0), side=64, shift=(100, 200))


def test_pixels_and_connected_networks_know_only_the_place():
    """動かさなければ全問正解，動かすと当てずっぽう。"""
    for control in ("pixels", "connected"):
        still = position.recognised(0, control, items=20, shift=(0, 0))
        assert np.array_equal(still, np.ones(20))
        moved = position.recognised(0, control, items=60)
        assert abs(moved.mean()) < 0.2


def test_trained_network_recognises_patterns_at_a_new_place():
    assert position.recognised(1, items=3).mean() > 0.8


def test_untrained_network_holds_only_at_whole_cells():
    """最後の地図の一ます（32 画素）の倍数だけずらすと，未学習でも見分ける。"""
    score = {
        d: position.recognised(0, "untrained", items=4, ground=127, shift=(d, d)).mean()
        for d in (24, 64)
    }
    assert score[64] > 0.6
    assert score[24] < score[64] - 0.2


def test_shallow_maps_need_no_training_at_a_new_place():
    """最後の地図では学習が要るが，ますの細かい入口の地図なら，未学習でも見分ける。"""
    found = early_maps.recognised_by_layer(3, "untrained", items=3)
    assert list(found) == list(early_maps.LAYERS)
    assert (found["入口"][0], found["最後"][0]) == (2, 32)
    assert found["入口"][1] > 0.8
    assert found["最後"][1] < 0.6
    text = (ROOT / "book/recognition/convolution.md").read_text("utf8")
    assert "両方が要りました。\nどちらか一つでは" not in text


def test_any_reading_that_drops_the_place_will_do():
    """平均でなく最大を読んでも，学習ずみのネットワークは見分ける。"""
    found = early_maps.recognised_by_layer(3, items=2, most=True)
    assert found["最後"][1] > 0.8


def test_unknown_names_get_the_known_ones():
    with pytest.raises(ValueError, match="使える名前: pixels"):
        position.recognised(0, "pixel", items=1)
    with pytest.raises(ValueError, match="使える名前: gap，map"):
        position.recognised(0, items=1, read_out="logit")


def test_windows_slide_one_pixel_at_a_time():
    photo = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    windows = slid(photo, 5)
    assert windows.shape == (5, 224, 224, 3)
    assert np.array_equal(windows[0][:, 1:], windows[1][:, :-1])
    with pytest.raises(ValueError, match="はみ出します"):
        slid(photo, 300)
    with pytest.raises(ValueError, match="uint8"):
        slid(photo / 255.0)


def test_your_answers_are_marked():
    targets, models = [2, 1, 3], {"モデル": [2, 2, 3]}
    assert yours.marked("213", targets, models) == [
        "あなた：3 / 3 正解（213）",
        "モデル：2 / 3 正解（223）",
    ]
    assert yours.marked(..., targets, models)[0].startswith("まだ答え")
    with pytest.raises(ValueError, match="3 字"):
        yours.marked("24", targets, models)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("kernel", np.array([[0, -2, 0], [0, 0, 0], [0, 2, 0]])),
        ("field", [(5, 2), (1, 2), (2, 3)]),
        ("shift", "96"),
    ],
)
def test_other_right_and_wrong_answers(name, answer):
    passed, message = exercises.judge(f"convolution/{name}", answer)
    assert passed == (name != "field"), message


def test_page_states_the_recorded_verdicts():
    averaged, kept = named("new_place", "new_place_map")
    assert (averaged.word, kept.word) == ("向きだけ", "示さない")
    assert averaged.verdict is not None
    assert averaged.verdict.passing == ()
    assert averaged.verdict.robust == 1
    for control in averaged.verdict.controls.values():
        assert abs(control.mean) < 0.2


def test_thinning_is_not_the_only_reason_why_deep_maps_lose_the_place():
    """ますを同じ 8 画素に保っても，未学習の最後の地図は，平均では浅い地図より見分けないが，逆になる種もある。"""
    shallow, deep = [], []
    for seed in (0, 2):
        found = early_maps.recognised_by_layer(seed, "untrained", items=4)["塊 5"]
        cell, right = unthinned.recognised(seed, 3)
        assert cell == found[0] == 8
        shallow.append(found[1])
        deep.append(right)
    assert np.mean(deep) < np.mean(shallow) - 0.1
    assert deep[1] > shallow[1]
    assert unthinned.recognised(0, 5, items=1)[0] == 32
    with pytest.raises(ValueError, match="2 から 5"):
        unthinned.recognised(0, 1)


@torch.no_grad()
def test_coarse_cells_alone_lose_the_place():
    """入口の地図も，32 画素おきに拾えば場所に弱い。"""

    def right(maps: torch.Tensor) -> float:
        return early_maps.above_chance(maps.mean(dim=(2, 3)))

    fine, coarse = [], []
    for seed in range(4):
        g = np.random.default_rng(seed)
        for one in (position.trial(g) for _ in range(3)):
            both = np.concatenate([one.learned, one.moved])
            found = early_maps.maps(both, "untrained", seed)
            fine.append(right(found["入口"]))
            coarse.append(right(found["入口"][..., ::16, ::16]))
    assert np.mean(fine) > 0.9
    assert np.mean(coarse) < 0.1


def test_the_mean_brightness_alone_recognises_at_a_new_place():
    """線の量が模様ごとに違うので，場所で平均した明るさ一つで，どの模様かがわかる。"""
    g = np.random.default_rng(0)
    for one in (position.trial(g) for _ in range(12)):
        both = np.concatenate([one.learned, one.moved]).astype(float)
        assert len(set(both.sum(axis=(1, 2)))) == position.CHOICES
        assert early_maps.above_chance(torch.tensor(both).mean((1, 2))[:, None]) == 1
