"""CAM：得点との恒等式，名指した方への定位，間違えたときの言葉。"""

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

from lessons.attention.cam import occlusion
from lessons.attention.cam.localisation import localisation, localisation_effect
from lessons.attention.cam.model import cam, class_activation_map
from lessons.attention.cam.other_photos import by_photo
from lessons.attention.composites import SUBJECTS, share_inside, side_by_side
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0
from lessons.weights.efficientnet_lite0 import EfficientNetLite0


@pytest.fixture(scope="module")
def net():
    return efficientnet_lite0.pretrained()


@pytest.mark.parametrize("photo", ["chelsea", "coffee", "camera", "astronaut"])
@pytest.mark.parametrize("c", [0, 282, 872, 999])
def test_mean_of_cam_plus_bias_is_the_score(net, photo, c):
    x = net.input(photos.load(photo))
    found = cam(net.model, x, c)
    with torch.no_grad():
        score = float(net.model(x)[0, c])
    assert float(found.M.mean()) + found.bias == pytest.approx(score, abs=1e-4)
    assert found.score == pytest.approx(score, abs=1e-5)
    assert found.M.shape == (7, 7)


def test_cam_is_the_weighted_sum_of_the_maps():
    A = torch.tensor([[[1.0, 0], [0, 3]], [[0, 2], [2, 0]]])
    M = class_activation_map(A, torch.tensor([2.0, -1.0]))
    assert M.tolist() == [[2, -2], [-2, 6]]


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("resnet18", "layer4"),
        ("densenet121", "features"),
        ("mobilenet_v2", "features"),
        ("efficientnet_b0", "features"),
        ("shufflenet_v2_x0_5", "conv5"),
        ("regnet_y_400mf", "trunk_output"),
    ],
)
def test_layer_before_gap_is_found_in_other_networks(name, layer):
    torch.manual_seed(0)
    model = torchvision.models.get_model(name, weights=None).eval()
    x = torch.randn(1, 3, 96, 64)
    found = cam(model, x, 7)
    assert found.layer == layer
    assert found.M.shape == (3, 2)
    score = float(model(x)[0, 7].detach())
    assert float(found.M.mean()) + found.bias == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize("name", ["alexnet", "squeezenet1_1"])
def test_network_without_gap_is_told_to_use_grad_cam(name):
    torch.manual_seed(0)
    model = torchvision.models.get_model(name, weights=None).eval()
    with pytest.raises(ValueError, match="grad_cam"):
        cam(model, torch.randn(1, 3, 96, 96), 0)


def test_network_without_convolution_is_told_to_use_grad_cam():
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    with pytest.raises(ValueError, match="GAP と線形層"):
        cam(model, torch.zeros(1, 3, 2, 2), 0)


@pytest.mark.parametrize("c", [1000, -1, 2.5, "282", True, None])
def test_wrong_class_number_lists_the_valid_ones(net, c):
    with pytest.raises(ValueError, match="0 から 999 まで"):
        cam(net.model, torch.zeros(1, 3, 32, 32), c)


def test_numpy_and_torch_integers_are_class_numbers(net):
    x = torch.zeros(1, 3, 64, 64)
    plain = cam(net.model, x, 5).score
    assert cam(net.model, x, np.int64(5)).score == plain
    assert cam(net.model, x, torch.tensor(5)).score == plain


def test_wrong_layer_lists_the_valid_ones(net):
    with pytest.raises(ValueError, match="_conv_head") as caught:
        cam(net.model, torch.zeros(1, 3, 32, 32), 0, "_conv_hed")
    assert "もしかして" in str(caught.value)
    with pytest.raises(ValueError, match=r"CAM に使える層: _act$"):
        cam(net.model, torch.rand(1, 3, 64, 64), 0, "_conv_head")


def test_several_pictures_at_once_are_refused(net):
    with pytest.raises(ValueError, match="写真一枚"):
        cam(net.model, torch.zeros(2, 3, 32, 32), 0)


def test_model_is_left_without_hooks(net):
    cam(net.model, torch.zeros(1, 3, 64, 64), 1)
    for module in net.model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_share_inside_counts_only_the_positive_part():
    M = torch.tensor([[3.0, -9.0], [0.0, 1.0]])
    left = np.zeros((4, 4), bool)
    left[:, :2] = True
    assert share_inside(M, left) == pytest.approx(0.75)
    assert share_inside(M, ~left) == pytest.approx(0.25)
    assert share_inside(-M.abs(), left) == 0
    half = np.zeros((4, 4), bool)
    half[:, 0] = True  # ます目の半分
    assert share_inside(M, half) == pytest.approx(0.375)


@pytest.mark.parametrize("stacked", [False, True])
def test_side_by_side_keeps_both_pictures_and_their_places(stacked):
    first, second = np.zeros((4, 4, 3)), np.ones((4, 4, 3))
    both, regions = side_by_side(first, second, stacked=stacked)
    assert both.shape == ((8, 4, 3) if stacked else (4, 8, 3))
    assert (both[regions[0]] == 0).all()
    assert (both[regions[1]] == 1).all()


