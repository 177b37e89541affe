"""五つの学び手を，同じ絵，同じ回数で学習する。

違うのは，どこまでを人が決めたかだけ。どれも，交差エントロピーを Adam で下げる。
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from lessons import runtime
from lessons.readings.bitter_lesson import hog
from lessons.readings.bitter_lesson.letters import SIDE

CLASSES = 10
BATCH = 64
"""一回の学習に使う絵の数。"""
RATE = 3e-3

View = Callable[[torch.Tensor], torch.Tensor]
"""絵 ``(B, 1, 24, 24)`` から，学習する部分が受け取る値。"""


@dataclass(frozen=True)
class Learner:
    """学び手一つ。"""

    title: str
    view: View  # 人が決めた部分
    make: Callable[[int, int], nn.Module]  # 値の数と幅から，学習する部分を作る


def eye(width: int = 16) -> nn.Sequential:
    """畳み込み 3 層。``(B, 1, 24, 24)`` → ``(B, 72 × width)``。"""
    layers: list[nn.Module] = []
    channels = 1
    for c_out, stride in ((width, 2), (2 * width, 2), (2 * width, 1)):
        layers += [
            nn.Conv2d(channels, c_out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(c_out),
            nn.ReLU(),
        ]
        channels = c_out
    return nn.Sequential(*layers, nn.Flatten())


def _cnn(_: int, width: int) -> nn.Module:
    return nn.Sequential(eye(width), nn.Linear(72 * width, CLASSES))


def _linear(values: int, _: int) -> nn.Module:
    return nn.Sequential(
        nn.BatchNorm1d(values, affine=False), nn.Linear(values, CLASSES)
    )


def _mlp(values: int, width: int) -> nn.Module:
    return nn.Sequential(
        nn.BatchNorm1d(values, affine=False),
        nn.Linear(values, 8 * width),
        nn.ReLU(),
        nn.Linear(8 * width, CLASSES),
    )


def _pixels(x: torch.Tensor) -> torch.Tensor:
    return x.flatten(1)


def _centred(x: torch.Tensor) -> torch.Tensor:
    return x - 0.5


@torch.no_grad()
def _untrained(x: torch.Tensor) -> torch.Tensor:
    """学習していない畳み込み 3 層の値 ``(B, 1152)``。重みは，いつも同じ。"""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = eye().to(x.device)
    return torch.cat([net(part) for part in _centred(x).split(500)])


LEARNERS = {
    "pixels": Learner("画素＋線形", _pixels, _linear),
    "untrained": Learner("未学習の CNN＋線形", _untrained, _linear),
    "hog": Learner("HOG＋線形", hog.features, _linear),
    "hog_mlp": Learner("HOG＋MLP", hog.features, _mlp),
    "cnn": Learner("CNN", _centred, _cnn),
}
"""名前から学び手を引く表。"""


def learner(name: str) -> Learner:
    """名前の学び手。

    Raises:
        ValueError: 知らない名前のとき。近い名前を挙げる。
    """
    if name not in LEARNERS:
        near = difflib.get_close_matches(str(name), LEARNERS, n=2, cutoff=0.3)
        raise ValueError(
            f"学び手 {name!r} はありません。近い名前: {'，'.join(near or LEARNERS)}"
        )
    return LEARNERS[name]


Data = tuple[torch.Tensor, torch.Tensor]
"""絵 ``(N, 1, 24, 24)`` と，名前の番号 ``(N,)``。"""


Say = Callable[[torch.Tensor], torch.Tensor]
"""絵 ``(B, 1, 24, 24)`` から，答えの番号 ``(B,)``。"""


def learn(
    name: str,
    training: Data,
    *,
    steps: int,
    seed: int = 0,
    width: int = 16,
    view: View | None = None,
    watch: Callable[[int, Say], None] | None = None,
) -> Say:
    """学び手を学習し，絵に答える関数を返す。

    Args:
        name: 学び手の名前。
        training: 学習の絵と名前。
        steps: 学習の回数。
        seed: 重みの初めの値と，絵を引くくじの種。
        width: CNN の初めの層のチャンネルの数。MLP の中間の素子は，その 8 倍。
        view: 人が決めた部分を，この関数に替える。
        watch: 一回学ぶたびに，回数と，いまの答える関数を受け取る関数。

    Raises:
        ValueError: 知らない学び手のとき，または絵の形が違うとき。
    """
    chosen = learner(name)
    shape = tuple(training[0].shape[1:])
    if shape != (1, SIDE, SIDE):
        raise ValueError(
            f"絵の形 {shape} を，(1, {SIDE}, {SIDE}) にしてください（枚数は除きます）。"
        )
    device = runtime.device()
    look = view or chosen.view
    x, y = look(training[0].to(device)), training[1].to(device)
    g = runtime.seed_everything(seed)
    net = chosen.make(x.flatten(1).shape[1], width).to(device)
    optimiser = torch.optim.Adam(net.parameters(), RATE)

    @torch.no_grad()
    def say(pictures: torch.Tensor) -> torch.Tensor:
        net.eval()
        parts = look(pictures.to(device)).split(500)
        found = torch.cat([net(part).argmax(dim=1) for part in parts])
        net.train()
        return found

    for step in range(1, steps + 1):
        at = torch.randint(len(y), (BATCH,), generator=g).to(device)
        optimiser.zero_grad()
        F.cross_entropy(net(x[at]), y[at]).backward()
        optimiser.step()
        if watch is not None:
            watch(step, say)
    return say


def accuracy(say: Say, test: Data) -> float:
    """正答率。"""
    x, y = test
    return float((say(x).cpu() == y).float().mean())


def curve(
    name: str, training: Data, test: Data, *, stops: Sequence[int], **parameters: Any
) -> list[float]:
    """学習の途中と終わりの，試験の正答率。

    Args:
        name: 学び手の名前。
        training, test: 学習と試験の絵と名前。
        stops: 正答率を測る学習の回数。小さい順。
        parameters: ``learn`` の ``seed``，``width``，``view``。

    Returns:
        ``stops`` の順の正答率。
    """
    found = []

    def watch(step: int, say: Say) -> None:
        if step in stops:
            found.append(accuracy(say, test))

    learn(name, training, steps=max(stops), watch=watch, **parameters)
    return found


def learned_weights(name: str, width: int = 16) -> int:
    """学習で決まる数の個数。"""
    chosen = learner(name)
    values = chosen.view(torch.zeros(2, 1, SIDE, SIDE)).flatten(1).shape[1]
    return sum(p.numel() for p in chosen.make(values, width).parameters())
