"""Grad-CAM とその仲間：勾配を重みにして，場所を持つ地図のある層で，地図を描く。

Selvaraju et al. (2017, 2020) の記号に合わせ，特徴地図を ``A``，クラス c の得点を
``y``，その勾配 ∂y/∂A を ``G``，一枚ごとの重みを ``alpha``，地図を ``L`` と書く。
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode

from lessons import hooks
from lessons.attention.composites import compositions, share_inside
from lessons.weights.classifier import Classifier


@dataclass(frozen=True)
class Gradients:
    """ある層の特徴地図と，得点の勾配。"""

    A: torch.Tensor  # (K, H, W)
    G: torch.Tensor  # (K, H, W)
    y: float  # ソフトマックスに入る前の得点


def gradients(model: nn.Module, x: torch.Tensor, c: int, layer: str) -> Gradients:
    """クラス c の得点を，層の出力で微分する。

    Args:
        model: 分類器。評価の状態（eval）にしておく。
        x: 入力 ``(1, 3, H, W)``。
        c: クラス番号。
        layer: 層の名前。出力が ``(1, K, H, W)`` の形のもの。

    Raises:
        ValueError: 層の名前かクラス番号が違うとき（使えるものを挙げる），学習の状態のとき。
    """
    hooks.check_evaluating(model)
    with torch.enable_grad(), hooks.captured(model, layer) as outputs:
        # 重みを止めてあるネットワークでも，入力からの勾配は流れる。
        logits = model(hooks.check_input(x).detach().requires_grad_())  # (1, C)
        c = hooks.check_class(c, logits.shape[1])
        A = outputs.get(layer)
        if A is None or A.ndim != 4:
            raise ValueError(
                f"層 {layer!r} の出力は，場所を持つ地図 (1, K, H, W) ではありません。"
                f"使える層: {', '.join(map_layers(model, x))}"
            )
        (G,) = torch.autograd.grad(logits[0, c], A)
    return Gradients(A[0].detach(), G[0], float(logits[0, c].detach()))


@torch.no_grad()
def map_layers(model: nn.Module, x: torch.Tensor) -> list[str]:
    """出力が場所を持つ地図になる層の名前を並べる。学習の状態なら ValueError。"""
    hooks.check_evaluating(model)
    names = hooks.layer_names(model)
    with hooks.captured(model, *names) as outputs:
        model(x)
    return [n for n in names if n in outputs and outputs[n].ndim == 4]


def grad_cam(A: torch.Tensor, G: torch.Tensor) -> torch.Tensor:
    """Grad-CAM（2017 年の論文の式 1 と 2）。

    Args:
        A: 特徴地図 ``(K, H, W)``。
        G: 得点の勾配 ``(K, H, W)``。

    Returns:
        地図 ``(H, W)``，0 以上。
    """
    alpha = G.mean(dim=(1, 2))  # (K,)：一枚ごとに，勾配を平均する
    return F.relu(torch.einsum("k,khw->hw", alpha, A))


def hires_cam(A: torch.Tensor, G: torch.Tensor) -> torch.Tensor:
    """HiResCAM（Draelos & Carin, 2020）。勾配を平均せず，場所ごとにかける。

    Returns:
        地図 ``(H, W)``。この層の後が線形なら，合計とバイアスの和が得点になる。
    """
    return (G * A).sum(dim=0)


class _GuidedReLU(torch.autograd.Function):
    """前向きは ReLU。後ろ向きは，正の勾配だけを，正の入力へ返す。"""

    @staticmethod
    def forward(ctx: Any, z: torch.Tensor, top: float) -> torch.Tensor:
        ctx.save_for_backward((z > 0) & (z < top))
        return z.clamp(0, top)

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> tuple[torch.Tensor, None]:
        (passed,) = ctx.saved_tensors
        return g * passed * (g > 0), None


class _Guided(TorchFunctionMode):
    """この間に呼ばれた ReLU と ReLU6 を，どの書き方でも ``_GuidedReLU`` に取り替える。"""

    TOPS = {  # noqa: RUF012
        F.relu: float("inf"),
        torch.relu: float("inf"),
        torch.Tensor.relu: float("inf"),
        torch.relu_: float("inf"),
        torch.Tensor.relu_: float("inf"),
        F.relu6: 6.0,
    }
    IN_PLACE = (torch.relu_, torch.Tensor.relu_)

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if func in self.TOPS:
            self.count += 1
            z = args[0] if args else (kwargs or {})["input"]
            if func in self.IN_PLACE:
                return z.copy_(_GuidedReLU.apply(z.clone(), self.TOPS[func]))
            return _GuidedReLU.apply(z, self.TOPS[func])
        return func(*args, **(kwargs or {}))


def guided_backprop(model: nn.Module, x: torch.Tensor, c: int) -> torch.Tensor:
    """誘導逆伝播（Springenberg et al., 2014）。得点を，入力の画素へ伝え戻す。

    Returns:
        ``(3, H, W)``。

    Raises:
        ValueError: クラス番号が違うとき，ReLU のないネットワークのとき，学習の状態のとき。
    """
    hooks.check_evaluating(model)
    pixels = hooks.check_input(x).detach().clone().requires_grad_()
    with torch.enable_grad():
        with _Guided() as guided:
            logits = model(pixels)
        c = hooks.check_class(c, logits.shape[1])
        if guided.count == 0:
            raise ValueError(
                "このネットワークには ReLU がないため，誘導逆伝播を使えません。"
                "grad_cam か hires_cam を使ってください。"
            )
        (g,) = torch.autograd.grad(logits[0, c], pixels)
    return g[0]


def guided_grad_cam(L: torch.Tensor, guided: torch.Tensor) -> torch.Tensor:
    """Grad-CAM を画素の大きさに引き伸ばし，誘導逆伝播にかける。

    Args:
        L: Grad-CAM ``(h, w)``。
        guided: 誘導逆伝播 ``(3, H, W)``。

    Returns:
        ``(3, H, W)``。
    """
    size = (guided.shape[1], guided.shape[2])
    full = F.interpolate(L[None, None], size=size, mode="bilinear")[0]  # (1, H, W)
    return full * guided


def named_share(net: Classifier, layer: str, seed: int) -> float:
    """二枚を並べた絵で，名指した方の写真に入る Grad-CAM の割合（偶然なら 0.5）。

    章 attention/cam の ``localisation_effect`` と同じ 6 枚の絵を使う。
    """
    found = []
    for composed in compositions(net, seed):
        x = net.eyes.tensor(composed.picture)
        for c, region in zip(composed.classes, composed.regions, strict=True):
            g = gradients(net.model, x, c, layer)
            found.append(share_inside(grad_cam(g.A, g.G), region))
    return float(np.mean(found))
