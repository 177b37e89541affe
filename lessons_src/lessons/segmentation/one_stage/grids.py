"""一段の検出器の升目：YOLO の担当，間違いの分類，手間。"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from torch.utils.flop_counter import FlopCounterMode

from lessons.segmentation.metrics import Detections, box_iou
from lessons.stimuli.scenes import Scene


def cell_of(boxes: np.ndarray, size: float, grid: int) -> np.ndarray:
    """四角の中心が入る升の番号 ``(n,)``（左上から右へ，次の段へ）。

    Args:
        boxes: ``(n, 4)``。
        size: 画像の一辺（画素）。
        grid: 升目の一辺の数。
    """
    if grid < 1 or size <= 0:
        raise ValueError(
            "升目の数は 1 以上，画像の一辺は 0 より大きくしてください"
            f"（grid={grid}, size={size}）。"
        )
    boxes = np.asarray(boxes, float).reshape(-1, 4)
    if not np.isfinite(boxes).all():
        raise ValueError("四角に NaN または無限大があります。取り除いてください。")
    center = (boxes[:, :2] + boxes[:, 2:]) / 2  # (n, 2)：x, y
    cell = np.clip((center / size * grid).astype(int), 0, grid - 1)
    found: np.ndarray = cell[:, 1] * grid + cell[:, 0]
    return found


def crowded_out(scenes: Sequence[Scene], grid: int) -> float:
    """升目を分け合えず，答える升がなくなる物の割合（一つの升が一つの物を答えるとき）。

    物が一つもなければ ``nan``。
    """
    lost, total = 0, 0
    for scene in scenes:
        cells = cell_of(scene.boxes, scene.image.shape[0], grid)
        lost += len(cells) - len(set(cells.tolist()))
        total += len(cells)
    return lost / total if total else float("nan")


ERRORS = ("当たり", "重複", "位置", "名前", "背景")
"""答えの分け方。"""


def error_kinds(
    found: Sequence[Detections], truths: Sequence[Detections], right: float = 0.5
) -> dict[str, float]:
    """確信度の高い答えを，正解と同じ数だけ取り，当たりと間違いの種類に分ける。

    分け方は Redmon ほか 2016 の図 4 にならう。確信度の高い答えから順に，正解と一対一に組にする。

    - 当たり：名前が合い，まだ組になっていない正解との IoU が ``right`` 以上
    - 重複：名前が合い，IoU も ``right`` 以上だが，その正解はもう当たっている
    - 位置：名前が合い，IoU が 0.1 以上 ``right`` 未満
    - 名前：IoU が 0.1 以上だが，名前が違う
    - 背景：どの物とも IoU が 0.1 未満

    Returns:
        ``ERRORS`` ごとの割合（和は 1）。答えがなければ，どれも 0。
    """
    rows: list[tuple[float, str]] = []
    for guess, truth in zip(found, truths, strict=True):
        if guess.scores is None:
            raise ValueError("検出には scores（確信度）が要ります。")
        overlap = box_iou(guess.regions, truth.regions)  # (答え, 正解)
        free = np.ones(len(truth.labels), bool)
        for n in np.argsort(-guess.scores, kind="stable"):
            same = truth.labels == guess.labels[n]
            kind = _kind(overlap[n], same, free, right)
            if kind == "当たり":
                free[np.where(same & free, overlap[n], -1).argmax()] = False
            rows.append((float(guess.scores[n]), kind))
    total = sum(len(truth.labels) for truth in truths)
    best = sorted(rows, key=lambda row: -row[0])[:total]
    return {
        kind: sum(row[1] == kind for row in best) / max(len(best), 1) for kind in ERRORS
    }


def _kind(overlap: np.ndarray, same: np.ndarray, free: np.ndarray, right: float) -> str:
    """一つの答えと正解の IoU ``(正解,)`` から，答えの種類を決める。

    ``same`` は名前が合う正解，``free`` はまだ当たっていない正解。
    """
    if overlap[same & free].max(initial=0.0) >= right:
        return "当たり"
    best = overlap[same].max(initial=0.0)
    if best >= right:
        return "重複"
    if best >= 0.1:
        return "位置"
    return "名前" if overlap.max(initial=0.0) >= 0.1 else "背景"


def work_and_speed(
    answer: Callable[[Scene], object], scenes: Sequence[Scene]
) -> tuple[float, float]:
    """一枚ずつ答えるときの，計算の量（百万回の積和。場面で平均）と，一秒あたりの枚数。"""
    if not scenes:
        raise ValueError("場面が一つもありません。一つ以上の場面を渡してください。")
    with FlopCounterMode(display=False) as counter:
        for scene in scenes:
            answer(scene)
    start = time.perf_counter()
    for scene in scenes:
        answer(scene)
    seconds = time.perf_counter() - start
    work = counter.get_total_flops() / 2 / 1e6 / len(scenes)
    return work, len(scenes) / seconds
