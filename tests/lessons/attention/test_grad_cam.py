"""Grad-CAM と仲間：CAM との関係，grad-cam パッケージとの一致，健全性の検査。"""

import cv2
import numpy as np
import pytest
import torch
import torchvision
from pytorch_grad_cam import GradCAM, GuidedBackpropReLUModel, HiResCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from scipy import ndimage
from torch import nn

from lessons import hooks
from lessons.attention.cam.gap_nets import BACKBONES, GapNet
from lessons.attention.cam.model import cam
from lessons.attention.composites import (
    SUBJECTS,
    compositions,
    share_inside,
    side_by_side,
)
from lessons.attention.grad_cam import left_task
from lessons.attention.grad_cam import sanity_checks as sanity
from lessons.attention.grad_cam.model import (
    grad_cam,
    gradients,
    guided_backprop,
    guided_grad_cam,
    hires_cam,
    map_layers,
    named_share,
)
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0

ZOO = {
    "resnet18": "layer4",
    "densenet121": "features.denseblock4",
    "mobilenet_v3_small": "features",
    "vgg11": "features",
    "alexnet": "features",
}


@pytest.fixture(scope="module")
def net():
    return efficientnet_lite0.pretrained()


def zoo_model(name):
    torch.manual_seed(0)
    return torchvision.models.get_model(name, weights=None).eval()


@pytest.mark.parametrize("c", [282, 967, 0])
def test_equals_cam_up_to_scale_on_lite0(net, c):
    x = net.input(photos.load("chelsea"))
    found = cam(net.model, x, c)
    g = gradients(net.model, x, c, found.layer)
    cells = found.M.numel()
    torch.testing.assert_close(
        grad_cam(g.A, g.G) * cells, found.M.clamp(min=0), atol=1e-4, rtol=1e-4
    )
    torch.testing.assert_close(
        hires_cam(g.A, g.G) * cells, found.M, atol=1e-4, rtol=1e-4
    )
    assert g.y == pytest.approx(found.score, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("resnet50", "layer4"),
        ("densenet121", "features"),
        ("vgg16", "features"),
        ("mobilenet_v3_large", "features"),
    ],
)
def test_layers_that_the_chapter_uses_online_exist(name, layer):
    """章の GPU 用のセルが取り寄せるネットワークでも，層の名前と形が正しい。"""
    model = zoo_model(name)
    x = torch.randn(1, 3, 64, 96)
    g = gradients(model, x, 872, layer)
    assert g.A.shape == g.G.shape
    assert g.A.shape[1:] == (2, 3)
    if (
        name == "densenet121"
    ):  # 出力をその場で書き換える ReLU があっても，CAM と一致する
        M = cam(model, x, 872).M
        torch.testing.assert_close(hires_cam(g.A, g.G) * 6, M, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_equals_cam_up_to_scale_on_small_gap_nets(backbone):
    torch.manual_seed(2)
    model = GapNet(backbone).eval()
    x = torch.randn(1, 3, 64, 64)
    found = cam(model, x, 3)
    g = gradients(model, x, 3, "backbone")
    torch.testing.assert_close(
        grad_cam(g.A, g.G) * 64, found.M.clamp(min=0), atol=1e-4, rtol=1e-4
    )


def by_package(method, model, layer, x, c):
    """grad-cam パッケージの地図（0〜1 にそろえ，入力の大きさに引き伸ばしたもの）。"""
    target = hooks.find_layer(model, layer)
    with method(model=model, target_layers=[target]) as explain:
        return explain(input_tensor=x, targets=[ClassifierOutputTarget(c)])[0]


def as_package(L, x):
    """同じそろえ方（0〜1 にし，引き伸ばし，もう一度 0〜1 にする）を，こちらの地図に施す。"""

    def scaled(values):
        values = values - values.min()
        return values / (1e-7 + values.max())

    L = scaled(np.maximum(L.detach().numpy(), 0))
    return scaled(cv2.resize(L, (x.shape[3], x.shape[2])))


@pytest.mark.parametrize(("name", "layer"), ZOO.items())
@pytest.mark.parametrize(
    ("method", "ours"), [(GradCAM, grad_cam), (HiResCAM, hires_cam)]
)
def test_equals_the_grad_cam_package(name, layer, method, ours):
    model = zoo_model(name)
    x = torch.randn(1, 3, 96, 64)
    for c in range(40):  # 学習していないので，地図が真っ暗なクラスもある
        g = gradients(model, x, c, layer)
        if grad_cam(g.A, g.G).max() > 0:
            break
    expected = by_package(method, model, layer, x, c)
    np.testing.assert_allclose(as_package(ours(g.A, g.G), x), expected, atol=2e-4)
    assert expected.max() > 0.9


@pytest.mark.parametrize("layer", ["_act", "_blocks.10", "_blocks.3"])
def test_equals_the_package_on_the_real_network(net, layer):
    x = net.input(photos.load("coffee"))
    g = gradients(net.model, x, 967, layer)
    expected = by_package(GradCAM, net.model, layer, x, 967)
    np.testing.assert_allclose(as_package(grad_cam(g.A, g.G), x), expected, atol=2e-4)


@pytest.mark.parametrize("name", ["resnet18", "vgg11", "alexnet"])
def test_guided_backprop_equals_the_package(name):
    model = zoo_model(name)
    x = torch.randn(1, 3, 96, 96)
    ours = guided_backprop(model, x, 4).permute(1, 2, 0).numpy()
    theirs = GuidedBackpropReLUModel(model=zoo_model(name), device="cpu")(x, 4)
    np.testing.assert_allclose(ours, theirs, atol=1e-6 + 1e-4 * np.abs(theirs).max())
    assert np.abs(theirs).max() > 0


def test_guided_backprop_by_hand():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[1.0, 2, 3], [4, 5, 6]]))
        model[3].weight.copy_(torch.tensor([[1.0, -1]]))
        model[1].bias.zero_()
    g = guided_backprop(model, torch.ones(1, 3, 1, 1), 0)
    assert g.flatten().tolist() == [1, 2, 3]  # 負の勾配の道は捨てられる


