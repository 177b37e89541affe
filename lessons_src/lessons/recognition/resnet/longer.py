"""学習の回数を増やした記録：近道の有無，塊の数，回数，種ごとの，学習の絵の正答率。

``python -m lessons.recognition.resnet.longer`` が，すべてを測り，``longer.csv`` に書く
（一つのコアで 6 分ほど）。頁は，その記録を読む。
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lessons.recognition.resnet.model import KINDS, error_rates, trained
from lessons.recognition.runs import Runs

BLOCKS = (3, 10)
STEPS = (100, 400)
SEEDS = 5
RUNS = Runs(
    Path(__file__).with_name("longer.csv"),
    {"kind": tuple(KINDS), "blocks": BLOCKS, "steps": STEPS, "seed": range(SEEDS)},
)
"""すべての組み合わせの記録。"""


def training_errors() -> dict[str, np.ndarray]:
    """学習の絵の誤りの割合。近道の有無の名前から ``(塊の数, 回数, 種)`` を引く表。"""
    return dict(zip(KINDS, 1 - RUNS.read(), strict=True))


if __name__ == "__main__":
    RUNS.write(
        lambda kind, blocks, steps, seed: (
            1 - error_rates(trained(kind, blocks, seed, steps=steps))[0]
        )
    )
