"""名前で層を選び，計算の途中でその出力を取り出す（フック）。間違えたときは，使える名前を挙げる。"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle


def layer_names(model: nn.Module) -> list[str]:
    """人が選ぶのにちょうどよい細かさで，層の名前を並べる。

    ``Sequential`` と ``ModuleList`` は中へ一段ずつ入り，ほかは一つの層とみなす。
    """

    def walk(module: nn.Module, prefix: str) -> Iterator[str]:
        for name, child in module.named_children():
            path = prefix + name
            if not isinstance(child, nn.ModuleList):
                yield path
            if isinstance(child, nn.Sequential | nn.ModuleList):
                yield from walk(child, path + ".")

    return list(walk(model, ""))


def find_layer(model: nn.Module, name: str) -> nn.Module:
    """名前で層を返す。

    Raises:
        ValueError: その名前の層がないとき。使える名前を挙げる。
    """
    every = dict(model.named_modules())
    if name and name in every:
        return every[name]
    close = difflib.get_close_matches(str(name), every, n=3)
    hint = f"もしかして: {', '.join(close)}。" if close else ""
    raise ValueError(
        f"層 {name!r} はありません。{hint}使える層: {', '.join(layer_names(model))}"
    )


def check_class(c: int, classes: int) -> int:
    """クラス番号を確かめて返す。

    Raises:
        ValueError: 整数でない，または範囲の外のとき。
    """
    whole = isinstance(c, int) or hasattr(c, "__index__")
    if isinstance(c, bool) or not whole or not 0 <= int(c) < classes:
        raise ValueError(
            f"クラス番号 {c!r} は使えません。0 から {classes - 1} までの整数にしてください。"
        )
    return int(c)


def check_input(x: torch.Tensor) -> torch.Tensor:
    """入力が写真一枚 ``(1, 3, H, W)`` であることを確かめて返す。"""
    if x.ndim != 4 or x.shape[0] != 1:
        raise ValueError(
            f"入力は写真一枚 (1, 3, 高さ, 幅) にしてください（受け取った形: {tuple(x.shape)}）。"
        )
    return x


def check_evaluating(model: nn.Module) -> nn.Module:
    """評価の状態（eval）であることを確かめて返す。

    学習の状態で計算すると，バッチ正規化の平均が書き換わり，ドロップアウトで答えが揺れる。

    Raises:
        ValueError: 学習の状態の層があるとき。その名前を言う。
    """
    for name, module in model.named_modules():
        if module.training and isinstance(module, _CHANGED_BY_TRAINING):
            raise ValueError(
                f"層 {name or type(module).__name__!r} が学習の状態です。"
                "先に model.eval() を呼んでください。"
            )
    return model


_CHANGED_BY_TRAINING = (
    nn.modules.batchnorm._NormBase,
    nn.modules.dropout._DropoutNd,
)


@contextmanager
def captured(model: nn.Module, *names: str) -> Iterator[dict[str, torch.Tensor]]:
    """この間に計算された，名前の層の出力を取っておく。

    先の層には写しを渡す。先の層がその場で（in-place）書き換えても，取っておいたものは変わらない。
    微分もできる。

    例::

        with captured(model, "layer4") as outputs:
            logits = model(x)
        A = outputs["layer4"]  # (B, K, H, W)
    """
    outputs: dict[str, torch.Tensor] = {}

    def keep(name: str) -> RemovableHandle:
        def hook(module: nn.Module, inputs: object, output: object) -> object:
            if not isinstance(output, torch.Tensor):
                return None
            outputs[name] = output
            return output.clone()

        return find_layer(model, name).register_forward_hook(hook)

    hooks = [keep(name) for name in names]
    try:
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()
