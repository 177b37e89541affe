"""鏡像の実験：左右の鏡像と，上下の鏡像の，どちらに「違う」と速く言えるか。"""

from __future__ import annotations

import numpy as np

from lessons.experiments import Experiment, Trial
from lessons.experiments.pictures import picture
from lessons.recognition.perceptual_effects import same_or_different as task

SIDES, ENDS = "左右の鏡像", "上下の鏡像"
FIRST, GAP = 600, 400
"""一枚めの時間と，二枚めまでの間（ms）。並べないのは，対称な対になるのを避けるため。"""


def figure(lines: np.ndarray, width: float) -> str:
    """乱数で引いた線 ``(6, 2, 2)``。まん中を (0, 0) とする。"""
    path = "".join(
        f"M{a:.0f} {b:.0f}L{c:.0f} {d:.0f}"
        for a, b, c, d in (112 + lines).reshape(-1, 4)
    )
    return (
        f'<path d="{path}" stroke="white" stroke-width="{width:.1f}" '
        'stroke-linecap="round"/>'
    )


def experiment(seed: int = 0) -> Experiment:
    """続けて見る二枚の模様が，同じか違うか。モデルには，同じ模様を見せる。"""
    g = np.random.default_rng(seed)
    sets = []
    for _ in range(task.POOL):
        lines, width = g.uniform(-85, 85, (6, 2, 2)), g.uniform(5, 8)
        turns = ((1, 1), (1, -1), (-1, 1))
        sets.append([figure(lines * turn, width) for turn in turns])
    trials = [
        trial
        for first, ends, sides in sets
        for trial in (
            _trial(SIDES, first, sides),
            _trial(ENDS, first, ends),
            _trial(task.SAME, first, first),
            _trial(task.SAME, sides, sides),
        )
    ]
    return Experiment(
        name="mirror",
        title="鏡像の実験",
        instructions=(
            "模様が二枚，続けて出ます。すっかり同じなら「同じ」，裏返しなら「違う」を，できるだけ速く押します。",
            "全部で 32 回，3 分ほどです。",
        ),
        example=picture(sets[0][0]),
        responses=task.RESPONSES,
        trials=trials,
        repeats=task.REPEATS,
        score="index",
        unit="正なら，上下の鏡像に速く気づく",
        contrasts={"左右の取り違え": (SIDES, ENDS)},
        others=task.others("mirror_confusion", "サルの細胞", "左右の取り違え", sets),
    )


def _trial(condition: str, first: str, second: str) -> Trial:
    same = condition == task.SAME
    return Trial(
        condition,
        "same" if same else "different",
        picture(second),
        before=[(picture(first), FIRST), (picture(""), GAP)],
        repeats=2 * task.REPEATS if same else None,
    )
