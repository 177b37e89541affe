"""回した絵に残る成績を，答えの偏りを除いて測り直す。

``rotation`` の答えは，32 の名前から選ぶ。半分の物だけを回して学ぶと，回した絵には「回して学んだ物」の名前を
答えがちになる。ここでは，回さずに学んだ 16 の名前だけから選ばせた成績も測る。

``python -m lessons.recognition.augmentation.kept_names`` が測り，``kept_names.csv`` に書く（約 1 分）。
頁は，その記録を読む。
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch

from lessons.recognition.augmentation.model import (
    jitter,
    learn,
    quarter_turns,
    together,
)
from lessons.recognition.augmentation.rotation import TURNS, course, tolerance
from lessons.recognition.runs import Runs

CONCEPTS = 32
WAYS = ("none", "half")
"""学習で回す物：どれも回さない，前半だけ回す。"""
MEASURES = ("all", "kept", "said_turned")
"""全部の名前から選んだ正答率，後半の名前だけから選んだ正答率，前半の名前を答えた割合。"""
RUNS = Runs(
    Path(__file__).with_name("kept_names.csv"),
    {"way": WAYS, "measure": MEASURES, "turn": TURNS, "seed": range(6)},
)
"""後半の物の，角度ごとの値の記録。"""


@cache
def measured(way: str, seed: int) -> np.ndarray:
    """後半の（回さずに学んだ）物を見せたときの値 ``(MEASURES, TURNS)``。"""
    half, lesson = CONCEPTS // 2, course(seed, CONCEPTS)
    augment = jitter()
    if way == "half":
        augment = together(quarter_turns(torch.arange(half)), augment)
    net = learn(lesson.x, lesson.y, augment, seed=seed, steps=150, rate=3e-3)
    right, columns = torch.arange(half, CONCEPTS), []
    for number in range(len(TURNS)):
        with torch.no_grad():
            scores = net(torch.rot90(lesson.test[half:], number, (2, 3)))
        said, kept = scores.argmax(dim=1), scores[:, half:].argmax(dim=1) + half
        hits = torch.stack([said == right, kept == right, said < half])
        columns.append(hits.float().mean(dim=1).numpy())
    return np.stack(columns, axis=1)


def score(way: str, measure: str, turn: int, seed: int) -> float:
    """記録の一行の値。"""
    found = measured(way, seed)
    return float(found[MEASURES.index(measure), TURNS.index(turn)])


def remaining(way: str) -> dict[str, np.ndarray]:
    """記録から，残る成績 ``(種,)`` を引く表。``all`` は 32，``kept`` は 16 の名前から選ぶ。"""
    found = RUNS.read()[WAYS.index(way)]
    return {
        measure: np.array(
            [
                tolerance(u, t, 1 / names)
                for u, t in zip(row[0], row[1:].mean(axis=0), strict=True)
            ]
        )
        for measure, names, row in zip(
            MEASURES[:2], (CONCEPTS, CONCEPTS // 2), found[:2], strict=True
        )
    }


def turned_names(way: str) -> np.ndarray:
    """記録から，回した絵に，前半の物の名前を答えた割合 ``(種,)``。"""
    return RUNS.read()[WAYS.index(way), -1, 1:].mean(axis=0)


if __name__ == "__main__":
    RUNS.write(score)
