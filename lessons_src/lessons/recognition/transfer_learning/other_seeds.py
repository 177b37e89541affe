"""1 枚ずつの，画素と目の読み出しの順を，``more_seeds`` にない種で確かめる。

``python -m lessons.recognition.transfer_learning.other_seeds`` が測り，``other_seeds.csv`` に書く（約 2 分）。
頁は，その記録を読む。
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lessons.recognition.runs import Runs
from lessons.recognition.transfer_learning import more_seeds

READOUTS = {"": "リッジ回帰", "_mean": "平均に近い名前"}
"""``more_seeds.METHODS`` の名前の終わりから，読み方の名前を引く表。"""
SEEDS = range(10, 26)
RUNS = Runs(
    Path(__file__).with_name("other_seeds.csv"),
    {
        "seed": SEEDS,
        "method": tuple(
            f"{eye}{end}" for end in READOUTS for eye in ("pixels", "probe")
        ),
    },
)
"""1 枚ずつ学んだときの，試験の正答率の記録。"""


def score(seed: int, method: str) -> float:
    """記録の一行の値。"""
    return more_seeds.score(method, 1, seed)


def gains() -> dict[str, np.ndarray]:
    """記録から，読み方の名前ごとに，画素 − 目の正答率 ``(種,)`` を引く表。"""
    pairs = np.moveaxis(RUNS.read().reshape(len(SEEDS), len(READOUTS), 2), 1, 0)
    return {
        title: pixels - eye
        for title, (pixels, eye) in zip(
            READOUTS.values(), pairs.transpose(0, 2, 1), strict=True
        )
    }


if __name__ == "__main__":
    RUNS.write(score)
