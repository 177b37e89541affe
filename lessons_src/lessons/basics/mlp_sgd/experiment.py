"""型 I・II・IV の分類を，正誤を知らせながら学ぶ実験。人間の実験の初めの 32 回に当たる。"""

from __future__ import annotations

from lessons.basics.mlp_sgd.reader_types import (
    BLOCK,
    FEATURES,
    correct_by_block,
    item_svg,
    shown,
)
from lessons.basics.mlp_sgd.six_types import TYPES, targets
from lessons.experiments import Experiment, Response, Trial

TIMES = 4
"""一つの物を見せる回数。8 個の物が四度ずつで 32 回。"""


def experiment() -> Experiment:
    """三つの型を，型ごとのまとまりで学ぶ実験。"""
    trials = [
        Trial(
            f"型 {name}",
            "A" if targets()[list(TYPES).index(name), item] else "B",
            shown(name, item),
            block=block,
        )
        for block, name in enumerate(FEATURES)
        for item in range(8)
        for _ in range(TIMES)
    ]
    curves = correct_by_block()
    last = 8 * TIMES - (BLOCK - 1) / 2  # 読者の最後のまとまりの真ん中
    return Experiment(
        name="six-types",
        title="分け方を学ぶ実験",
        instructions=(
            "形，大きさ，塗りの違う物が，一つずつ出ます。A と B のどちらの仲間かを答えてください。初めは，あてずっぽうです。正誤から，分け方を学びます。",
            "分け方は三通りあり，32 回ごとに変わります。全部で 96 回，5 分ほどです。途中で閉じても，続きから始められます。",
        ),
        example=item_svg(1, 1, 0),
        responses=(Response("A", "A", "f"), Response("B", "B", "j")),
        trials=trials,
        repeats=4 * TIMES,
        score="learning",
        unit="%",
        measure="17〜32 回めの正答の割合",
        bin=BLOCK,
        blocks=("新しい分け方です。ほかの分け方は忘れてください。",) * len(FEATURES),
        practice=0,
        fixation=250,
        feedback=True,
        others={
            who: {name: curve[last] for name, curve in own.items()}
            for who, own in curves.items()
        },
        curves=curves,
        caution="50 % が当てずっぽうです。曲線の一点は 16 回の平均なので，一人の成績は大きく揺れます。",
    )
