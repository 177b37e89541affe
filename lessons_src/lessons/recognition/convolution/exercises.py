"""章 recognition/convolution の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import choice
from lessons.exercises import Exercise
from lessons.recognition.convolution.model import convolve

_FLAT = np.full((5, 5), 7.0)
_DOWN = np.repeat([[0.0], [0.0], [0.0], [9.0], [9.0]], 5, axis=1)  # 下が明るい
_ACROSS = _DOWN.T  # 右が明るい


def _kernel(answer: Any) -> str | None:
    kernel = np.asarray(answer, float)
    if kernel.shape != (3, 3):
        return "3 行 3 列の数を，[[…], […], […]] の形で書いてください。"
    if not np.allclose(convolve(_FLAT, kernel), 0):
        return "一様な所でも 0 になりません。九つの数の合計を 0 にしてください。"
    if not np.allclose(convolve(_ACROSS, kernel), 0):
        return "左右の境目にも応じています。どの列も，合計を 0 にしてください。"
    response = convolve(_DOWN, kernel)
    if response.max() > 0 and response.min() >= 0:
        return None
    return "下が明るい境目で，正になりません。符号を確かめてください。"


def _field(answer: Any) -> str | None:
    layers = [(int(k), int(s)) for k, s in answer]
    if len(layers) != 3 or min(min(pair) for pair in layers) < 1:
        return "(窓の一辺, 間引き) を三組，1 以上の数で答えてください。"
    r, j = 1, 1
    for k, s in layers:
        r, j = r + (k - 1) * j, j * s
    weights = sum(k * k for k, _ in layers)
    if weights > 30:
        return f"重みが {weights} 個あります。窓を小さくし，間引きで広げてください。"
    if r < 15:
        return (
            f"受容野は {r} 画素です。早い層の間引きを大きくすると，後の層で広がります。"
        )
    return None


EXERCISES = [
    Exercise(
        name="convolution/kernel",
        judge=_kernel,
        solution=[[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
        praise="左右の境目には応じず，上下の境目に応じる核です。V1 にも，横の縁を好む細胞があります。",
        known_wrong=(
            ([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], "左右"),
            ([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], "符号"),
            ([[1, 1, 1], [1, 1, 1], [1, 1, 1]], "合計"),
        ),
    ),
    Exercise(
        name="convolution/field",
        judge=_field,
        solution=[(3, 2), (3, 2), (3, 1)],
        praise="小さな窓でも，重ねて間引けば，広い範囲を見られます。",
        known_wrong=(
            ([(3, 1), (3, 1), (3, 1)], "7 画素"),
            ([(15, 1), (1, 1), (1, 1)], "227 個"),
        ),
    ),
    Exercise(
        name="convolution/shift",
        answer=choice(
            {
                **dict.fromkeys(
                    ("20", "52", "80"),
                    "その幅では，地図のますの途中にずれます。最後の地図の一ますは，何画素おきでしたか。",
                ),
                "96": None,
            },
            {n: f"{n} 画素" for n in ("20", "52", "80", "96")},
        ),
        solution=96,
        praise="地図がちょうど三ますずれるので，平均は（縁を除いて）変わりません。",
        known_wrong=((20, "途中"), (80, "途中"), (200, "中から")),
    ),
]
