"""線の二等分の実験：いろいろな長さの線の真ん中を，指で示す。"""

from __future__ import annotations

from lessons.experiments import Experiment, Trial
from lessons.neuropsychology.neglect.reader_lines import (
    LENGTHS,
    MODELS,
    line,
    predicted,
)

POOL, REPEATS = 6, 3


def experiment() -> Experiment:
    """線の蓄えと，モデルのずれを持つ実験。"""
    trials = [
        Trial(kind, "", picture, share, target=middle)
        for number, (kind, share) in enumerate(LENGTHS.items())
        for k in range(POOL)
        for picture, middle in [line(share, 100 * number + k)]
    ]
    return Experiment(
        name="line-bisection",
        title="線の二等分の実験",
        instructions=(
            "横の線が一本出ます。線の真ん中だと思う所に触れ，印を指で動かして合わせてから，「決める」を押してください。",
            "長さを測ったり，指を折り返したりせずに，見た感じで決めます。全部で 12 本，1 分ほどです。",
        ),
        example=line(0.6, 7)[0],
        responses=(),
        trials=trials,
        repeats=REPEATS,
        score="deviation",
        unit="半分の長さの %，右が正",
        place="決める",
        fixation=300,
        practice=1,
        others={name: predicted(name) for name in MODELS},
        caution="指の太さと，持つ手でも，ずれます。一人の 12 本で，無視かどうかは決められません。",
    )
