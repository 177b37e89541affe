"""方法と枚数を変えて測った記録。

``python -m lessons.recognition.transfer_learning.runs`` が，すべてを測り，``runs.csv`` に書く
（約 2 分）。頁は，その記録を読む。
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lessons.recognition.runs import Runs
from lessons.recognition.transfer_learning.model import METHODS, score

EACH = (1, 2, 4, 6)
"""概念ごとの，学習の枚数。"""
SEEDS = 3
RUNS = Runs(
    Path(__file__).with_name("runs.csv"),
    {"method": tuple(METHODS), "each": EACH, "seed": range(SEEDS)},
)
"""すべての方法・枚数・種で測った記録。"""


def recorded() -> dict[str, np.ndarray]:
    """記録した正答率。方法の名前から ``(枚数, 種)`` を引く表。"""
    return dict(zip(METHODS, RUNS.read(), strict=True))


if __name__ == "__main__":
    RUNS.write(score)
