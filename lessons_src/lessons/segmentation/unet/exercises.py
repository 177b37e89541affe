"""章 segmentation/unet の練習。"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lessons.answers import choice, near, number
from lessons.exercises import Exercise


def _near(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def near(truth, guess, away, width): の形です。"
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, (4, 9, 9))
    guess = np.where(rng.random(truth.shape) < 0.4, 2, truth)
    away = rng.uniform(0, 6, truth.shape)
    value = np.asarray(answer(truth, guess, away, 2.0), float)
    if value.size != 1:
        return "答えが一つの数になっていません。最後に平均してください。"
    right = truth == guess
    if np.isclose(value, right[away < 2].mean()):
        return None
    if np.isclose(value, right.mean()):
        return "すべての画素を数えています。away < width の画素だけを使います。"
    if np.isclose(value, (right & (away < 2)).mean()):
        return "分母が画素の全体になっています。境の近くの画素だけで平均します。"
    return "away < width の画素を取り出し，truth と guess が同じ割合を求めます。"


def _my_near(
    truth: np.ndarray, guess: np.ndarray, away: np.ndarray, width: float
) -> float:
    band = away < width
    return float((truth[band] == guess[band]).mean())


EXERCISES = [
    Exercise(
        name="unet/cut",
        answer=choice(
            {
                "同じ 1/2": "場面を 2 に替えて，四つのつなぎを一本ずつ切ってください。もっと下がるつなぎがあります。",
                "1/4": "もっと下がるつなぎがあります。四つを一本ずつ切って，正答率を比べてください。",
                "1/8": None,
                "1/16": "もっと下がるつなぎがあります。四つを一本ずつ切って，正答率を比べてください。",
            }
        ),
        solution="1/8",
        praise="要る細かさは，場面によって違います。",
        known_wrong=(
            ("同じ 1/2", "場面を 2 に"),
            ("1/4", "四つを一本ずつ"),
            ("1/16", "四つを一本ずつ"),
        ),
    ),
    Exercise(
        name="unet/weight",
        answer=number(
            near(9.353, 0.06),
            (near(8.353, 0.06), "釣り合いの重み w_c = 1 を足し忘れています。"),
            (
                near(1 + 10 * math.exp(-5 / 50), 0.06),
                "d1 と d2 は，別々に二乗せず，足してから二乗します。",
            ),
            (
                near(1 + 10 * math.exp(-9 / 25), 0.06),
                "指数の分母は 2σ² です。2 を忘れています。",
            ),
            otherwise="(d1 + d2)² ÷ (2σ²) に負の符号を付けて，指数関数に入れます。",
        ),
        solution=9.4,
        praise="この膜の一画素は，離れた背景の九画素分を超えて誤差に効きます。",
        known_wrong=(
            (8.4, "足し忘れ"),
            (10.05, "足してから"),
            (7.98, "2σ²"),
            (1.0, "負の符号"),
        ),
    ),
    Exercise(
        name="unet/near",
        judge=_near,
        solution=_my_near,
        praise="平均を取る場所を変えると，見える違いも変わります。",
        known_wrong=(
            (lambda t, g, a, w: (t == g).mean(), "すべての画素"),
            (lambda t, g, a, w: ((t == g) & (a < w)).mean(), "分母"),
            (lambda t, g, a, w: t, "一つの数"),
            (lambda t, g, a, w: 0.0, "同じ割合"),
            (3, "関数"),
        ),
    ),
]
