"""章 segmentation/fpn の練習。"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from lessons.answers import Order, choice
from lessons.exercises import Exercise


def _merge(answer: Any) -> str | None:
    if not callable(answer):
        return "関数を渡してください。def merge(side, above): の形で書きます。"
    g = torch.Generator().manual_seed(0)
    side = torch.randn(1, 4, 6, 8, generator=g)
    above = torch.randn(1, 4, 3, 4, generator=g)
    value = torch.as_tensor(answer(side, above))
    if value.shape != side.shape:
        return f"形が {tuple(value.shape)} です。side と同じ形にしてください。"
    expected = side + F.interpolate(above, size=(6, 8))
    if torch.allclose(value, expected, atol=1e-5):
        return None
    if torch.allclose(value, expected - side, atol=1e-5):
        return "横からの地図 side を足していません。"
    if torch.allclose(value, side, atol=1e-5):
        return "上からの地図 above を足していません。"
    return "above を縦横 2 倍に広げ（同じ値を並べる），side に足してください。"


def _my_merge(side: torch.Tensor, above: torch.Tensor) -> torch.Tensor:
    wide = above.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    return side + wide


EXERCISES = [
    Exercise(
        name="fpn/middle",
        answer=choice(
            {
                "上がり続ける": "大きい物は，もっと粗い地図が受け持ちます。大のときの棒を見てください。",
                "中でいちばん高い": None,
                "下がり続ける": "小さい物は，もっと細かい地図が受け持ちます。小のときの棒を見てください。",
            }
        ),
        solution="中でいちばん高い",
        praise="三枚の地図に，大きさの違うアンカーを置いてあります。",
        known_wrong=(
            ("上がり続ける", "大きい物は"),
            ("下がり続ける", "小さい物は"),
        ),
    ),
    Exercise(
        name="fpn/merge",
        judge=_merge,
        solution=_my_merge,
        praise="これが，上から下への道の一段です。",
        known_wrong=(
            (lambda side, above: above, "形が"),
            (lambda side, above: F.interpolate(above, size=(6, 8)), "side を足して"),
            (lambda side, above: side, "above を足して"),
        ),
    ),
    Exercise(
        name="fpn/order",
        answer=Order(
            {
                "イ": "画像を背骨に通し，三つの粗さの地図を取っておく",
                "エ": "いちばん深くて粗い地図を，縦横 2 倍に広げる",
                "ア": "広げた地図を，同じ大きさの，背骨の途中の地図に足す",
                "ウ": "足してできた地図から，小さい物を答える",
            },
            (
                ("イ", "エ", "広げる地図は，背骨が作ります。先に画像を通します。"),
                ("エ", "ア", "大きさの違う地図は足せません。先に広げます。"),
                ("ア", "ウ", "足す前の細かい地図には，深い層の意味がありません。"),
            ),
            "背骨から始めて，答えで終わります。",
        ),
        solution=["イ", "エ", "ア", "ウ"],
        praise="下から上へ一度通り，上から下へ戻りながら足します。",
        known_wrong=(
            (["エ", "イ", "ア", "ウ"], "先に画像"),
            (["イ", "ア", "エ", "ウ"], "先に広げ"),
            (["イ", "エ", "ウ", "ア"], "足す前"),
            (["イ", "エ"], "一つずつ"),
        ),
    ),
]
