"""点の模様の分類：原型をゆがめた例から学び，原型と新しい例を分ける（Homa & Vosburgh, 1976 の課題）。

模様は 9 個の点の座標，つまり 18 個の数で表す。三つの類の原型をでたらめに決め，
例は，原型の座標に正規乱数を足して作る。学ぶ例の数は，類ごとに 3，6，9 個にする。
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import nn

from lessons import runtime

SIZES = (3, 6, 9)
"""三つの類の，学ぶ例の数。"""
DISTORTIONS = {"low": 0.35, "medium": 0.7, "high": 1.1}
"""例のゆがみ：座標に足す乱数の標準偏差（原型の座標の標準偏差を 1 とする）。"""
CONTROLS = ("shuffled", "untrained", "stored")
_COORDINATES = 18
_TESTS = 200  # ゆがみごと，類ごとの，新しい例の数


@lru_cache(maxsize=256)
def accuracies(
    seed: int,
    control: str = "",
    *,
    hidden: int = 40,
    rate: float = 0.3,
    steps: int = 300,
    distortion: float = 2.25,
) -> dict[str, tuple[float, ...]]:
    """交差エントロピーで学ばせ，原型と新しい例の正答率を測る。

    Args:
        seed: 原型，例，重みの種。
        control: ``shuffled`` なら，学ぶ例の類を入れ替える。``untrained`` なら学ばせない。
            ``stored`` なら，何も学ばず，覚えた例のうち，いちばん近いものの類を答える。
        hidden: 隠れ層の大きさ。
        rate: 学習率。
        steps: 学習の回数。毎回，すべての例を見る。
        distortion: ゆがみの倍率。2.25 で，新しい例の正答率の平均が人間の 0.83 に近くなる。

    Returns:
        ``{"prototype" か DISTORTIONS の名前: 類の大きさごとの正答率}``。
    """
    if control not in ("", *CONTROLS):
        raise ValueError(
            f"対照 {control!r} はありません。使える名前: {'，'.join(CONTROLS)}"
        )
    g = runtime.seed_everything(seed)
    prototypes = torch.randn(len(SIZES), _COORDINATES, generator=g)
    spreads = [distortion * spread for spread in DISTORTIONS.values()]

    def distorted(kind: int, spread: float, count: int) -> torch.Tensor:
        noise = torch.randn(count, _COORDINATES, generator=g)
        return prototypes[kind] + spread * noise

    x = torch.cat(
        [
            distorted(kind, spreads[i % len(spreads)], 1)
            for kind, size in enumerate(SIZES)
            for i in range(size)
        ]
    )
    y = torch.repeat_interleave(torch.arange(len(SIZES)), torch.tensor(SIZES))
    if control == "shuffled":
        y = y[torch.randperm(len(y), generator=g)]
    net = nn.Sequential(
        nn.Linear(_COORDINATES, hidden), nn.ReLU(), nn.Linear(hidden, len(SIZES))
    )
    optimiser = torch.optim.SGD(net.parameters(), rate)
    for _ in range(0 if control in ("untrained", "stored") else steps):
        optimiser.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimiser.step()

    @torch.no_grad()
    def right(tests: torch.Tensor, kind: int) -> float:
        if control == "stored":
            said = y[torch.cdist(tests, x).argmin(dim=1)]
        else:
            said = net(tests).argmax(dim=1)
        return float((said == kind).double().mean())

    kinds = range(len(SIZES))
    found = {"prototype": tuple(right(prototypes[k : k + 1], k) for k in kinds)}
    for name, spread in zip(DISTORTIONS, spreads, strict=True):
        found[name] = tuple(right(distorted(k, spread, _TESTS), k) for k in kinds)
    return found


def prototype_advantage(seed: int, control: str = "", **parameters: float) -> float:
    """原型の正答率 − 大きくゆがんだ新しい例の正答率（三つの類の平均）。"""
    found = accuracies(seed, control, **parameters)
    pairs = zip(found["prototype"], found["high"], strict=True)
    return sum(a - b for a, b in pairs) / len(SIZES)


def category_size_effect(seed: int, control: str = "", **parameters: float) -> float:
    """大きくゆがんだ新しい例の正答率：9 個学んだ類 − 3 個学んだ類。"""
    found = accuracies(seed, control, **parameters)["high"]
    return found[-1] - found[0]
