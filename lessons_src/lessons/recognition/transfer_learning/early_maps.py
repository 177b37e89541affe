"""学習していない目でも，入口に近い地図から読み出せば，名前を言えるか。

``model`` の対照は，目の出口（GAP）だけを読む。ここでは，三つめの塊の後の地図を 8 × 8 に縮めて読む。

``python -m lessons.recognition.transfer_learning.early_maps`` が測り，``early_maps.csv`` に書く（約 1 分）。
頁は，その記録を読む。
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from lessons.recognition.networks import inputs, network
from lessons.recognition.runs import Runs
from lessons.recognition.transfer_learning import model

EYES = {"untrained": "未学習の目", "trained": "学習ずみの目"}
"""目の名前から，頁での名前を引く表。"""
EACH = (1, 6)
"""概念ごとの，学習の枚数。"""
SEEDS = 8
BLOCKS, CELLS = 3, 8
RUNS = Runs(
    Path(__file__).with_name("early_maps.csv"),
    {"eye": tuple(EYES), "each": EACH, "seed": range(SEEDS)},
)
"""すべての目・枚数・種で測った，試験の正答率の記録。"""


@torch.no_grad()
def features(
    pictures: np.ndarray, control: str = "", seed: int = 0, side: int = model.SIDE
) -> torch.Tensor:
    """入口に近い地図 ``(N, C × 8 × 8)``。

    Args:
        pictures: ``(N, H, W)`` か ``(N, H, W, 3)``，uint8。
        control, seed: ``model.halfway`` と同じ。
        side: 目に見せる絵の一辺（画素）。
    """
    eye = network(control, seed)
    found = []
    for x in inputs(pictures).split(64):
        h = F.interpolate(x, size=side, mode="area")
        h = F.relu6(eye._bn0(eye._conv_stem(h)))
        for block in list(eye._blocks)[:BLOCKS]:
            h = block(h)
        found.append(F.adaptive_avg_pool2d(h, CELLS).flatten(1))
    return torch.cat(found)


def score(eye: str, each: int, seed: int) -> float:
    """リッジ回帰で読み出したときの，学習にない描き方の絵の正答率。"""
    control = "untrained" if eye == "untrained" else ""
    lesson = model.course(seed, each)
    x, new = (features(p, control, seed) for p in (lesson.pictures, lesson.tested))
    said = model.readout(x, lesson.names, new)
    return float((said.argmax(dim=1) == torch.arange(len(new))).float().mean())


def recorded() -> dict[str, np.ndarray]:
    """記録した正答率。目の名前から ``(枚数, 種)`` を引く表。"""
    return dict(zip(EYES, RUNS.read(), strict=True))


if __name__ == "__main__":
    RUNS.write(score)
