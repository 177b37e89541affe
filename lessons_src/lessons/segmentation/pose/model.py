"""姿勢の検出：関節の山（ヒートマップ）と，骨の向きの場 PAF（Cao ほか 2017）。

何人いても，一度の計算で，すべての関節と骨を答える。あとから人ごとに組み立てる。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.segmentation import data
from lessons.segmentation.backbone import Backbone, conv
from lessons.segmentation.pose.grouping import BONES, STRIDE, assemble
from lessons.stimuli.people import KEYPOINTS
from lessons.stimuli.scenes import Scene, SceneConfig
from lessons.weights.ledger import restored

SIGMA = 1.0
"""関節の山の広がり（地図の画素）。"""

CROWD = SceneConfig(things=("person",), smallest=0.4, largest=0.7, fewest=1, most=3)
"""姿勢の章で使う場面：一人から三人。"""


class PoseNet(nn.Module):
    """関節の山と骨の向きを答えるネットワーク。"""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone()
        widths = self.backbone.widths
        self.up = nn.ModuleList(
            conv(deep + shallow, max(shallow, 64))
            for deep, shallow in ((widths[4], widths[3]), (widths[3], widths[2]))
        )
        self.last = conv(64 + widths[1], 64)
        self.head = nn.Conv2d(64, len(KEYPOINTS) + 2 * len(BONES), 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """画像 ``(B, 3, H, W)`` から，山と向きを返す。

        Returns:
            山 ``(B, K, H/4, W/4)``，向き ``(B, L, 2, H/4, W/4)``（x, y）。
        """
        maps = self.backbone(image)
        x = maps[4]
        for block, shallow in zip((*self.up, self.last), maps[3:0:-1], strict=True):
            x = F.interpolate(x, size=shallow.shape[2:], mode="nearest")
            x = block(torch.cat([x, shallow], dim=1))
        x = self.head(x)
        heat, field = x.split([len(KEYPOINTS), 2 * len(BONES)], dim=1)
        return heat, field.unflatten(1, (len(BONES), 2))


def targets(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """正解の山 ``(K, h, w)`` と向き ``(L, 2, h, w)``。

    向きの場は，骨から 1 画素以内で，骨に沿う単位ベクトル。重なる所は平均する。
    """
    side = scene.image.shape[0] // STRIDE
    y, x = np.mgrid[:side, :side].astype(np.float32)
    heat = np.zeros((len(KEYPOINTS), side, side), np.float32)
    field = np.zeros((len(BONES), 2, side, side), np.float32)
    count = np.zeros((len(BONES), side, side), np.float32)
    for joints in scene.keypoints:
        points = joints[:, :2] / STRIDE - 0.5
        for index in np.flatnonzero(joints[:, 2] > 0):
            px, py = points[index]
            hill = np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * SIGMA**2))
            heat[index] = np.maximum(heat[index], hill)
        for number, (a, b) in enumerate(BONES):
            if joints[a, 2] == 0 or joints[b, 2] == 0:
                continue
            bone = points[b] - points[a]
            length = float(np.linalg.norm(bone))
            if length < 1e-3:
                continue
            unit = bone / length
            dx, dy = x - points[a][0], y - points[a][1]
            along, across = dx * unit[0] + dy * unit[1], dx * unit[1] - dy * unit[0]
            near = (along >= -0.5) & (along <= length + 0.5) & (np.abs(across) <= 1)
            field[number][:, near] += unit[:, None]
            count[number][near] += 1
    return heat, field / np.maximum(count, 1)[:, None]


def fit(
    model: PoseNet,
    scenes: tuple[Scene, ...],
    *,
    iterations: int,
    batch: int = 16,
    rate: float = 3e-3,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> list[float]:
    """山と向きの，正解との差の二乗を小さくする。

    ``watch`` を渡すと，一歩ごとに，終わった反復の数を添えて呼ぶ。
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, iterations)
    losses = []
    model.train()
    for image, chosen in data.batches(scenes, batch, iterations, seed):
        truth = [
            torch.from_numpy(np.stack(t))
            for t in zip(*map(targets, chosen), strict=True)
        ]
        heat, field = model(image)
        near = truth[1].abs().sum(2, keepdim=True) > 0  # 骨の近くを重くする
        error = (field - truth[1]) ** 2 * torch.where(near, 5.0, 1.0)
        weight = 1 + 20 * truth[0]
        total = 50 * (weight * (heat - truth[0]) ** 2).mean() + 10 * error.mean()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        schedule.step()
        losses.append(total.item())
        if watch:
            watch(len(losses))
            model.train()
    return losses


@torch.no_grad()
def detect(model: PoseNet, scenes: Sequence[Scene]) -> list[np.ndarray]:
    """場面ごとに，見つけた人の関節 ``(P, K, 3)`` を返す。"""
    model.eval()
    found = []
    for start in range(0, len(scenes), 32):
        part = scenes[start : start + 32]
        heat, field = model(data.to_tensor(np.stack([s.image for s in part])))
        found += [
            assemble(h.numpy(), f.numpy()) for h, f in zip(heat, field, strict=True)
        ]
    return found


def correct_share(
    found: Sequence[np.ndarray], scenes: Sequence[Scene], radius: float = 4.0
) -> float:
    """PCK：見える関節のうち，``radius`` 画素以内に置けた割合。人は近い順に組にする。"""
    hits = total = 0
    for guess, scene in zip(found, scenes, strict=True):
        free = list(range(len(guess)))
        for joints in scene.keypoints:
            seen = joints[:, 2] == 2
            total += int(seen.sum())
            if not free:
                continue
            distance = [
                np.linalg.norm(guess[g, :, :2] - joints[:, :2], axis=1) for g in free
            ]
            near = [
                int(((d <= radius) & seen & (guess[g, :, 2] > 0)).sum())
                for d, g in zip(distance, free, strict=True)
            ]
            best = int(np.argmax(near))
            hits += near[best]
            free.pop(best)
    return hits / total if total else float("nan")


def pretrained() -> PoseNet:
    """本の場面で学習ずみの，姿勢のネットワーク。

    Raises:
        WeightsError: 重みのファイルがない，または壊れているとき。
    """
    return restored(PoseNet(), "pose")
