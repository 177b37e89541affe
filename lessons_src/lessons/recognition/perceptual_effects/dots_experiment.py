"""点の数の実験：200 ms だけ見える点を，いくつまで正しく言えるか。"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from lessons.experiments import Experiment, Response, Trial
from lessons.experiments.pictures import noise, picture, pixels
from lessons.experiments.scores import by_level, threshold
from lessons.recognition.perceptual_effects.model import representations

NUMBERS = range(1, 9)
SHOWN, MASK = 200, 200
"""点を見せる時間と，覆いの時間（ms）。"""
POOL, REPEATS, LEARNED = 5, 4, 12
"""数ごとの蓄え，使う数，モデルの読み出しが学ぶ枚数（読者の見る絵とは別）。"""


def figure(number: int, g: np.random.Generator) -> str:
    """重ならない点。大きさは画面ごとに変え，面積から数がわからないようにする。"""
    radius = g.uniform(6, 13)
    spots: list[np.ndarray] = []
    while len(spots) < number:
        spot = g.uniform(30, 194, 2)
        if all(np.linalg.norm(spot - other) > 34 for other in spots):
            spots.append(spot)
    return "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}"/>' for x, y in spots
    )


def readout(figures: list[str], g: np.random.Generator) -> np.ndarray:
    """別の点の絵から学んだ線形の読み出しが答える数。``figures`` は数ごとに同じ枚数。"""
    known = [figure(n, g) for n in NUMBERS for _ in range(LEARNED)]
    v = representations(pixels([*known, *figures]))["gap"].double()
    x = torch.cat([v, torch.ones(len(v), 1, dtype=v.dtype)], dim=1)
    y = torch.tensor(NUMBERS).double().repeat_interleave(LEARNED)
    seen = x[: len(known)]
    kernel = seen @ seen.T + 10.0 * torch.eye(len(known), dtype=v.dtype)
    weights = seen.T @ torch.linalg.solve(kernel, y)
    said = (x[len(known) :] @ weights).round().clamp(NUMBERS[0], NUMBERS[-1])
    return said.numpy().astype(int)


def experiment(seed: int = 0) -> Experiment:
    """点の数の実験。モデルは，同じ絵の数を，学習ずみの表現から読み出す。"""
    g = np.random.default_rng(seed)
    made = [(n, figure(n, g)) for n in NUMBERS for _ in range(POOL)]
    said = readout([inside for _, inside in made], g)
    plan = Experiment(
        name="dots",
        title="点の数の実験",
        instructions=(
            "点が一瞬だけ出ます。いくつあったかを押します。速さより，正しさを大事にしてください。",
            "全部で 32 回，2 分ほどです。",
        ),
        example=picture(figure(3, g)),
        responses=[Response(str(n), str(n), str(n)) for n in NUMBERS],
        trials=[Trial("点", str(n), picture(inside), n) for n, inside in made],
        repeats=REPEATS,
        score="threshold",
        unit="個",
        measure="正答が 75 % に下がる数",
        axis="点の数",
        criterion=75,
        shown=SHOWN,
        mask=(noise(), MASK),
    )
    rows = [
        {"level": str(n), "correct": str(int(n == answer))}
        for (n, _), answer in zip(made, said, strict=True)
    ]
    at = threshold(rows, plan)
    return replace(
        plan,
        others={"モデル": {} if at is None else {"点": at}},
        curves={"モデル": {"点": dict(by_level(rows, plan))}},
    )
