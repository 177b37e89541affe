"""章 segmentation/panoptic の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import near, number
from lessons.exercises import Exercise


def _function(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def nearest(pixel, centers): の形で書きます。"
    centers = np.array([[1.0, 2.0], [8.0, 9.0], [1.0, 9.0]])
    for pixel, expected in (((2, 8), 2), ((7, 7), 1), ((0, 0), 0)):
        found = int(np.asarray(answer(np.array(pixel, float), centers)).ravel()[0])
        if found != expected:
            away = np.linalg.norm(centers - np.array(pixel, float), axis=1)
            if found == int(away.argmax()):
                return "いちばん遠い中心を選んでいます。argmin を使います。"
            return "指す場所と，中心それぞれの距離を求め，最小の番号を返します。"
    return None


def _nearest(pixel: np.ndarray, centers: np.ndarray) -> int:
    return int(np.linalg.norm(centers - pixel, axis=1).argmin())


EXERCISES = [
    Exercise(
        name="panoptic/quality",
        answer=number(
            near(0.6, 1e-6),
            (near(0.8, 1e-6), "それは SQ です。RQ をかけてください。"),
            (near(0.75, 1e-6), "それは RQ です。SQ をかけてください。"),
            (near(0.48, 1e-6), "余分と見落としは，それぞれ半分に数えます。"),
            otherwise="SQ は 0.9，0.8，0.7 の平均，RQ は 3 / (3 + 1/2 + 1/2) です。",
        ),
        solution=0.6,
        praise="形の良さと，見つけ方の良さを分けて読めました。",
        known_wrong=((0.8, "SQ です"), (0.75, "RQ です"), (0.48, "半分"), (1, "平均")),
    ),
    Exercise(
        name="panoptic/function",
        judge=_function,
        solution=_nearest,
        praise="すべての画素でくり返すと，物が一つずつ分かれます。",
        known_wrong=(
            (lambda p, c: int(np.linalg.norm(c - p, axis=1).argmax()), "遠い"),
            (lambda p, c: 1, "最小の番号"),
            (3, "関数を渡して"),
        ),
    ),
]