def test_guided_backprop_leaves_the_model_as_it_was(net):
    x = net.input(photos.load("coffee"))
    before = net.model(x)
    guided_backprop(net.model, x, 3)
    assert torch.equal(net.model(x), before)


def test_network_without_relu_is_refused():
    with pytest.raises(ValueError, match="ReLU がない"):
        guided_backprop(zoo_model("efficientnet_b0"), torch.randn(1, 3, 64, 64), 0)


def test_guided_grad_cam_is_the_product():
    L = torch.tensor([[0.0, 2.0]])
    product = guided_grad_cam(L, torch.ones(3, 2, 4))
    assert product.shape == (3, 2, 4)
    assert product[0, 0].tolist() == [0, 0.5, 1.5, 2]


def test_hires_sum_is_the_score_when_the_rest_is_linear():
    torch.manual_seed(0)
    model = left_task.LeftNet().eval()
    x = torch.randn(1, 3, 64, 64)
    g = gradients(model, x, 2, "backbone")
    score = float(hires_cam(g.A, g.G).sum() + model.fc.bias[2].detach())
    assert score == pytest.approx(g.y, abs=1e-4)


def test_two_classes_in_one_picture_give_two_maps(net):
    views = [net.view(photos.load(name)) for name in ("camera", "coffee")]
    picture, regions = side_by_side(*views)
    x = net.eyes.tensor(picture)
    for name, region in zip(("camera", "coffee"), regions, strict=True):
        g = gradients(net.model, x, SUBJECTS[name], "_blocks.15")
        assert share_inside(grad_cam(g.A, g.G), region) > 0.8


def test_last_layer_knows_the_place_and_early_layers_do_not(net):
    assert named_share(net, "_act", 0) > 0.85
    assert named_share(net, "_blocks.4", 0) < 0.7


