"""章 segmentation/fcn の練習。"""

from __future__ import annotations

from typing import Any

import torch

from lessons.exercises import Exercise
from lessons.segmentation.fcn.upsampling import pool_with_places, unpool


def _outputs(answer: Any) -> str | None:
    value = float(answer)
    if value == 120 * 160 * 21:
        return None
    if value == 120 * 160 * 20:
        return "背景も一つの種類です。20 種類の物に加えて数えてください。"
    if value == 120 * 160:
        return "それは画素の数です。画素ごとに，種類の数だけ得点が要ります。"
    if value == 21:
        return "それは画素一つの出力の数です。縦と横の画素の数を掛けてください。"
    return "縦 × 横 × 種類（背景を含む）を計算してください。"


def _field(answer: Any) -> str | None:
    try:
        r, j = (int(v) for v in answer)
    except (TypeError, ValueError):
        return "二つの数を (r, j) の形で答えてください。"
    if (r, j) == (15, 8):
        return None
    if (r, j) == (8, 15):
        return "順番が逆です。先に受容野の一辺 r を書きます。"
    if r == 7 and j == 1:
        return "それは間引かないときの値です。間引くたびに，間隔 j は 2 倍になります。"
    if j != 8:
        return "間隔 j は，間引くたびに 2 倍になります。3 回くり返してください。"
    return "r は，1 回ごとに，その前の間隔 j の 2 倍だけ増えます。"


def _unpool(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def my_unpool(values, places, size): の形で書きます。"
    g = torch.Generator().manual_seed(0)
    whole = torch.rand(6, 10, generator=g) + 0.1
    values, places = pool_with_places(whole)
    found = torch.as_tensor(answer(values, places, (6, 10))).float()
    if tuple(found.shape) != (6, 10):
        return f"答えの形が {tuple(found.shape)} です。size の形にしてください。"
    if torch.allclose(found, unpool(values, places, (6, 10))):
        return None
    nearest = values.repeat_interleave(2, 0).repeat_interleave(2, 1)
    if torch.allclose(found, nearest):
        return "四つのますすべてに値を置いています。覚えた位置だけに置きます。"
    return "places の番号の位置に values を置き，ほかは 0 にしてください。"


def _my_unpool(
    values: torch.Tensor, places: torch.Tensor, size: tuple[int, int]
) -> torch.Tensor:
    found = torch.zeros(size[0] * size[1])
    found[places.flatten()] = values.flatten()
    return found.reshape(size)


def _spread(
    values: torch.Tensor, places: torch.Tensor, size: tuple[int, int]
) -> torch.Tensor:
    return values.repeat_interleave(2, 0).repeat_interleave(2, 1)


EXERCISES = [
    Exercise(
        name="fcn/outputs",
        judge=_outputs,
        solution=403_200,
        praise="画素の一つ一つが，21 択の問題に答えています。",
        known_wrong=(
            (384_000, "背景"),
            (19_200, "画素の数"),
            (21, "画素一つ"),
            (5, "縦 × 横"),
        ),
    ),
    Exercise(
        name="fcn/field",
        judge=_field,
        solution=(15, 8),
        praise="受容野が広がるほど，ますの間隔も広がります。",
        known_wrong=(
            ((8, 15), "順番"),
            ((7, 1), "間引かない"),
            ((15, 6), "3 回"),
            ((9, 8), "増えます"),
            (15, "(r, j)"),
        ),
    ),
    Exercise(
        name="fcn/unpool",
        judge=_unpool,
        solution=_my_unpool,
        praise="位置を覚えておけば，どこにあったかを失いません。",
        known_wrong=(
            (_spread, "すべて"),
            (lambda v, p, s: v, "size の形"),
            (lambda v, p, s: torch.zeros(s), "places"),
            (3, "関数"),
        ),
    ),
]
