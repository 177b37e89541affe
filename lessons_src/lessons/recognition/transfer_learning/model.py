"""写真で学んだ目を，別の課題に使う：読み出しだけを学ぶ，終わりの段も学び直す，初めから学ぶ。

目は EfficientNet-Lite0。終わりの一段より前は，どの方法でも変えないので，一度だけ計算する。
"""

from __future__ import annotations

import copy
import difflib
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lessons import runtime
from lessons.recognition.augmentation.model import jitter, learn
from lessons.recognition.networks import inputs, network
from lessons.stimuli import naming_pictures

SIDE = 96
"""目に入れる絵の一辺（画素）。"""
METHODS = {
    "probe": "読み出しだけ",
    "finetune": "終わりの段も",
    "scratch": "初めから",
    "pixels": "画素の読み出し",
    "untrained": "未学習の目",
}
"""方法の名前から，頁での名前を引く表。"""


class Tail(nn.Module):
    """目の終わりの一段と，読み出し。``(B, 192, 3, 3)`` → 得点 ``(B, classes)``。"""

    def __init__(self, classes: int, control: str = "", seed: int = 0) -> None:
        super().__init__()
        eye = network(control, seed)
        self.block = copy.deepcopy(eye._blocks[-1])  # (B, 320, 3, 3)
        self.head = copy.deepcopy(nn.Sequential(eye._conv_head, eye._bn1, eye._act))
        self.fc = nn.Linear(1280, classes)

    def features(self, middle: torch.Tensor) -> torch.Tensor:
        """途中の地図から，最後の特徴 ``(B, 1280)``。"""
        return self.head(self.block(middle)).mean(dim=(2, 3))

    def forward(self, middle: torch.Tensor) -> torch.Tensor:
        return self.fc(self.features(middle))


@torch.no_grad()
def halfway(pictures: np.ndarray, control: str = "", seed: int = 0) -> torch.Tensor:
    """終わりの一段の手前の地図 ``(N, 192, 3, 3)``。

    Args:
        pictures: ``(N, H, W, 3)``，uint8。
        control: 空なら学習ずみの目，``untrained`` なら学習していない目。
        seed: 学習していない目の種。
    """
    eye = network(control, seed)
    found = []
    for x in inputs(pictures).split(64):
        h = F.interpolate(x, size=SIDE, mode="area")
        h = F.relu6(eye._bn0(eye._conv_stem(h)))
        for block in list(eye._blocks)[:-1]:
            h = block(h)
        found.append(h)
    return torch.cat(found)


class Course(NamedTuple):
    """一つの種での，学習と試験の絵。"""

    pictures: np.ndarray  # (枚数 × 概念, 112, 112, 3)
    names: torch.Tensor  # (枚数 × 概念,)
    tested: np.ndarray  # (概念, 112, 112, 3) 学習にない描き方
    concepts: np.ndarray  # (概念,) 選んだ概念の番号


@lru_cache(maxsize=1)
def _all_pictures() -> dict[str, np.ndarray]:
    return {style: naming_pictures.pictures(style) for style in naming_pictures.STYLES}


def course(seed: int, each: int, concepts: int = 32) -> Course:
    """種で選んだ概念を，``each`` 通りの描き方で学ぶ。試験の描き方は，その組ごと除く。

    Raises:
        ValueError: ``each`` が 1〜6 でないとき。
    """
    if not 1 <= each <= 6:
        raise ValueError(f"枚数 {each} を，1〜6 にしてください。")
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(156)[:concepts]
    out = naming_pictures.COLOUR[rng.integers(len(naming_pictures.COLOUR))]
    rest = [style for style in naming_pictures.STYLES if not style.startswith(out)]
    styles = [rest[i] for i in rng.permutation(len(rest))[:each]]
    every = _all_pictures()
    return Course(
        np.concatenate([every[style][chosen] for style in styles]),
        torch.arange(concepts).repeat(each),
        every[out][chosen],
        chosen,
    )


def readout(
    x: torch.Tensor, y: torch.Tensor, new: torch.Tensor, penalty: float = 1.0
) -> torch.Tensor:
    """線形の読み出し（リッジ回帰）を学び，新しい絵の得点 ``(M, classes)`` を返す。

    Args:
        x: 学習の特徴 ``(N, D)``。
        y: 名前の番号 ``(N,)``。
        new: 新しい絵の特徴 ``(M, D)``。
        penalty: 罰の強さ。
    """
    mean, spread = x.mean(dim=0), x.std(dim=0) + 1e-3
    z, z_new = (x - mean) / spread, (new - mean) / spread
    target = F.one_hot(y).float()
    gram = z @ z.T / z.shape[1] + penalty * torch.eye(len(z)) / 10
    weight = torch.linalg.solve(gram, target - target.mean(dim=0))
    return z_new @ z.T @ weight / z.shape[1]


def fine_tuned(
    middle: torch.Tensor,
    y: torch.Tensor,
    *,
    seed: int = 0,
    steps: int = 40,
    rate: float = 1e-3,
) -> Tail:
    """終わりの一段と読み出しを，いっしょに学ぶ。バッチ正規化の平均と分散は変えない。"""
    g = runtime.seed_everything(seed)
    tail = Tail(int(y.max()) + 1).to(middle.device).eval()
    optimiser = torch.optim.Adam(tail.parameters(), rate)
    for _ in range(steps):
        at = torch.randint(len(middle), (32,), generator=g).to(middle.device)
        optimiser.zero_grad()
        F.cross_entropy(tail(middle[at]), y[at]).backward()
        optimiser.step()
    return tail


def score(
    method: str, each: int, seed: int, *, concepts: int = 32, steps: int = 40
) -> float:
    """一つの方法で学び，学習にない描き方の絵の正答率を返す。

    Args:
        method: ``METHODS`` のどれか。
        each: 概念ごとの，学習の枚数（1〜6）。
        seed: 概念，描き方，重みの種。
        concepts: 概念の数。
        steps: ``finetune`` の学習の回数。``scratch`` では 4 倍にする。

    Raises:
        ValueError: 知らない方法のとき。近い名前を挙げる。
    """
    if method not in METHODS:
        near = difflib.get_close_matches(str(method), METHODS, n=2, cutoff=0.3)
        raise ValueError(
            f"方法 {method!r} はありません。近い名前: {'，'.join(near or METHODS)}"
        )
    lesson = course(seed, each, concepts)
    y, true = lesson.names, torch.arange(concepts)
    with torch.no_grad():
        if method in ("scratch", "pixels"):
            side = 32 if method == "scratch" else 16
            x, new = (
                F.interpolate(inputs(p), size=side, mode="area")
                for p in (lesson.pictures, lesson.tested)
            )
        else:
            control = "untrained" if method == "untrained" else ""
            x, new = (
                halfway(p, control, seed) for p in (lesson.pictures, lesson.tested)
            )
            tail = Tail(concepts, control, seed).eval()
            seen = [tail.features(v) for v in (x, new)]
    device = runtime.device()
    if method == "scratch":
        net: nn.Module = learn(
            x.to(device), y.to(device), jitter(), seed=seed, steps=4 * steps
        )
        said = net(new.to(device)).cpu()
    elif method == "finetune":
        tail = fine_tuned(x.to(device), y.to(device), seed=seed, steps=steps)
        said = tail(new.to(device)).cpu()
    elif method == "pixels":
        said = readout(x.flatten(1), y, new.flatten(1))
    else:
        said = readout(seen[0], y, seen[1])
    return float((said.argmax(dim=1) == true).float().mean())
