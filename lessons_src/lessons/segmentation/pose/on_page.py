"""読者の写真で動かす形の MoveNet：地図から特徴点を読むところまでを，一つの部品にする。"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lessons.networks_on_page import Lab
from lessons.weights.coco_keypoints import BONES, KEYPOINTS
from lessons.weights.ledger import restored
from lessons.weights.movenet import FALL_OFF, GRID, SIDE, MoveNet

SURE = 0.3
"""描く特徴点の確信度。"""


class PoseOnPage(nn.Module):
    """``(1, 3, 192, 192)``（0〜255）→ 特徴点 ``(17, 3)``：x, y（0〜1）と確信度。

    読み方は ``movenet.decode`` と同じ（場所の番号を，テンソルのまま扱う）。
    """

    line: Tensor
    middle: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.net = restored(MoveNet(), "movenet")
        line = torch.arange(GRID).float()
        self.register_buffer("line", line)
        self.register_buffer(
            "middle",
            ((line[:, None] - GRID / 2) ** 2 + (line - GRID / 2) ** 2).sqrt()
            + FALL_OFF,
        )

    def forward(self, x: Tensor) -> Tensor:
        maps = self.net(x)
        center = (maps["center"][0, 0] / self.middle).flatten().argmax()
        row, column = center // GRID, center % GRID
        arrow = maps["regress"][0].flatten(1)[:, center].reshape(17, 2)
        dy = self.line[None, :, None] - (row + arrow[:, 0])[:, None, None]
        dx = self.line[None, None, :] - (column + arrow[:, 1])[:, None, None]
        far = (dy**2 + dx**2).sqrt() + FALL_OFF  # (17, 48, 48)
        heat = maps["heatmap"][0].flatten(1)  # (17, 48 * 48)
        best = (heat / far.flatten(1)).argmax(1, keepdim=True)  # (17, 1)
        rest = maps["offset"][0].reshape(17, 2, -1)
        shift = rest.gather(2, best[:, None].expand(17, 2, 1))[..., 0]  # (17, 2)
        y = (best[:, 0] // GRID + shift[:, 0]) / GRID
        x = (best[:, 0] % GRID + shift[:, 1]) / GRID
        return torch.stack([x, y, heat.gather(1, best)[:, 0]], 1)


LAB = Lab(
    kind="pose",
    title="そのままの写真と，逆さの写真",
    words=(
        "同じ写真を，そのままと，上下逆さの二通りで MoveNet に見せます。",
        "一人が大きく写った写真が向いています。",
    ),
    outputs=("points",),
    side=SIDE,
    fit="pad",
    data={"bones": BONES, "names": KEYPOINTS, "sure": SURE},
)
