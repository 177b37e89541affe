"""シートの物を見つける：章「YOLO と SSD」の一段の検出器を，検査のシートで学習し直したもの。

学習は ``python -m lessons.neuropsychology.neglect.train`` がする。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torchvision.ops import batched_nms

from lessons.segmentation.data import to_tensor
from lessons.segmentation.metrics import Detections, average_precision, box_iou
from lessons.segmentation.one_stage.model import GridDetector
from lessons.stimuli.neglect_sheets import TARGET_LETTERS
from lessons.stimuli.paper import PX_PER_MM, Item, Sheet, pixels
from lessons.weights.ledger import restored

KINDS = (
    "線",
    *(f"字「{letter}」" for letter in TARGET_LETTERS),
    *("ほかの字", "小さい星", "大きい星", "言葉"),
)
"""検出器が見分ける種類。"""
WANTED = {"線": (0,), "字": (1, 2), "星": (4,)}
"""検査ごとの，探す種類の番号。"""


def kind_of(item: Item) -> int:
    """物の種類の番号（``KINDS`` の順）。"""
    if item.kind == "letter":
        known = item.text in TARGET_LETTERS
        return 1 + TARGET_LETTERS.index(item.text) if known else 3
    return {"line": 0, "small_star": 4, "large_star": 5, "word": 6}[item.kind]


@dataclass(frozen=True)
class Found:
    """シートの中に見つけた物。``n`` は数。"""

    boxes: np.ndarray  # (n, 4) mm
    presence: np.ndarray  # (n,) 物がある確率
    kinds: np.ndarray  # (n, 7) 種類の確率

    @property
    def places(self) -> np.ndarray:
        """中心 ``(n, 2)``（mm）。"""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) / 2


@torch.no_grad()
def find(detector: GridDetector, image: np.ndarray, *, threshold: float = 0.1) -> Found:
    """シートの画像から物を見つける。重なる四角は，種類を問わず NMS で一つにする。

    Args:
        image: シートの画像 ``(H, W, 3)`` uint8（``paper.pixels``）。
        threshold: 物がある確率が，これより小さい升は捨てる。
    """
    detector.eval()
    presence, boxes, kinds = (t[0] for t in detector(to_tensor(image[None])))
    present = presence.sigmoid()
    keep = present > threshold
    present, boxes, kinds = present[keep], boxes[keep], kinds[keep].softmax(-1)
    best = batched_nms(boxes, present, torch.zeros(len(boxes)), 0.5)
    return Found(
        boxes[best].double().numpy() / PX_PER_MM,
        present[best].double().numpy(),
        kinds[best].double().numpy(),
    )


def detections(found: Found) -> Detections:
    """成績の計算に使う形にする。点数は，物がある確率 × 種類の確率。"""
    score = found.presence * found.kinds.max(axis=1)
    return Detections(found.kinds.argmax(axis=1), found.boxes, score)


def truth(sheet: Sheet) -> Detections:
    """シートの正解を，成績の計算に使う形にする。"""
    labels = np.array([kind_of(item) for item in sheet.items])
    return Detections(labels, sheet.boxes)


def ap50(detector: GridDetector, sheets: Sequence[Sheet]) -> float:
    """シートの組での AP50。"""
    guesses = [detections(find(detector, pixels(sheet))) for sheet in sheets]
    return average_precision(guesses, [truth(s) for s in sheets], (0.5,))


def recalls(detector: GridDetector, sheets: Sequence[Sheet]) -> dict[str, float]:
    """種類ごとに，見つけて名前も当てた割合（IoU が 0.5 以上）。"""
    hits: dict[int, list[bool]] = {}
    for sheet in sheets:
        guess, right = detections(find(detector, pixels(sheet))), truth(sheet)
        overlap = box_iou(right.regions, guess.regions)  # (正解, 答え)
        same = right.labels[:, None] == guess.labels[None]
        found = ((overlap >= 0.5) & same).any(axis=1)
        for label, hit in zip(right.labels, found, strict=True):
            hits.setdefault(int(label), []).append(bool(hit))
    return {KINDS[label]: float(np.mean(hits[label])) for label in sorted(hits)}


def pretrained() -> GridDetector:
    """検査のシートで学習ずみの検出器。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    return restored(GridDetector(len(KINDS)), "neglect_sheets")
