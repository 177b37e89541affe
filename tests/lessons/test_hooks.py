"""フック：取り出したものは先の計算に書き換えられず，学習の状態のネットワークは断られる。"""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from lessons import hooks
from lessons.attention.cam.model import cam
from lessons.attention.grad_cam.model import gradients, guided_backprop, map_layers

X = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def resnet() -> nn.Module:
    torch.manual_seed(0)
    return torchvision.models.resnet18(weights=None).eval()


class Copied(nn.Module):
    """層の出力を控え，写しを先へ渡す（比べる相手）。"""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.kept = self.layer(x)
        return self.kept.clone()


def test_a_layer_before_an_in_place_operation_keeps_its_output(resnet):
    found = gradients(resnet, X, 3, "layer4.1.bn2")  # この後に out += identity がある
    other = copy.deepcopy(resnet)
    other.layer4[1].bn2 = Copied(other.layer4[1].bn2)
    score = other(X)[0, 3]
    kept = other.layer4[1].bn2.kept
    (slope,) = torch.autograd.grad(score, kept)
    assert torch.equal(found.A, kept[0])
    assert torch.equal(found.G, slope[0])
    assert found.y == score.item()


def test_nested_layers_are_kept_and_the_answer_does_not_change(resnet):
    with torch.no_grad(), hooks.captured(resnet, "layer4", "layer4.1") as seen:
        answer = resnet(X)
    assert torch.equal(seen["layer4"], seen["layer4.1"])
    with torch.no_grad():
        assert torch.equal(answer, resnet(X))


@pytest.mark.parametrize(
    "call",
    [
        lambda net: gradients(net, X, 0, "layer4"),
        lambda net: map_layers(net, X),
        lambda net: guided_backprop(net, X, 0),
        lambda net: cam(net, X, 0),
    ],
    ids=["gradients", "map_layers", "guided_backprop", "cam"],
)
def test_training_mode_is_refused_and_statistics_stay(resnet, call):
    net = copy.deepcopy(resnet).train()
    before = net.bn1.running_mean.clone()
    with pytest.raises(ValueError, match=r"層 'bn1' が学習の状態.*model\.eval"):
        call(net)
    assert torch.equal(net.bn1.running_mean, before)


class Written(nn.Module):
    """ReLU をいろいろに書いた，同じ重みのネットワーク。"""

    def __init__(self, way: str) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.a, self.b = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3)
        self.fc, self.way = nn.Linear(4, 5), way

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self._relu(self.b(self._relu(self.a(x))))
        return self.fc(x.mean(dim=(2, 3)))

    def _relu(self, x: torch.Tensor) -> torch.Tensor:
        if self.way == "その場":
            x.relu_()  # 返り値を使わない
            return x
        ways = {
            "x.relu()": lambda: x.relu(),
            "torch.relu_": lambda: torch.relu_(x),
            "input=": lambda: F.relu(input=x),
            "inplace": lambda: F.relu(x, inplace=True),
        }
        return ways[self.way]()


@pytest.mark.parametrize("way", ["x.relu()", "torch.relu_", "input=", "その場"])
def test_guided_backprop_sees_every_way_to_write_relu(way):
    expected = guided_backprop(Written("inplace"), X[..., :16, :16], 1)
    assert torch.equal(guided_backprop(Written(way), X[..., :16, :16], 1), expected)
