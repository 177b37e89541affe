"""章 attention/grad_cam の効果。"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import nn

from lessons.attention.grad_cam.model import grad_cam, gradients, guided_backprop
from lessons.attention.grad_cam.sanity_checks import randomised, similarity
from lessons.effects import Effect
from lessons.stimuli import photos
from lessons.weights import efficientnet_lite0

_PAPER = "Adebayo ほか（2018）"


def _by_grad_cam(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    g = gradients(model, x, 282, "_act")
    return grad_cam(g.A, g.G)


def _by_guided(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return guided_backprop(model, x, 282).abs().sum(0)


_METHODS = {"grad_cam": _by_grad_cam, "guided": _by_guided}


@lru_cache(maxsize=1)
def _network() -> tuple[nn.Module, torch.Tensor]:
    net = efficientnet_lite0.pretrained()
    return net.model, net.input(photos.load("chelsea"))


@lru_cache(maxsize=2)
def _original(method: str) -> torch.Tensor:
    """乱す前の地図。種によらないので，一度だけ求める。"""
    return _METHODS[method](*_network())


def _after_randomising(method: str, seed: int) -> float:
    """最後の二段を乱した後の地図と，元の地図との順位の相関。"""
    model, x = _network()
    *_, broken = randomised(model, [["_fc"], ["_conv_head"]], seed=seed)
    return similarity(_original(method), _METHODS[method](broken, x))


EFFECTS = [
    Effect(
        name="重みを乱すと，Grad-CAM の地図は変わる",
        chapter="attention/grad_cam",
        paper=_PAPER,
        reported="Grad-CAM は，重みを乱すと地図が変わり，検査を通った",
        quantity="最後の二段の重みを乱した後の，元の地図との順位の相関",
        measure=lambda seed: _after_randomising("grad_cam", seed),
        high=0.6,
    ),
    Effect(
        name="重みを乱しても，誘導逆伝播の絵は変わらない",
        chapter="attention/grad_cam",
        paper=_PAPER,
        reported="誘導逆伝播は，上の層の重みを乱しても変わらず，検査を通らなかった",
        quantity="最後の二段の重みを乱した後の，元の絵との順位の相関",
        measure=lambda seed: _after_randomising("guided", seed),
        low=0.9,
    ),
]
