"""読者の写真で動かす形の CAM：上位五つの答えの地図を，一度に求める。"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lessons.class_names import imagenet_japanese
from lessons.networks_on_page import Lab
from lessons.weights import efficientnet_lite0
from lessons.weights.efficientnet_lite0 import EfficientNetLite0
from lessons.weights.ledger import restored

TOP = 5
"""地図を求める答えの数。"""


class CamOnPage(nn.Module):
    """``(1, 3, 224, 224)``（0〜255）→ 確率 ``(1000,)``，上位の番号 ``(5,)``，CAM ``(5, 7, 7)``。"""

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        eyes = efficientnet_lite0.EYES
        self.net = restored(EfficientNetLite0(), "efficientnet_lite0")
        self.register_buffer("mean", torch.tensor(eyes.mean)[:, None, None] * 255)
        self.register_buffer("std", torch.tensor(eyes.std)[:, None, None] * 255)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        A = self.net.features((x - self.mean) / self.std)  # (1, 1280, 7, 7)
        fc = self.net._fc
        p = fc(A.mean(dim=(2, 3))).softmax(1)[0]  # (1000,)
        top = p.topk(TOP).indices  # (5,)
        M = torch.einsum("ck,khw->chw", fc.weight[top], A[0])  # (5, 7, 7)
        return p, top.int(), M


LAB = Lab(
    kind="cam",
    title="どこを見て，その名前にしたか",
    words=(
        "名前を二つ選ぶと，その名前の CAM が並びます。",
        "写真を押すと，そこが灰色の四角で隠れます。確率がどう変わるかを見てください。",
    ),
    outputs=("p", "top", "M"),
    side=efficientnet_lite0.EYES.crop,
    precision="int8",
    tolerance={
        "p": 0.05,
        "top": 1000,
        "M": 1000,
    },  # 上位の順が入れ替わると，地図も替わる
    answers=("p",),
    data={"names": imagenet_japanese(), "cover": 64},
)
