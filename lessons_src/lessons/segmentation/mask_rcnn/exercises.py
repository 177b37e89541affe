"""章 segmentation/mask_rcnn の練習。"""

from __future__ import annotations

from typing import Any

import torch

from lessons.answers import choice, numbers
from lessons.exercises import Exercise
from lessons.segmentation.mask_rcnn.model import mask_loss


def _loss(answer: Any) -> str | None:
    if not callable(answer):
        return (
            "関数を渡してください。def my_loss(logits, labels, truth): の形で書きます。"
        )
    g = torch.Generator().manual_seed(0)
    logits = torch.randn(4, 3, 5, 5, generator=g)
    labels = torch.tensor([2, 0, 1, 2])
    truth = (torch.rand(4, 5, 5, generator=g) > 0.5).float()
    value = torch.as_tensor(answer(logits, labels, truth)).float()
    if value.numel() != 1:
        return "答えが一つの数になっていません。最後に平均してください。"
    if torch.isclose(value, mask_loss(logits, labels, truth), atol=1e-5):
        return None
    every = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, truth[:, None].expand_as(logits)
    )
    if torch.isclose(value, every, atol=1e-5):
        return "すべての種類の形で誤差を取っています。labels の一枚だけを使います。"
    return "logits[番号, labels] で一枚を選び，二択の交差エントロピーを平均します。"


def _my_loss(
    logits: torch.Tensor, labels: torch.Tensor, truth: torch.Tensor
) -> torch.Tensor:
    p = logits[torch.arange(len(labels)), labels].sigmoid()
    return -(truth * p.log() + (1 - truth) * (1 - p).log()).mean()


def _all_kinds(
    logits: torch.Tensor, labels: torch.Tensor, truth: torch.Tensor
) -> torch.Tensor:
    p = logits.sigmoid()
    t = truth[:, None]
    return -(t * p.log() + (1 - t) * (1 - p).log()).mean()


EXERCISES = [
    Exercise(
        name="mask_rcnn/threshold",
        answer=choice(
            {
                "いまの数のまま": "基準を下げると，確信度の低い答えも残ります。",
                "ちょうど 4 個": "途中ではちょうど 4 個になりますが，もっと下げるとどうなりますか。",
                "4 個より多い": None,
            }
        ),
        solution="4 個より多い",
        praise="この場面では，基準を下げると，余分な答えが増えました。",
        known_wrong=(
            ("いまの数のまま", "基準を下げると"),
            ("ちょうど 4 個", " 個になりますが"),
        ),
    ),
    Exercise(
        name="mask_rcnn/loss",
        judge=_loss,
        solution=_my_loss,
        praise="ほかの種類の形は，誤差に入りません。",
        known_wrong=(
            (_all_kinds, "一枚だけ"),
            (lambda a, b, c: c, "一つの数"),
            (lambda a, b, c: 0.0, "labels"),
        ),
    ),
    Exercise(
        name="mask_rcnn/apart",
        answer=numbers(
            ("塊", "四角"),
            (2, 2),
            ((1, None), "二人のあいだに，人でない画素ができます。塊は分かれます。"),
            ((None, 1), "四角は，接していたときも二つでした。"),
            otherwise="写っているのは二人です。セルを動かして確かめてください。",
        ),
        solution=(2, 2),
        praise="この写真では，離れていれば，塊の数が人の数になりました。",
        known_wrong=(
            ((1, 2), "分かれます"),
            ((2, 1), "接していた"),
            ((3, 3), "二人です"),
        ),
    ),
]
