"""CAM：分類の得点を，画像の場所ごとに分ける地図。

Zhou, Khosla, Lapedriza, Oliva & Torralba (2016), CVPR. 記号は論文に合わせ，
最後の特徴地図を ``A``（論文では f），クラス c への重みを ``w``，地図を ``M`` と書く。
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from lessons import hooks


def class_activation_map(A: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """特徴地図を，重みをかけて足し合わせる（論文の式 2）。

    Args:
        A: 最後の特徴地図 ``(K, H, W)``。
        w: クラス c への重み ``(K,)``。

    Returns:
        CAM ``(H, W)``。平均は，バイアスを除いたクラス c の得点に等しい。
    """
    return torch.einsum("k,khw->hw", w, A)


@dataclass(frozen=True)
class Cam:
    """CAM と，それが説明する得点。"""

    M: torch.Tensor  # (H, W)
    score: float  # ソフトマックスに入る前の得点 S_c
    bias: float  # 線形層のバイアス b_c
    layer: str  # A を取り出した層


@torch.no_grad()
def cam(model: nn.Module, x: torch.Tensor, c: int, layer: str = "") -> Cam:
    """GAP と線形層一枚で終わるネットワークの CAM を求める。

    Args:
        model: 分類器。評価の状態（eval）にしておく。
        x: 入力 ``(1, 3, H, W)``。
        c: クラス番号。
        layer: 特徴地図を取り出す層の名前。省くと，GAP の直前の層。

    Raises:
        ValueError: 層の名前かクラス番号が違うとき，GAP で終わらないとき（使えるものを挙げる），
            学習の状態のとき。
    """
    hooks.check_evaluating(model)
    fc = _last_linear(model)
    c = hooks.check_class(c, fc.out_features)
    if layer:
        hooks.find_layer(model, layer)
    maps, logits = _maps_before_gap(model, fc, hooks.check_input(x))
    if not maps:
        raise ValueError(
            "このネットワークは GAP と線形層一枚で終わっていないため，CAM を使えません。"
            "lessons.attention.grad_cam.model を使ってください。"
        )
    layer = layer or min(maps, key=len)
    if layer not in maps:
        raise ValueError(
            f"層 {layer!r} は GAP の直前ではありません。CAM に使える層: {', '.join(maps)}"
        )
    A = maps[layer][0]  # (K, H, W)
    bias = 0.0 if fc.bias is None else float(fc.bias[c])
    M = class_activation_map(A, fc.weight[c])  # (H, W)
    return Cam(M, float(logits[0, c]), bias, layer)


def _last_linear(model: nn.Module) -> nn.Linear:
    found = [m for m in model.modules() if isinstance(m, nn.Linear)]
    if not found:
        raise ValueError(
            "このネットワークには線形層がないため，CAM を使えません。"
            "lessons.attention.grad_cam.model を使ってください。"
        )
    return found[-1]


def _maps_before_gap(
    model: nn.Module, fc: nn.Linear, x: torch.Tensor
) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """場所の平均が線形層の入力に等しい特徴地図を，層の名前で引けるようにして返す。"""
    names = [name for name, module in model.named_modules() if name]
    entered: list[torch.Tensor] = []
    hook = fc.register_forward_pre_hook(
        lambda module, inputs: entered.append(inputs[0])
    )
    try:
        with hooks.captured(model, *names) as outputs:
            logits = model(x)
    finally:
        hook.remove()
    found = _pooled(outputs, entered)
    if not found:  # DenseNet のように，層の後の ReLU を関数で呼ぶネットワーク
        found = _pooled({name: A.relu() for name, A in outputs.items()}, entered)
    return found, logits


def _pooled(
    outputs: dict[str, torch.Tensor], entered: list[torch.Tensor]
) -> dict[str, torch.Tensor]:
    return {
        name: A for name, A in outputs.items() if entered and _is_pooled(A, entered[-1])
    }


def _is_pooled(A: torch.Tensor, a: torch.Tensor) -> bool:
    """``A`` ``(1, K, H, W)`` の場所の平均が ``a`` ``(1, K)`` に等しいか。"""
    if A.ndim != 4 or A.shape[:2] != a.shape or A[0, 0].numel() == 1:
        return False
    return torch.allclose(A.mean(dim=(2, 3)), a, rtol=1e-4, atol=1e-5)