def test_gradients_of_early_layers_know_the_place_when_smoothed(net):
    """偶然に近いのは層だけのせいではない：場所ごとの勾配をならせば，名指した側に寄る。"""
    grad, hires = [], []
    for one in compositions(net, 77):
        x = net.eyes.tensor(one.picture)
        for c, region in zip(one.classes, one.regions, strict=True):
            g = gradients(net.model, x, c, "_blocks.10")
            L = (g.G.mean((1, 2), keepdim=True) * g.A).sum(0)  # ReLU の前
            both = torch.stack([L, hires_cam(g.A, g.G)])[None]
            both = torch.nn.functional.avg_pool2d(
                both, 7, 1, 3, count_include_pad=False
            )[0]
            grad.append(share_inside(both[0], region))
            hires.append(share_inside(both[1], region))
    assert np.mean(grad) < 0.7
    assert np.mean(hires) > 0.75


@pytest.mark.parametrize("c", [1000, -1, 1.5, "tripod"])
def test_wrong_class_number_lists_the_valid_ones(net, c):
    x = torch.zeros(1, 3, 32, 32)
    with pytest.raises(ValueError, match="0 から 999 まで"):
        gradients(net.model, x, c, "_act")
    with pytest.raises(ValueError, match="0 から 999 まで"):
        guided_backprop(net.model, x, c)


def test_wrong_layer_lists_the_valid_ones(net):
    x = torch.zeros(1, 3, 32, 32)
    with pytest.raises(
        ValueError, match=r"もしかして: _blocks\.1.*使える層: _conv_stem"
    ):
        gradients(net.model, x, 0, "blocks.15")
    with pytest.raises(ValueError, match="使える層: _conv_stem") as caught:
        gradients(net.model, x, 0, "_fc")
    assert "_fc" not in str(caught.value).split("使える層")[1]
    assert "_blocks.15" in map_layers(net.model, x)


def test_works_where_parameters_are_frozen():
    model = GapNet("残差型").eval()
    for p in model.parameters():
        p.requires_grad_(False)
    g = gradients(model, torch.rand(1, 3, 64, 64), 1, "backbone")
    assert g.G.abs().sum() > 0
    assert all(p.grad is None for p in model.parameters())


def test_grad_cam_lights_what_was_not_used_and_hires_cam_does_not():
    found = left_task.measure(left_task.train(60), 30)
    assert found.accuracy > 0.9
    assert found.hidden < 0.15  # 右を隠しても，得点はほとんど変わらない
    assert found.grad_cam > 0.4  # それでも Grad-CAM は右を光らせる
    assert found.hires_cam < found.grad_cam - 0.15


def test_randomising_does_not_touch_the_original(net):
    before = {k: v.clone() for k, v in net.model.state_dict().items()}
    broken = list(sanity.randomised(net.model, [["_fc"], ["_conv_head"]]))
    for key, value in net.model.state_dict().items():
        assert torch.equal(value, before[key])
    new, old = (m._fc.weight.detach().std() for m in (broken[-1], net.model))
    assert float(new) == pytest.approx(float(old), rel=0.05)
    assert not torch.equal(broken[-1]._conv_head.weight, net.model._conv_head.weight)


@pytest.fixture(scope="module")
def checked():
    return [sanity.check_photos(seed) for seed in range(4)]


def test_sanity_check_needs_many_photos(checked):
    """一枚では決まらない：Grad-CAM は，写真と種によって，変わったりほとんど変わらなかったりする。"""
    each = np.array([one["Grad-CAM"].broken for one in checked])  # (種, 写真)
    assert each.shape == (4, len(photos.PHOTOS))
    assert (each > 0.6).any()
    assert (each < 0).any()
    between = checked[0]["Grad-CAM"].between
    assert 0.2 < between < 0.5  # 別の写真の地図も，よく似ている
    assert each.mean() < between - 0.1


def test_guided_backprop_hardly_changes_on_any_photo(checked):
    each = np.array([one["誘導逆伝播"].broken for one in checked])
    assert each.min() > 0.85
    assert checked[0]["誘導逆伝播"].between < 0.2