def test_two_classes_in_one_picture_give_two_maps(net):
    """猫とコーヒー：同じ絵でも，名指す方へ地図が移る。"""
    views = [net.view(photos.load(name)) for name in ("chelsea", "coffee")]
    picture, regions = side_by_side(*views)
    x = net.eyes.tensor(picture)
    cat = cam(net.model, x, SUBJECTS["chelsea"]).M
    cup = cam(net.model, x, SUBJECTS["coffee"]).M
    assert share_inside(cat, regions[0]) > 0.8
    assert share_inside(cup, regions[1]) > 0.8
    assert np.corrcoef(cat.flatten(), cup.flatten())[0, 1] < 0


def test_hiding_the_bright_part_need_not_lower_the_score(net):
    """隠す実験との合い方は写真しだい：一枚の写真から「地図のとおり」とは言えない。"""
    found = {
        name: occlusion.agreement(net, photos.load(name), SUBJECTS[name])
        for name in ("chelsea", "coffee")
    }
    assert found["coffee"] > 0.6
    assert abs(found["chelsea"]) < 0.4


def test_localisation_needs_the_learned_weights():
    """学習していないネットワークでは，定位は偶然の水準になる。"""
    classifier = efficientnet_lite0.pretrained()
    torch.manual_seed(0)
    blank = EfficientNetLite0().eval()
    for module in blank.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out")
    assert 0.3 < localisation(classifier, blank, 0).own < 0.7
    assert localisation_effect(0).own > 0.8


def test_same_seed_gives_the_same_numbers():
    assert localisation_effect(4) == localisation_effect(4)


def test_maps_turn_to_the_named_side_in_every_photo_of_the_book(net):
    """四枚の外でも，いちばんの答えが外れた写真でも向く。弱いのは，物の写っていない写真。"""
    found = by_photo(net)
    assert set(found) == set(photos.PHOTOS)
    own = {name: one.own for name, one in found.items()}
    assert min(own.values()) > 0.55
    assert set(sorted(own, key=own.__getitem__)[:2]) == {"grass", "gravel"}
    assert all(one.hits == 1 for name, one in found.items() if own[name] > 0.75)


def test_agreement_depends_on_how_the_place_is_hidden(net, monkeypatch):
    """写真家の写真でも，隠す四角が小さければ，地図の明るさと得点の下がり方は合わない。"""
    photo, c = photos.load("camera"), SUBJECTS["camera"]
    assert occlusion.agreement(net, photo, c) > 0.5
    monkeypatch.setattr(occlusion, "SIDE", 32)
    monkeypatch.setattr(occlusion, "EDGES", (0, 32, 64, 96, 128, 160, 192))
    assert abs(occlusion.agreement(net, photo, c)) < 0.35


@torch.no_grad()
def test_a_leg_of_the_tripod_counts_more_when_painted_black(net):
    view = net.view(photos.load("camera"))

    def lowest(color):
        masked = []
        for y in range(90, 157, 22):
            for x in range(100, 133, 16):
                one = view.copy()
                one[y : y + 66, x : x + 48] = color
                masked.append(net.eyes.tensor(one))
        return float(net.model(torch.cat(masked)).softmax(1)[:, 872].min())

    mean = lowest(view.mean((0, 1)))
    assert mean > 0.5
    assert lowest(0) < mean - 0.2
    assert lowest(1) < mean - 0.2


@torch.no_grad()
def test_with_mixed_pixels_a_place_off_the_tripod_counts_as_much(net):
    """頁の言葉：画素を並べ替えて隠すと，頭の左上でも，三脚の一か所と同じくらい下がる。"""
    view = net.view(photos.load("camera"))
    legs = [(y, x) for y in range(90, 157, 22) for x in range(100, 133, 16)]
    found = []
    for seed in (0, 2):
        g = np.random.default_rng(seed)
        masked = []
        for y, x in [*legs, (0, 48), (16, 72)]:  # 三脚，頭の左上，頭
            one = view.copy()
            pixels = one[y : y + 66, x : x + 48].reshape(-1, 3)
            one[y : y + 66, x : x + 48] = g.permutation(pixels).reshape(66, 48, 3)
            masked.append(net.eyes.tensor(one))
        p = net.model(torch.cat(masked)).softmax(1)[:, 872]
        found.append((float(p[:-2].min()), float(p[-2]), float(p[-1])))
    leg, off, head = np.mean(found, axis=0)
    assert off == pytest.approx(leg, abs=0.1)
    assert leg < head - 0.1


def test_some_of_the_top_names_turn_the_map_to_the_head(net):
    """写真家の写真でも，「三脚」のほかの名前では，頭に広さの二倍を超える CAM が入る。"""
    photo = photos.load("camera")
    view = net.view(photo)

    def density(M, left, top, right, bottom):
        region = np.zeros(view.shape[:2], bool)
        region[top:bottom, left:right] = True
        return share_inside(M, region) / region.mean()

    tops = [c for c, _ in net.top(photo, 12)]
    A = net.model.features(net.input(photo))[0].detach()
    maps = [class_activation_map(A, net.model._fc.weight[c].detach()) for c in tops]
    head = np.array([density(M, 72, 16, 120, 82) for M in maps])
    legs = np.array([density(M, 100, 90, 180, 222) for M in maps])
    assert tops[0] == SUBJECTS["camera"]
    assert head[0] < 1 < legs[0]
    assert (head > 1.5).sum() >= 6
    assert ((head > 2) & (head > legs)).sum() >= 2
