"""読者の写真で動かす形の NanoDet-g：四角を読み，重なりを整理するところまでを，一つの部品にする。"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lessons.class_names import coco_japanese
from lessons.networks_on_page import Lab
from lessons.weights import nanodet
from lessons.weights.ledger import restored
from lessons.weights.nanodet import MEAN_BGR, SIDE, STD_BGR, NanoDet

MOST = 400
"""調べる四角の数（確信度の高いもの）。"""
LOWEST = 0.1
"""これより確信度の低い四角は，すべての値を 0 にする。"""
OVERLAP = 0.6
"""同じ種類で，IoU がこれを超える四角は消す。"""
ROUNDS = 12
"""NMS のくり返し。消す・消されるの連なりが，これより長いことはまずない。"""


def suppress(boxes: Tensor, scores: Tensor, kinds: Tensor) -> Tensor:
    """四角の NMS。残す四角は 1，消す四角は 0 の ``(n,)``。

    「残る四角に消されない四角は残る」を，変わらなくなるまでくり返すと，
    一つずつ調べる NMS と同じ答えになる。

    Args:
        boxes: ``(n, 4)``。
        scores: 確信度 ``(n,)``。
        kinds: 種類の番号 ``(n,)``。
    """
    low = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    both = (high - low).clamp(min=0).prod(-1)  # (n, n)
    area = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(-1)  # (n,)
    iou = both / (area[:, None] + area[None, :] - both).clamp(min=1e-9)
    beats = (iou > OVERLAP) & (kinds[:, None] == kinds[None, :])
    beats = (beats & (scores[:, None] > scores[None, :])).float()  # i が j を消せる
    kept = torch.ones_like(area)
    for _ in range(ROUNDS):
        kept = 1 - (kept[:, None] * beats).amax(0)
    return kept


class BoxesOnPage(nn.Module):
    """``(1, 3, 416, 416)``（0〜255 の RGB）→ 四角 ``(400, 4)``，確信度，種類，残すか。

    四角は，左上を (0, 0)，右下を (1, 1) とした x1, y1, x2, y2。
    並びは地図のますの順にする（確信度の順では，丸めの誤差だけで並びが替わる）。
    """

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.net = restored(NanoDet(), "nanodet")
        self.register_buffer("mean", torch.tensor(MEAN_BGR)[:, None, None])
        self.register_buffer("std", torch.tensor(STD_BGR)[:, None, None])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x = (x.flip(1) - self.mean) / self.std
        boxes, scores = nanodet.decode(self.net(x))  # (N, 4), (N, 80)
        best, kind = scores.max(1)
        at = best.topk(MOST).indices.sort().values  # 並びは，地図のますの順
        sure, found, kinds = best[at], boxes[at], kind[at]
        seen = (sure >= LOWEST).float()
        kept = suppress(found, sure, kinds) * seen
        return found / SIDE * seen[:, None], sure * seen, (kinds * seen).int(), kept


LAB = Lab(
    kind="boxes",
    title="確信度のしきい値を動かす",
    words=(
        "NanoDet-g が，知っている 80 種類の物を四角で囲みます。",
        "しきい値を上げ下げして，見落としと余計な答えがどう入れ替わるかを見てください。",
    ),
    outputs=("boxes", "scores", "kinds", "kept"),
    side=SIDE,
    fit="pad",
    fill=tuple(round(v) for v in reversed(MEAN_BGR)),
    data={"names": list(coco_japanese().values()), "threshold": 0.4},
)