def test_a_map_that_never_saw_the_picture_passes_the_check(checked):
    """検査を通ることは，地図が意味を持つ証拠にならない（対照）。"""
    noise = np.mean([one["雑音"].broken.mean() for one in checked])
    assert noise < np.mean([one["Grad-CAM"].broken.mean() for one in checked]) + 0.2
    assert abs(noise) < 0.3


@pytest.mark.parametrize("stages", [0, 4])
def test_sanity_check_knows_three_stages(stages):
    with pytest.raises(ValueError, match=f"1 から 3 .*{stages}"):
        sanity.check_photos(0, stages)


def test_cascade_starts_at_one_and_keeps_every_method(net):
    x = net.input(photos.load("chelsea"))
    curves = sanity.cascade(
        net.model, sanity.TOP_STAGES[:2], lambda m: sanity.explanations(m, x, 282)
    )
    assert set(curves) == {"Grad-CAM", "誘導逆伝播", "Guided Grad-CAM", "雑音"}
    for values in curves.values():
        assert len(values) == 3
        assert values[0] == 1
    assert curves["誘導逆伝播"][-1] > 0.9


def test_similarity_of_flat_maps_is_zero():
    assert sanity.similarity(torch.zeros(3, 3), torch.rand(3, 3)) == 0
    a = torch.rand(4, 4)
    assert sanity.similarity(a, a * 2 + 1) == pytest.approx(1)


def test_guided_backprop_depends_on_the_weights_near_the_input(net):
    """出口の側だけでは変わらず，入口の側だけでも変わる。輪郭の強さの順とは，写真しだいで違う。"""
    stages = [["_fc"], ["_conv_head"]]
    for first, last in ((15, 12), (11, 9), (8, 5), (4, 0)):
        stages.append([f"_blocks.{n}" for n in range(first, last - 1, -1)])
    x = net.input(photos.load("chelsea"))

    def lines(model):
        pixels = guided_backprop(model, x, SUBJECTS["chelsea"])
        return {"絵": pixels.abs().sum(0)}

    (values,) = sanity.cascade(net.model, stages, lines, seed=1).values()
    assert min(values[:5]) > 0.85
    assert values[6] < 0.4
    (broken,) = sanity.randomised(net.model, stages[-1:])  # 入口の側だけ
    only = sanity.similarity(lines(net.model)["絵"], lines(broken)["絵"])
    assert only < 0.5
    grey = x[0].mean(0).numpy()
    edges = torch.from_numpy(ndimage.gaussian_gradient_magnitude(grey, 1))
    assert sanity.similarity(lines(net.model)["絵"], edges) < 0.2
    horse = photos.load("horse")  # 輪郭のほかに何もない影絵では，粗い輪郭とよく合う
    x = net.input(horse)
    shown = guided_backprop(net.model, x, net.top(horse, 1)[0][0]).abs().sum(0)
    edges = ndimage.gaussian_gradient_magnitude(x[0].mean(0).numpy(), 4)
    assert sanity.similarity(shown, torch.from_numpy(edges)) > 0.7


def test_the_left_task_gives_the_same_maps_with_other_seeds():
    """同じ動物なら Grad-CAM は左右に分かれ，HiResCAM は左に寄る。違う動物なら，どちらも左に寄る。"""
    rng = np.random.default_rng(5000)
    for seed in (1, 2):
        net = left_task.train(seed=seed)
        found = left_task.measure(net, 20)
        assert found.hidden < 0.15
        assert 0.4 < found.grad_cam < 0.6
        assert found.hires_cam < 0.3
        right = []
        for _ in range(20):
            left, other = map(int, rng.choice(6, 2, replace=False))
            x = left_task.to_input(left_task.picture(left, other, rng)[None])
            g = gradients(net, x, left, "backbone")
            maps = grad_cam(g.A, g.G), hires_cam(g.A, g.G).clamp(min=0)
            right.append([float(m[:, 4:].sum() / m.sum()) for m in maps])
        grad, hires = np.mean(right, axis=0)
        assert grad < min(0.2, hires)
