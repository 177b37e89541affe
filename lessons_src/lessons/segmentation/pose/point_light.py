"""光る点だけの人を，MoveNet に一枚ずつ見せる。"""

from __future__ import annotations

import numpy as np

from lessons.segmentation.pose.controls import shuffled, untrained
from lessons.stimuli import walkers
from lessons.weights import movenet

RADIUS = 4.0
"""点の半径（画素）。"""
JITTER = 0.01
"""関節の場所を，一人ずつずらす大きさ（身長に対する比の標準偏差）。"""
WALKERS = 8
"""一つの種で作る人の数。"""
STEP = 6
"""何枚おきに見せるか。"""


def walker(rng: np.random.Generator, jitter: float = JITTER) -> np.ndarray:
    """体つき，歩幅，向きが少しずつ違う，歩く人 ``(24, 13, 2)``。"""
    moves = walkers.walk()
    way = rng.choice([-1.0, 1.0])
    shape = np.array([way * rng.uniform(0.8, 1.2), 1.0])
    return moves * shape + rng.normal(0, jitter, (1, moves.shape[1], 2))


def confidence(
    net: movenet.PoseEstimator, moves: np.ndarray, radius: float = RADIUS
) -> float:
    """点の絵を何枚か見せたときの，17 の特徴点の確信度の平均。"""
    read = [net.keypoints(walkers.dots(p, radius=radius)) for p in moves[::STEP]]
    return float(np.mean([points[:, 2].mean() for points in read]))


def inversion_index(
    seed: int, control: str = "", *, radius: float, jitter: float
) -> np.ndarray:
    """（歩く人の確信度 − 逆さの確信度）÷ 和。一人に一つの値 ``(8,)``。

    Args:
        seed: 歩く人の種。
        control: ``scrambled`` は点の置き場所を混ぜた人，``untrained`` は学習していない
            MoveNet，``shuffled`` は重みを並べ替えた MoveNet。
        radius: 点の半径（画素）。
        jitter: 関節のずれ。
    """
    net = movenet.pretrained()
    if control == "untrained":
        net = movenet.PoseEstimator(untrained(movenet.MoveNet, seed))
    elif control == "shuffled":
        net = movenet.PoseEstimator(shuffled(net.model, seed))
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(WALKERS):
        moves = walker(rng, jitter)
        if control == "scrambled":
            moves = walkers.scramble(moves, rng)
        up, down = (
            confidence(net, m, radius) for m in (moves, walkers.upside_down(moves))
        )
        found.append((up - down) / (up + down))
    return np.array(found)
