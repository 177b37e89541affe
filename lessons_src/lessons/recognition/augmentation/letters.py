"""裏返しの経験は，b と d の取り違えに移るか。

一段目で，でたらめな形の名前を学ぶ。そのとき形を裏返すかどうかだけを変える。
二段目で，文字の b，d，p，q を，裏返さずに学ぶ。見るのは，学び初めの取り違えである。
文字は，立てたものと，90 度寝かせたものの二組にする。左右の裏返しと上下の裏返しで，
画素の違いが，全体として等しくなる。
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons.recognition.augmentation.drawings import SIDE, Paper, letter
from lessons.recognition.augmentation.model import (
    LEFT_RIGHT,
    UP_DOWN,
    flips,
    jitter,
    learn,
    together,
)

WAYS = {"left_right": LEFT_RIGHT, "up_down": UP_DOWN, "none": None}
"""一段目の裏返し方。"""
NAMES = 8
"""文字の名前の数：b，d，p，q と，それを 90 度寝かせたもの。"""
_NOISE = 0.4


def random_shape(corners: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """四つの点を結んだ形 ``(24, 24)``。``corners`` は ``(4, 2)``。点は少し揺れる。"""
    paper = Paper(SIDE, rng)
    at = corners + rng.uniform(-1, 1, corners.shape)
    paper.line(*[(float(x), float(y)) for x, y in at])
    return paper.pixels()


def shapes(
    kinds: int, each: int, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """でたらめな形の絵 ``(N, 1, 24, 24)`` と番号 ``(N,)``。"""
    places = np.array([(x, y) for y in (5, 12, 19) for x in (5, 12, 19)], float)
    found = []
    for _ in range(kinds):
        corners = places[rng.permutation(9)[:4]]
        found += [random_shape(corners, rng) for _ in range(each)]
    x = torch.from_numpy(np.stack(found))[:, None]
    return x, torch.arange(kinds).repeat_interleave(each)


def letters(each: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """文字の絵 ``(8 × each, 1, 24, 24)`` と番号。0〜3 が b d p q，4〜7 が寝かせたもの。"""
    found = []
    for lying in (False, True):
        for which in range(4):
            for _ in range(each):
                b = letter(0, rng)
                b = np.rot90(b) if lying else b
                mirrored = (b, b[:, ::-1], b[::-1], b[::-1, ::-1])[which]
                found.append(np.ascontiguousarray(mirrored))
    x = torch.from_numpy(np.stack(found))[:, None]
    return x, torch.arange(NAMES).repeat_interleave(each)


def noisy(x: torch.Tensor, _: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """雑音を足す変形。"""
    return x + _NOISE * torch.randn(x.shape, generator=g)


_LOOK = together(jitter(8, 0.08, 0.1), noisy)


def reader(
    seed: int, way: str, *, steps: int = 200, lessons: int = 20, rate: float = 3e-3
) -> nn.Module:
    """一段目で形を，二段目で文字を学んだネットワーク。

    Args:
        seed: 形，文字，重みの種。
        way: 一段目の裏返し方（``WAYS``）。
        steps: 一段目の学習の回数。0 なら，一段目がない。
        lessons: 二段目の学習の回数。
        rate: 学習率。

    Raises:
        ValueError: 知らない裏返し方のとき。使える名前を挙げる。
    """
    if way not in WAYS:
        raise ValueError(
            f"裏返し方 {way!r} はありません。使える名前: {'，'.join(WAYS)}"
        )
    rng = np.random.default_rng(seed)
    x, y = shapes(48, 5, rng)
    axis = WAYS[way]
    look = _LOOK if axis is None else together(flips(axis), _LOOK)
    net = learn(x, y, look, seed=seed, steps=steps, rate=rate)
    net.fc = nn.Linear(net.fc.in_features, NAMES)
    x, y = letters(12, rng)
    g = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(net.fc.parameters(), 3 * rate)
    with torch.no_grad():
        views = [net.layers(_LOOK(x, y, g)) for _ in range(4)]
    seen, named = torch.cat(views), y.repeat(len(views))
    for _ in range(lessons):
        at = torch.randint(len(seen), (64,), generator=g)
        optimiser.zero_grad()
        F.cross_entropy(net.fc(seen[at]), named[at]).backward()
        optimiser.step()
    return net.eval()


@torch.no_grad()
def confusions(net: nn.Module, seed: int) -> torch.Tensor:
    """新しい文字への答えの確率の平均 ``(3,)``：正しい文字，左右の鏡像，上下の鏡像。"""
    rng = np.random.default_rng(seed + 500_000)
    x, y = letters(24, rng)
    p = net(_LOOK(x, y, torch.Generator().manual_seed(seed))).softmax(dim=1)
    rows = torch.arange(len(y))
    # 番号の下 2 ビット：1 の位が左右，2 の位が上下の裏返し
    return torch.stack([p[rows, y ^ bit].mean() for bit in (0, 1, 2)])


def mirror_confusions(
    seed: int,
    control: str = "",
    *,
    way: str = "left_right",
    steps: int = 200,
    lessons: int = 20,
    rate: float = 3e-3,
) -> float:
    """取り違えの指数：(左右の鏡像 − 上下の鏡像) ÷ 和。正なら b と d を，b と p より取り違える。

    対照は ``none``（裏返さない），``up_down``（上下に裏返す），``untrained``（一段目がない）。
    """  # fmt: skip
    net = reader(
        seed, "none" if control == "untrained" else control or way,
        steps=0 if control == "untrained" else steps, lessons=lessons, rate=rate,
    )  # fmt: skip
    _, left_right, up_down = confusions(net, seed)
    return float((left_right - up_down) / (left_right + up_down))
