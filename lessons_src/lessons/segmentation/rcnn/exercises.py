"""章 segmentation/rcnn の練習。"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lessons.answers import choice
from lessons.exercises import Exercise
from lessons.segmentation import boxes, counts, detectors


def _spacing(answer: Any) -> str | None:
    try:
        side, across = (float(v) for v in answer)
    except TypeError:
        return "二つの数を (辺, 升目の一辺の数) の形で答えてください。"
    if across < 1 or side > 96 / across:
        return (
            "物の辺が，升の一辺より長く，隣と重なります。どちらかを小さくしてください。"
        )
    try:
        scenes = counts.crowd(3, 16, scenes=8, side=side, across=int(across))
    except ValueError as error:
        return str(error)
    said = counts.counted(detectors.found("two_stage", scenes)).mean()
    if 15 <= said <= 17:
        return None
    return (
        f"16 個を，平均 {said:.1f} 個と答えました。大きさか，間隔を変えてください"
        f"（升の一辺は {96 / across:.1f} 画素）。"
    )


def _nms(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def my_nms(found, scores, threshold): の形です。"
    for seed in range(3):
        g = torch.Generator().manual_seed(seed)
        corner = torch.rand(20, 2, generator=g) * 40
        found = torch.hstack([corner, corner + 8 + torch.rand(20, 2, generator=g) * 20])
        scores = torch.rand(20, generator=g)
        right = boxes.suppress(found, scores, 0.4).tolist()
        mine = [int(i) for i in answer(found, scores, 0.4)]
        if mine == right:
            continue
        if sorted(mine) == sorted(right):
            return "残す四角は合っています。確信度の高い順に並べてください。"
        if len(mine) == len(found):
            return "どの四角も消えていません。重なりがしきい値を超えたら消します。"
        return "残した四角とだけ比べていますか。消した四角は，ほかの四角を消せません。"
    return None


def _my_nms(found: Tensor, scores: Tensor, threshold: float) -> list[int]:
    kept: list[int] = []
    for i in scores.argsort(descending=True).tolist():
        if (boxes.iou(found[i][None], found[kept]) <= threshold).all():
            kept.append(i)
    return kept


def _removed_also_remove(found: Tensor, scores: Tensor, threshold: float) -> list[int]:
    """消した四角にも，ほかの四角を消させてしまう間違い。"""
    order = scores.argsort(descending=True).tolist()
    overlap = boxes.iou(found, found)
    return [
        i
        for n, i in enumerate(order)
        if all(overlap[i, j] <= threshold for j in order[:n])
    ]


EXERCISES = [
    Exercise(
        name="rcnn/threshold",
        answer=choice(
            {
                "増える": "増えるのは，基準が 0.5 を超えてからです。0.1，0.3，0.5 のときの数を比べてください。",
                "変わらない": None,
                "減る": "基準を上げるほど，消える四角は少なくなります。",
            }
        ),
        solution="変わらない",
        praise="この場面では，別の物の四角があまり重ならないので，どの基準でも同じ四角が残りました。",
        known_wrong=(
            ("増える", "増えるのは"),
            ("減る", "基準を上げるほど"),
        ),
    ),
    Exercise(
        name="rcnn/nms",
        judge=_nms,
        solution=_my_nms,
        praise="残した四角どうしは，もう大きく重なっていません。",
        known_wrong=(
            (lambda b, s, t: sorted(_my_nms(b, s, t)), "高い順"),
            (lambda b, s, t: s.argsort(descending=True).tolist(), "どの四角も"),
            (_removed_also_remove, "消した四角"),
            (3, "関数"),
        ),
    ),
    Exercise(
        name="rcnn/spacing",
        judge=_spacing,
        solution=(20, 4),
        praise="数が同じでも，間隔を広げると，ほぼ正しく数えました。",
        known_wrong=(
            ((17, 5), "平均"),
            ((30, 5), "重なり"),
            ((20, 3), "升は 9 個"),
            (4, "二つの数"),
        ),
    ),
]
