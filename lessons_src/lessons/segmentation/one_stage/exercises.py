"""章 segmentation/one_stage の練習。"""

from __future__ import annotations

from typing import Any

from lessons.exercises import Exercise
from lessons.segmentation.one_stage.model import SSD300_MAPS, ssd_boxes


def _yolo(answer: Any) -> str | None:
    value = float(answer)
    if value == 9 * 9 * 30:
        return None
    if value == 30:
        return "それは升一つの数です。升の数をかけてください。"
    if value == 9 * 9 * 3 * (5 + 15):
        return "種類の確率は，四角ごとではなく，升に一組だけです。"
    if value == 9 * 9 * (3 * 4 + 15):
        return "四角には，位置と大きさの 4 つのほかに，確信度があります。"
    return "升の数 ×（四角の数 × 5 + 種類の数）を計算してください。"


def _cell(answer: Any) -> str | None:
    try:
        pair = tuple(int(v) for v in answer)
    except TypeError:
        return "二つの数を (段, 列) の形で答えてください。"
    if pair == (2, 6):
        return None
    if pair == (6, 2):
        return "順番が逆です。縦の位置から段，横の位置から列を決めます。"
    if pair == (3, 7):
        return "番号は 0 から数えます。"
    if pair == (1, 5):
        return "それは四角の左上の角が入る升です。中心で決めてください。"
    return "四角の中心を求め，升の一辺の 8 画素で割って，整数部分を取ります。"


def _ssd(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def my_boxes(maps): の形で書きます。"
    for maps in ([(38, 4)], [(8, 4), (4, 6)], list(SSD300_MAPS), []):
        value, right = answer(maps), ssd_boxes(maps)
        if value == right:
            continue
        if value == sum(side * n for side, n in maps):
            return "地図の点の数は，一辺ではなく，一辺の二乗です。"
        if value == sum(side * side for side, _ in maps):
            return "一ますに置く四角の数もかけてください。"
        return f"{maps} では {right} 個になるはずです。地図ごとに数えて足します。"
    return None


EXERCISES = [
    Exercise(
        name="one_stage/yolo",
        judge=_yolo,
        solution=2430,
        praise="升を細かくすると，出力は二乗で増えます。",
        known_wrong=(
            (30, "升の数"),
            (4860, "升に一組"),
            (2187, "確信"),
            (1, "四角の数"),
        ),
    ),
    Exercise(
        name="one_stage/cell",
        judge=_cell,
        solution=(2, 6),
        praise="隣の升は，この物について「物はない」と答えるのが正解です。",
        known_wrong=(
            ((6, 2), "逆"),
            ((3, 7), "0 から"),
            ((1, 5), "中心"),
            (30, "(段, 列)"),
        ),
    ),
    Exercise(
        name="one_stage/ssd",
        judge=_ssd,
        solution=lambda maps: sum(side * side * n for side, n in maps),
        praise="SSD300 の地図を渡すと，8,732 になります。",
        known_wrong=(
            (lambda maps: sum(side * n for side, n in maps), "二乗"),
            (lambda maps: sum(side * side for side, n in maps), "一ます"),
            (lambda maps: 8732, "足します"),
            (8732, "関数"),
        ),
    ),
]
