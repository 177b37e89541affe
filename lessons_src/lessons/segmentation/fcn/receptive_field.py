"""受容野：一つのますが，画像のどこまでを見ているか。

計算で決まる理論上の受容野と，勾配で測る実効受容野（Luo ほか 2016）。
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lessons.segmentation.backbone import Backbone


def theoretical_field(backbone: Backbone, stage: int) -> tuple[int, int]:
    """理論上の受容野の一辺 r と，ますの間隔 j（どちらも画素）を返す。

    畳み込み（カーネル k，間引き s）を通るごとに，r を (k − 1) j だけ足し，
    j を s 倍する。

    Args:
        backbone: 背骨。
        stage: 段の番号。0 が最初。
    """
    r, j = 1, 1
    for block in _stages(backbone, stage):
        for layer in block.modules():
            if isinstance(layer, nn.Conv2d):
                r += (layer.kernel_size[0] - 1) * j
                j *= layer.stride[0]
    return r, j


def gradient_field(backbone: Backbone, stage: int, images: Tensor, seed: int) -> Tensor:
    """まんなかのますの値が，各画素の変化にどれだけ応えるか（勾配の大きさ）。

    Args:
        backbone: 背骨。
        stage: 段の番号。
        images: 画像 ``(B, 3, H, W)``。
        seed: チャンネルを混ぜる乱数の種。

    Returns:
        ``(H, W)``。画像と色で平均した勾配の絶対値。合計は 1。
    """
    _stages(backbone, stage)
    if not torch.isfinite(images).all():
        raise ValueError("画像に有限でない値があります。取り除いてください。")
    pixels = images.clone().requires_grad_(True)
    training = backbone.training
    maps = backbone.eval()(pixels)[stage]  # (B, C, h, w)
    backbone.train(training)
    row, column = maps.shape[2] // 2, maps.shape[3] // 2
    g = torch.Generator().manual_seed(seed)
    mix = torch.randn(maps.shape[:2], generator=g)  # (B, C)
    (slope,) = torch.autograd.grad((maps[:, :, row, column] * mix).sum(), pixels)
    found = slope.abs().mean(dim=(0, 1))  # (H, W)
    total = found.sum()
    if not torch.isfinite(total) or total <= 0:
        raise ValueError(
            "勾配が 0 か，有限でありません。背骨と画像を確かめてください。"
        )
    return found / total


def effective_side(field: Tensor, stride: int, share: float = 0.9) -> int:
    """勾配の ``share`` が入る正方形の一辺（画素）。中心は，まんなかのます。

    Args:
        field: ``gradient_field`` の地図 ``(H, W)``，合計 1。
        stride: ますの間隔 j（画素）。
        share: 入る割合。0 より大きく 1 以下。
    """
    if not 0 < share <= 1:
        raise ValueError(
            f"share は 0 より大きく 1 以下にしてください（受け取った値: {share}）。"
        )
    height, width = field.shape
    row = -(-height // stride) // 2 * stride
    column = -(-width // stride) // 2 * stride
    y = (torch.arange(height) - row).abs()[:, None]
    x = (torch.arange(width) - column).abs()[None]
    ring = torch.maximum(y, x)  # 中心からの距離（縦か横の大きい方）
    inside = torch.bincount(ring.flatten(), weights=field.flatten().double())
    reached = torch.cumsum(inside, 0) >= share - 1e-6
    return 2 * int(reached.int().argmax()) + 1


def _stages(backbone: Backbone, stage: int) -> list[nn.Module]:
    """段 ``stage`` までの層。"""
    if not 0 <= stage < len(backbone.widths):
        raise ValueError(
            f"段 {stage} はありません。0 から {len(backbone.widths) - 1} までです。"
        )
    return list(backbone.stages)[: stage + 1]


def as_convolution(linear: nn.Linear, channels: int, side: int) -> nn.Conv2d:
    """全結合層を，同じ重みの畳み込み層にする（Long ほか 2015）。

    Args:
        linear: ``channels × side × side`` 個の入力を持つ全結合層。
        channels: 入力の地図の枚数。
        side: 全結合層が見ていた地図の一辺。

    Returns:
        カーネルの一辺が ``side`` の畳み込み層。大きな地図では，位置ごとに答える。
    """
    outputs, inputs = linear.weight.shape
    if inputs != channels * side * side:
        raise ValueError(
            f"全結合層の入力は {inputs} 個ですが，{channels} × {side} × {side} は "
            f"{channels * side * side} 個です。channels と side を確かめてください。"
        )
    layer = nn.Conv2d(channels, outputs, side, bias=linear.bias is not None)
    with torch.no_grad():
        layer.weight.copy_(linear.weight.reshape(outputs, channels, side, side))
        if layer.bias is not None:
            layer.bias.copy_(linear.bias)
    return layer
