"""章 segmentation/panoptic の練習。"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.answers import Choice, Fields
from lessons.exercises import Exercise
from lessons.segmentation.panoptic.merging import Count, count


def _counted(width: int) -> Count:
    """章の例で，一つめの答えの区画の幅を替えて数える。"""
    truth, guess = np.zeros((3, 6, 6), bool), np.zeros((2, 6, 6), bool)
    truth[0, :2, :2] = truth[1, 4:, :3] = truth[2, 4:, 4:] = True
    guess[0, :2, :width] = guess[1, 4:, :3] = True
    return count(guess, truth)


_TURNS = {"上がる": "上がる", "変わらない": "変わらない", "下がる": "下がる"}
_WIDE, _TIDY = _counted(3), _counted(2)
_TIDIED = tuple(
    "上がる" if after > before else "変わらない" if after == before else "下がる"
    for before, after in ((_WIDE.sq, _TIDY.sq), (_WIDE.rq, _TIDY.rq))
)


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
        name="panoptic/tidy",
        answer=Fields(
            (Choice(_TURNS, "SQ"), Choice(_TURNS, "RQ")),
            (
                (_TIDIED, None),
                (
                    (None, "上がる"),
                    "はみ出していても，IoU は 0.5 を超えています。合った区画の数は変わりますか。",
                ),
            ),
            "SQ は，合った区画の IoU の平均です。形がよく合えば，どうなりますか。",
        ),
        solution=("上がる", "変わらない"),
        praise="形の良さと，見つけ方の良さを，分けて読めました。",
        known_wrong=(
            (("変わらない", "上がる"), "数は変わりますか"),
            (("上がる", "上がる"), "数は変わりますか"),
            (("変わらない", "変わらない"), "平均です"),
            ("上がる", "二つの言葉"),
        ),
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
