"""章 recognition/resnet の練習。"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from lessons import runtime
from lessons.answers import number
from lessons.exercises import Exercise
from lessons.recognition.resnet.model import Block, StackedNet, gradient_norms

LOW, HIGH = 1e-3, 10.0
"""よいことにする，入口の塊の勾配の大きさ。"""


def first_gradient(spread: float) -> float:
    """近道も正規化もない 10 塊のネットの，入口の塊の勾配の大きさ。"""
    runtime.seed_everything(0)
    net = StackedNet("plain", 10, normalise=False, spread=spread)
    return float(gradient_norms(net)[0])


def _spread(answer: Any) -> str | None:
    size = first_gradient(float(answer))
    if LOW <= size <= HIGH:
        return None
    if size < LOW:
        return f"入口の勾配は {size:.1e} です。小さすぎるので，spread を大きくしてください。"
    return (
        f"入口の勾配は {size:.1e} です。大きすぎるので，spread を小さくしてください。"
    )


def _quiet(answer: Any) -> str | None:
    if not callable(answer):
        return "塊を受け取り，中の重みを書き換える関数を渡してください。"
    runtime.seed_everything(0)
    block = Block(4, skip=True)
    x = torch.rand(2, 4, 8, 8)
    with torch.no_grad():
        answer(block)
        out = block(x)
    if not block.skip:
        return "近道を切ると，入力が通りません。skip は真のままにしてください。"
    if torch.allclose(out, F.relu(x), atol=1e-6):
        return None
    return "まだ F(x) が 0 になっていません。最後に通る norm2 の倍率（weight）を見てください。"


def _do_nothing(block: Block) -> None:
    """よくある間違い：何も変えない。"""


def _cut(block: Block) -> None:
    """よくある間違い：近道のほうを切る。"""
    block.skip = False


def _solved(block: Block) -> None:
    """正解の例：最後の倍率を 0 にする。"""
    assert isinstance(block.norm2, torch.nn.BatchNorm2d)
    block.norm2.weight.zero_()


EXERCISES = [
    Exercise(
        name="resnet/quiet",
        judge=_quiet,
        solution=_solved,
        praise="倍率を 0 にするだけで，塊は入力をそのまま通します。",
        known_wrong=((_do_nothing, "0 になっていません"), (_cut, "skip"), (0, "関数")),
    ),
    Exercise(
        name="resnet/spread",
        judge=_spread,
        solution=0.17,
        praise="He の方法は，この値を √(2 / 入力の数) で決めます。ここでは 0.17 ほどです。",
        known_wrong=((0.05, "小さすぎる"), (0.6, "大きすぎる")),
    ),
    Exercise(
        name="resnet/shared",
        answer=number(
            224,
            (16352, "それは，別々の重みを使うとき（shared=False）の差です。"),
            (0, "畳み込みは同じでも，時刻ごとのバッチ正規化があります。"),
            otherwise="二つのネットの重みの数を，p.numel() の和で数え，引いてください。",
            unit="個",
        ),
        solution=224,
        praise="増えたのは，時刻ごとのバッチ正規化だけです。",
        known_wrong=((16352, "shared=False"), (0, "バッチ正規化"), (100, "numel")),
    ),
]
