"""NanoDet-g：写真から，COCO の 80 種類の物を四角で見つける小さな検出器。

一段の検出器で，アンカーを使いません。地図のますごとに，種類ごとの確信度と，
四角の四つの辺までの距離を答えます。距離は一つの数ではなく，0〜10 の上の
確率分布で表し，その平均を使います（Li ほか 2020 の分布焦点損失の考え）。
重みは RangiLyu/nanodet（Apache-2.0）のものを fp16 に変えて置いています。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import batched_nms

from lessons import class_names, runtime
from lessons.weights.ledger import restored
from lessons.weights.photo import letterbox

SIDE = 416
STRIDES = (8, 16, 32)
CLASSES, STEPS = 80, 11  # STEPS：距離の分布の目盛り 0〜10
MEAN_BGR = (103.53, 116.28, 123.675)
STD_BGR = (57.375, 57.12, 58.395)


def _conv(c_in: int, c_out: int, k: int = 3, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, k, stride, k // 2)


class Stage(nn.Module):
    """3×3 の畳み込みを重ね，途中の答えを捨てずにチャンネルに並べる。"""

    def __init__(self, c: int, stride: int, blocks: int) -> None:
        super().__init__()
        self.enter = _conv(c, c, stride=stride)
        self.blocks = nn.ModuleList(
            nn.ModuleList([_conv(c, c // 2), _conv(c // 2, c // 2)])
            for _ in range(blocks)
        )
        self.leave = _conv(c, c)

    def forward(self, x: Tensor) -> Tensor:
        x = h = F.leaky_relu(self.enter(x), 0.1)  # (B, c, H, W)
        for block in self.blocks:
            first, second = block.children()
            a = F.leaky_relu(first(h), 0.1)  # (B, c/2, H, W)
            h = torch.cat([F.leaky_relu(second(a), 0.1), a], 1)  # (B, c, H, W)
        return torch.cat([F.leaky_relu(self.leave(h), 0.1), x], 1)  # (B, 2c, H, W)


class NanoDet(nn.Module):
    """``(B, 3, 416, 416)`` → 三つの細かさの ``[(確信度, 距離の分布), …]``。"""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _conv(3, 32, stride=2)
        self.stages = nn.ModuleList(
            [Stage(32, 1, 1), Stage(64, 2, 2), Stage(128, 2, 2), Stage(256, 2, 3)]
        )
        self.lateral = nn.ModuleList(_conv(c, 128, 1) for c in (128, 256, 512))
        self.heads = nn.ModuleList(
            nn.ModuleList([_conv(128, 128), _conv(128, CLASSES + 4 * STEPS, 1)])
            for _ in STRIDES
        )

    def features(self, x: Tensor) -> list[Tensor]:
        """背骨の，細かさの違う三つの地図（52²，26²，13²）。"""
        x = F.leaky_relu(self.stem(x), 0.1)  # (B, 32, 208, 208)
        x = F.max_pool2d(x, 3, 2, 1)  # (B, 32, 104, 104)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps[1:]

    def forward(self, x: Tensor) -> list[tuple[Tensor, Tensor]]:
        p3, p4, p5 = (f(c) for f, c in zip(self.lateral, self.features(x), strict=True))
        p4 = p4 + _resize(p5, p4)  # 粗い地図の意味を，細かい地図へ下ろす
        p3 = p3 + _resize(p4, p3)
        p4 = p4 + _resize(p3, p4)  # 細かい地図の位置を，粗い地図へ上げる
        p5 = p5 + _resize(p4, p5)
        answers = []
        for head, p in zip(self.heads, (p3, p4, p5), strict=True):
            conv, predict = head.children()
            y = predict(F.leaky_relu(conv(p), 0.1))  # (B, 80 + 44, h, w)
            y = y.flatten(2).transpose(1, 2)  # (B, hw, 124)
            answers.append((y[..., :CLASSES].sigmoid(), y[..., CLASSES:]))
        return answers


def _resize(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, like.shape[2:], mode="bilinear", align_corners=False)


def decode(answers: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """一枚分の答えを，四角 ``(N, 4)`` と確信度 ``(N, 80)`` にする（入力の画素）。"""
    boxes, scores = [], []
    for (score, spread), stride in zip(answers, STRIDES, strict=True):
        side = SIDE // stride
        line = (torch.arange(side) + 0.5) * stride
        y, x = torch.meshgrid(line, line, indexing="ij")
        at = torch.stack([x, y], -1).reshape(-1, 2).to(score)  # (hw, 2)
        p = spread[0].reshape(-1, 4, STEPS).softmax(-1)  # 左・上・右・下
        distance = p @ torch.arange(STEPS).to(p) * stride  # (hw, 4)
        boxes.append(torch.cat([at - distance[:, :2], at + distance[:, 2:]], 1))
        scores.append(score[0])
    return torch.cat(boxes), torch.cat(scores)


@dataclass(frozen=True)
class Found:
    """写真の中に見つけた物。確信度の高い順。``n`` は数。"""

    boxes: np.ndarray  # (n, 4) x1, y1, x2, y2（写真の画素）
    labels: list[str]  # 日本語の名前
    scores: np.ndarray  # (n,) 0〜1
    classes: np.ndarray  # (n,) 0〜79：lessons.class_names.coco_japanese() の順


@dataclass(frozen=True)
class Detector:
    """学習ずみの NanoDet-g と，その目。"""

    model: NanoDet

    def input(self, photo: np.ndarray) -> tuple[Tensor, float, tuple[int, int]]:
        """写真を 416 × 416 の中に，縦横の比を保って収める。

        Returns:
            入力 ``(1, 3, 416, 416)``，縮めた倍率，左と上の余白。
        """
        small, rows, columns, scale, corner = letterbox(photo, SIDE)
        x = np.zeros((SIDE, SIDE, 3), np.float32)
        x[rows, columns] = (small[:, :, ::-1] - MEAN_BGR) / STD_BGR
        # 余白は 0，つまり平均の色
        tensor = torch.from_numpy(x).permute(2, 0, 1)[None]
        return tensor.to(runtime.device()), scale, corner

    @torch.no_grad()
    def detect(
        self, photo: np.ndarray, score: float = 0.4, overlap: float = 0.6
    ) -> Found:
        """写真 ``(H, W, 3)`` uint8 から物を見つける。

        Args:
            score: これより確信度の低い四角は捨てる。
            overlap: 同じ種類で，IoU がこれを超える四角は消す（NMS）。
        """
        x, scale, (left, top) = self.input(photo)
        boxes, scores = decode(self.model(x))
        best, kind = scores.max(1)  # (N,)
        keep = best >= score
        boxes, best, kind = boxes[keep], best[keep], kind[keep]
        order = batched_nms(boxes, best, kind, overlap)
        boxes = (boxes[order] - boxes.new_tensor([left, top, left, top])) / scale
        height, width = photo.shape[:2]
        limit = boxes.new_tensor([width, height, width, height])
        names = list(class_names.coco_japanese().values())
        classes = kind[order].cpu().numpy()
        return Found(
            boxes=boxes.clamp(min=0).minimum(limit).cpu().numpy(),
            labels=[names[c] for c in classes],
            scores=best[order].cpu().numpy(),
            classes=classes,
        )


def pretrained() -> Detector:
    """COCO で学習ずみの NanoDet-g を，インターネットなしで用意する。

    Raises:
        WeightsError: 重みのファイルがない，または sha256 が台帳と違うとき。
    """
    model = restored(NanoDet(), "nanodet")
    return Detector(model.to(runtime.device()))
