"""全体と部分の実験：大きな図形の違いと，小さな図形の違いの，どちらに速く気づくか。"""

from __future__ import annotations

import numpy as np

from lessons.experiments import Experiment, Trial
from lessons.experiments.pictures import pair
from lessons.recognition.perceptual_effects import same_or_different as task

LARGE, SMALL = "大きな図形が違う", "小さな図形が違う"
SHAPES = {3: 1.0, 4: 1.0, 5: 0.45, 8: 0.4}
"""頂点の数から，内側の頂点の半径（1 なら，ふつうの多角形）。"""


def corners(number: int, radius: float) -> np.ndarray:
    """図形の頂点 ``(N, 2)``。"""
    t = np.linspace(0, 2 * np.pi, 2 * number, endpoint=False) - np.pi / 2
    r = radius * np.where(np.arange(2 * number) % 2, SHAPES[number], 1.0)
    points = np.stack([r * np.cos(t), r * np.sin(t)], axis=1)
    return points[::2] if SHAPES[number] == 1 else points


def figure(large: int, small: int) -> str:
    """小さな図形を，大きな図形の輪郭に並べる。"""
    ends = np.vstack([corners(large, 84), corners(large, 84)[:1]])
    walked = np.r_[0, np.cumsum(np.linalg.norm(np.diff(ends, axis=0), axis=1))]
    at = np.linspace(0, walked[-1], round(walked[-1] / 25), endpoint=False)
    little = np.round(corners(small, 9)).astype(int)
    steps = "".join(f"l{x} {y}" for x, y in np.diff(little, axis=0)) + "z"
    path = "".join(
        f"M{112 + np.interp(s, walked, ends[:, 0]) + little[0, 0]:.0f} "
        f"{112 + np.interp(s, walked, ends[:, 1]) + little[0, 1]:.0f}{steps}"
        for s in at
    )
    return f'<path d="{path}"/>'


def experiment(seed: int = 0) -> Experiment:
    """同じか違うかの実験。モデルには，違う対と同じ図形を見せる。"""
    g = np.random.default_rng(seed)
    sets = []
    for _ in range(task.POOL):
        a, b, c, d = (int(k) for k in g.permutation(list(SHAPES)))
        sets.append((figure(a, b), figure(c, b), figure(a, d)))
    trials = [
        trial
        for base, large, small in sets
        for trial in (
            Trial(LARGE, "different", pair(base, large)),
            Trial(SMALL, "different", pair(base, small)),
            *[
                Trial(task.SAME, "same", pair(one, one), repeats=2 * task.REPEATS)
                for one in (base, large)
            ],
        )
    ]
    return Experiment(
        name="global-local",
        title="全体と部分の実験",
        instructions=(
            "二つの図形が，すっかり同じなら「同じ」，大きな形か小さな形が違えば「違う」を，できるだけ速く押します。",
            "全部で 32 回，2 分ほどです。",
        ),
        example=pair(*sets[0][:2]),
        responses=task.RESPONSES,
        trials=trials,
        repeats=task.REPEATS,
        score="index",
        unit="正なら，大きな図形の違いに速く気づく",
        contrasts={"全体の優先": (SMALL, LARGE)},
        others=task.others("global_advantage", "人間", "全体の優先", sets),
    )
