"""EfficientNet（Tan & Le, 2019）の部品と，重みの数・積和の回数の数え方。"""

from __future__ import annotations

from typing import Any

import torch
import torchvision
from torch import nn

ALPHA, BETA, GAMMA = 1.2, 1.1, 1.15
"""複合スケーリングの基：深さ，幅，解像度を一段で何倍にするか。"""

PUBLISHED: dict[str, tuple[int, float, float, float]] = {
    "b0": (224, 5.3, 0.39, 77.1),
    "b1": (240, 7.8, 0.70, 79.1),
    "b2": (260, 9.2, 1.0, 80.1),
    "b3": (300, 12, 1.8, 81.6),
    "b4": (380, 19, 4.2, 82.9),
    "b5": (456, 30, 9.9, 83.6),
    "b6": (528, 43, 19, 84.0),
    "b7": (600, 66, 37, 84.3),
}
"""論文の表 2 の値：入力の一辺（画素），重みの数（百万），積和の回数（十億），正答率（%）。

入力の一辺は，著者らが公開した実装の値。
"""


class SqueezeExcite(nn.Module):
    """地図の全体を見て，チャンネルごとに 0〜1 の倍率を掛ける（Hu, Shen & Sun, 2018）。

    ``(B, C, H, W)`` → ``(B, C, H, W)``。
    """

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)

    def gates(self, x: torch.Tensor) -> torch.Tensor:
        """チャンネルごとの倍率 ``(B, C)``。"""
        seen = x.mean(dim=(2, 3))  # 場所を平均する (B, C)
        return torch.sigmoid(self.excite(nn.functional.silu(self.squeeze(seen))))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gates(x)[:, :, None, None]


def empty_efficientnet(name: str) -> nn.Module:
    """torchvision の EfficientNet を，重みの値を持たずに（形だけ）作る。

    Args:
        name: ``"b0"`` から ``"b7"``。

    Raises:
        ValueError: 知らない名前のとき。使える名前を挙げる。
    """
    if name not in PUBLISHED:
        raise ValueError(
            f"EfficientNet の {name!r} はありません。使える名前: {'，'.join(PUBLISHED)}"
        )
    with torch.device("meta"):
        net: nn.Module = getattr(torchvision.models, f"efficientnet_{name}")()
    return net.eval()


def parameters(net: nn.Module) -> int:
    """学習する重みの数。"""
    return sum(p.numel() for p in net.parameters())


@torch.no_grad()
def multiply_adds(net: nn.Module, side: int) -> dict[str, int]:
    """一辺 ``side`` 画素の絵一枚にかかる，層ごとの積和の回数。

    畳み込みと全結合だけを数える。出力の一つの値に，入力の何個の値を掛けて足すかの合計。

    Args:
        net: 画像を受け取るネット。``meta`` の装置の上でもよい。
        side: 絵の一辺（画素）。

    Returns:
        層の名前から，積和の回数を引く表。

    Raises:
        ValueError: ``side`` が正の整数でないとき。
    """
    if not isinstance(side, int) or side < 1:
        raise ValueError(f"絵の一辺 {side!r} を，1 以上の整数にしてください。")
    found: dict[str, int] = {}

    def count(name: str) -> Any:
        def hook(layer: nn.Module, _: Any, output: torch.Tensor) -> None:
            weight = layer.weight
            assert isinstance(weight, torch.Tensor)
            found[name] = output.numel() * weight[0].numel()

        return hook

    hooks = [
        layer.register_forward_hook(count(name))
        for name, layer in net.named_modules()
        if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    device = next(net.parameters()).device
    net.eval()(torch.zeros(1, 3, side, side, device=device))
    for hook in hooks:
        hook.remove()
    return found


def scaled(phi: float) -> dict[str, float]:
    """複合スケーリングを φ 段したときの，深さ・幅・解像度・積和の倍率。"""
    depth, width, resolution = ALPHA**phi, BETA**phi, GAMMA**phi
    return {
        "深さ": depth,
        "幅": width,
        "解像度": resolution,
        "積和": depth * width**2 * resolution**2,
    }
