"""同じ比較を，4 倍長く学習して測る。変形の方が下に見えたのは，学び終えていなかったからか。

``python -m lessons.recognition.augmentation.few_longer`` が測り，``few_longer.csv`` に書く（約 2 分）。
頁は，その記録を読む。
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lessons.recognition.augmentation import few
from lessons.recognition.runs import Runs

EACH = 20
"""数字ごとの，学習の枚数。"""
STEPS = 600
"""学習の回数。``few`` は 150 回。"""
RUNS = Runs(
    Path(__file__).with_name("few_longer.csv"),
    {"recipe": tuple(few.RECIPES), "seed": range(few.SEEDS)},
)
"""すべての変形と種で測った記録。"""


def score(recipe: str, seed: int) -> float:
    """20 枚ずつ，600 回学んだときの，試験の正答率。"""
    return few.score(recipe, EACH, seed, steps=STEPS)


def recorded() -> dict[str, np.ndarray]:
    """記録した正答率。変形の名前から，種の順の ``(8,)`` を引く表。"""
    return dict(zip(few.RECIPES, RUNS.read(), strict=True))


if __name__ == "__main__":
    RUNS.write(score)
