"""少ない手書き数字で，変形の利益を測る。材料は scikit-learn に入っている 8 × 8 の数字。

``python -m lessons.recognition.augmentation.few`` が，すべての枚数と種で測り，
``few.csv`` に書く（約 1 分）。頁は，その記録を読む。
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

from lessons import runtime
from lessons.recognition.augmentation.model import (
    LEFT_RIGHT,
    Augment,
    accuracy,
    flips,
    jitter,
    learn,
    together,
)
from lessons.recognition.runs import Runs

RECIPES: dict[str, tuple[str, Augment | None]] = {
    "none": ("そのまま", None),
    "jitter": ("少し揺らす", jitter(15, 0.15, 0.15)),
    "flip": ("揺らして裏返す", together(flips(LEFT_RIGHT), jitter(15, 0.15, 0.15))),
}
"""変形の名前から，頁での名前と変形を引く表。"""
EACH = (2, 5, 10, 20)
"""数字ごとの，学習の枚数。"""
SEEDS = 8
RUNS = Runs(
    Path(__file__).with_name("few.csv"),
    {"recipe": tuple(RECIPES), "each": EACH, "seed": range(SEEDS)},
)
"""すべての変形・枚数・種で測った記録。"""


@lru_cache(maxsize=1)
def _digits() -> tuple[torch.Tensor, torch.Tensor]:
    """手書き数字 ``(1797, 1, 16, 16)``，0〜1 と，数字 ``(1797,)``。2 倍に引き伸ばす。"""
    found = load_digits()
    x = torch.from_numpy(found.images).float()[:, None] / 16
    x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    return x, torch.from_numpy(found.target)


def split(each: int, seed: int) -> tuple[torch.Tensor, ...]:
    """学習の絵と名前，試験の絵と名前。学習は数字ごとに ``each`` 枚，試験は残りの 500 枚。

    Raises:
        ValueError: ``each`` が 1〜100 でないとき。
    """
    if not 1 <= each <= 100:
        raise ValueError(f"枚数 {each} を，1〜100 にしてください。")
    x, y = _digits()
    order = np.random.default_rng(seed).permutation(len(y))
    train = [k for d in range(10) for k in order[y[order] == d][:each]]
    rest = np.setdiff1d(order, train, assume_unique=True)[:500]
    return x[train], y[train], x[rest], y[rest]


def score(recipe: str, each: int, seed: int, steps: int = 150) -> float:
    """試験の正答率。

    Raises:
        ValueError: 知らない変形のとき。使える名前を挙げる。
    """
    if recipe not in RECIPES:
        raise ValueError(
            f"変形 {recipe!r} はありません。使える名前: {'，'.join(RECIPES)}"
        )
    device = runtime.device()
    x, y, test_x, test_y = (part.to(device) for part in split(each, seed))
    net = learn(x, y, RECIPES[recipe][1], seed=seed, steps=steps)
    return accuracy(net, test_x, test_y)


def recorded() -> dict[str, np.ndarray]:
    """記録した正答率。変形の名前から ``(枚数, 種)`` を引く表。"""
    return dict(zip(RECIPES, RUNS.read(), strict=True))


if __name__ == "__main__":
    RUNS.write(score)
