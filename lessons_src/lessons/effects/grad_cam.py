"""章 attention/grad_cam の効果。

章: attention/grad_cam
"""

from __future__ import annotations

import torch
from torch import nn

from lessons import weights
from lessons.attention.grad_cam import grad_cam, gradients, guided_backprop
from lessons.attention.sanity import Explain, cascade
from lessons.effects import Effect
from lessons.stimuli import photos

_PAPER = "Adebayo ほか（2018）"


def _after_randomising(explain_with: str, seed: int) -> float:
    """最後の二段を乱した後の地図と，元の地図との順位の相関。"""
    net = weights.efficientnet_lite0()
    x = net.input(photos.load("chelsea"))

    def by_grad_cam(model: nn.Module) -> torch.Tensor:
        g = gradients(model, x, 282, "_act")
        return grad_cam(g.A, g.G)

    def by_guided(model: nn.Module) -> torch.Tensor:
        return guided_backprop(model, x, 282).abs().sum(0)

    methods: dict[str, Explain] = {"grad_cam": by_grad_cam, "guided": by_guided}
    stages = [["_fc"], ["_conv_head"]]
    return cascade(net.model, stages, methods[explain_with], seed=seed)[-1]


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
