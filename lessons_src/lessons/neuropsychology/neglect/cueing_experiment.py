"""Posner の手がかりの実験：光った側に標的が出ると，速く気づくか。"""

from __future__ import annotations

from collections.abc import Mapping

from lessons import human
from lessons.experiments import Experiment, Response, Trial
from lessons.experiments.pictures import picture
from lessons.neuropsychology.neglect import cueing

PEOPLE = ("健常な高齢者", "頭頂葉の損傷")
DAMAGE = 0.8
"""モデルの損傷（抹消の検査と同じ勾配）。"""
CUE, GAP = 100, 100
"""手がかりの時間と，そのあとの間（ms）。"""
CONDITIONS = {"当たり": 16, "外れ": 4, "標的なし": 3}
"""条件と，左右それぞれの回数。手がかりの 8 割が当たる。"""


def screen(cue: int = 0, target: int = 0) -> str:
    """左右の枠と注視点。``cue`` の側の枠が太くなり，``target`` の側に丸が出る（−1 が左）。"""
    drawn = '<path d="M106 112h12M112 106v12" stroke="white" stroke-width="3"/>'
    for side in (-1, 1):
        x = 112 + 72 * side
        width = 10 if side == cue else 2
        drawn += (
            f'<path d="M{x - 26} 86h52v52h-52z" fill="none" stroke="white" '
            f'stroke-width="{width}"/>'
        )
        if side == target:
            drawn += f'<circle cx="{x}" cy="112" r="12"/>'
    return picture(drawn, label="左右の枠")


def damaged(healthy: Mapping[str, float]) -> dict[str, float]:
    """損傷したモデルの，左の標的の時間。目盛りと一定の時間は，健常の二つの値に合わせる。"""
    t, hurt = cueing.response_times(), cueing.response_times(DAMAGE)
    valid = (t.left_valid + t.right_valid) / 2
    invalid = (t.left_invalid + t.right_invalid) / 2
    unit = (healthy["外れ"] - healthy["当たり"]) / (invalid - valid)
    start = healthy["当たり"] - unit * valid
    times = {"当たり": hurt.left_valid, "外れ": hurt.left_invalid}
    return {cue: start + unit * time for cue, time in times.items()}


def experiment() -> Experiment:
    """手がかりの実験。健常な高齢者，患者，損傷したモデルの値を持つ。"""
    trials = [
        Trial(
            condition,
            "" if condition == "標的なし" else "seen",
            screen(0, {"当たり": side, "外れ": -side}.get(condition, 0)),
            side,
            before=[(screen(side), CUE), (screen(), GAP)],
            repeats=count,
        )
        for condition, count in CONDITIONS.items()
        for side in (-1, 1)
        for _ in range(count)
    ]
    said = human.numbers("neuropsychology/neglect", "neglect_disengaging")
    value = {number.condition: number.value for number in said}
    people = {
        name: {cue: value[f"{name}・{cue}"] for cue in ("当たり", "外れ")}
        for name in PEOPLE
    }
    return Experiment(
        name="cueing",
        title="手がかりの実験",
        instructions=(
            "まん中の十字を見たまま，丸が出たら，どちら側でも，できるだけ速く押します。",
            "枠が光った側に，丸の出ることが多くなっています。丸が出ないときは，押しません。",
            "全部で 46 回，2 分ほどです。",
        ),
        example=screen(0, 1),
        responses=(Response("seen", "出た", "j"),),
        trials=trials,
        repeats=1,
        practice=4,
        limit=1500,
        others=people | {"モデル（損傷）": damaged(people[PEOPLE[0]])},
        caution="外れは 8 回だけなので，大きく揺れます。",
    )
