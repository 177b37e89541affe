"""章 recognition/feature_visualization の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import choice, near, number
from lessons.exercises import Exercise
from lessons.recognition.feature_visualization import tuning
from lessons.recognition.feature_visualization.cells import gabor

HIDDEN = gabor(12, 65, 0.2)[None]
"""傾きの練習で調べるフィルター ``(1, 12, 12)``。"""


def _complex(answer: Any) -> str | None:
    if not callable(answer):
        return "関数の名前を，かっこを付けずに answer に入れてください。"
    phase = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    places = np.arange(8)[:, None] * np.pi / 4
    simple = np.maximum(np.cos(phase + places), 0)  # (8, 24)
    found = np.asarray(answer(simple), float)
    if found.shape != (24,):
        return "八つの単純細胞をまとめて，位相ごとに一つの値 (24,) にしてください。"
    if found.max() <= 0:
        return "どの位相にも応じていません。"
    if found.max() - found.min() > 0.2 * found.max():
        return "まだ位相で大きく変わります。一つを選ばず，八つをまとめてください。"
    if not np.isclose(np.asarray(answer(2 * simple)).max(), found.max()):
        return None
    return "縞が濃くなっても応答が変わりません。単純細胞の応答から計算してください。"


BEST = float(tuning.preferred(tuning.responses(HIDDEN))[0])
"""``HIDDEN`` の好む傾き（度）。"""
TURNS = (-360, -180, 0, 180)
"""180 度回した縞は，同じ縞である。"""


EXERCISES = [
    Exercise(
        name="feature_visualization/orientation",
        answer=number(
            [near(BEST + turn, 5) for turn in TURNS],
            *(
                (
                    [
                        near(BEST + turn + away, 2.5)
                        for turn in TURNS
                        for away in (low, -low)
                    ],
                    f"{low} 度ほどずれています。応答がいちばん大きい傾きを探してください。",
                )
                for low in range(10, 80, 5)
            ),
            (
                [near(BEST + turn + 90, 11) for turn in TURNS],
                "直角にずれています。縞の向きと，明るさの変わる向きが入れ替わっていませんか。",
            ),
            otherwise="応答がいちばん大きい傾きを探してください。",
            unit="度",
        ),
        solution=65,
        praise="細胞の好みを，縞を見せて測りました。生理学の実験と同じ手順です。",
        known_wrong=((155, "直角"), (45, "20 度")),
    ),
    Exercise(
        name="feature_visualization/complex",
        judge=_complex,
        solution=lambda simple: simple.max(axis=0),
        praise="場所の少しずつ違う単純細胞をまとめると，位相によらない複雑細胞になります。",
        known_wrong=(
            (lambda simple: simple[0], "まとめて"),
            (lambda simple: simple, "(24,)"),
            (lambda simple: np.ones(24), "濃くなっても"),
        ),
    ),
    Exercise(
        name="feature_visualization/control",
        answer=choice(
            {
                "shuffled": "画素の場所を入れ替えると，隣どうしが似ているという性質も消えます。",
                "noise": "白色雑音には，写真の細かさの配分も残っていません。",
                "phase": None,
                "untrained": "写真はそのままで，学習を止めた対照です。",
                "turned": "写真を回しただけなので，縁は残っています。",
            }
        ),
        solution="phase",
        praise="細かさの配分が同じでも，独立な成分の選択性は低いままでした。",
        known_wrong=(("noise", "配分"), ("turned", "縁")),
    ),
]
