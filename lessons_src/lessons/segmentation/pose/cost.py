"""トップダウンの姿勢検出：人を一人ずつ切り出して読む。手間をボトムアップと比べる。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment

from lessons.segmentation import data
from lessons.segmentation.metrics import object_keypoint_similarity
from lessons.segmentation.pose.grouping import STRIDE
from lessons.segmentation.pose.model import PoseNet
from lessons.stimuli.people import KEYPOINTS
from lessons.stimuli.scenes import Scene

SIDE = 96
"""切り出した人をそろえる大きさ（画素）。"""
MARGIN = 1.3
"""四角を広げる割合。関節が縁で切れないようにする。"""
SIGMAS = np.full(len(KEYPOINTS), 0.07)
"""OKS で許す幅。この本では，どの関節も同じにする。"""


def square(box: np.ndarray) -> tuple[float, float, float]:
    """四角 ``(4,)`` を囲む正方形の，左・上・一辺（画素）。

    Raises:
        ValueError: 面積がないか，有限でない四角のとき。
    """
    x1, y1, x2, y2 = (float(v) for v in box)
    longest = max(x2 - x1, y2 - y1) * MARGIN
    if not np.isfinite(longest) or min(x2 - x1, y2 - y1) <= 0:
        raise ValueError(
            f"四角 ({x1:g}, {y1:g}, {x2:g}, {y2:g}) には面積がありません。"
            "左上と右下の順に書いてください。"
        )
    return (x1 + x2 - longest) / 2, (y1 + y2 - longest) / 2, longest


def cut_out(image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """四角の人を切り出し，``(SIDE, SIDE, 3)`` にそろえる。画像の外は縁の色で埋める。"""
    left, top, longest = square(box)
    at = (np.arange(SIDE) + 0.5) / SIDE * longest  # 読む位置（画素）
    height, width = image.shape[:2]
    x = ((left + at) / width * 2 - 1).astype(np.float32)
    y = ((top + at) / height * 2 - 1).astype(np.float32)
    grid = torch.from_numpy(np.stack(np.meshgrid(x, y), axis=-1))[None]
    pixels = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    cut = F.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    return cut[0].permute(1, 2, 0).round().numpy().astype(np.uint8)


@torch.no_grad()
def read_one(model: PoseNet, image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """四角の中の一人を読む。関節ごとに，山のいちばん高い点を選ぶだけ。

    Args:
        model: 姿勢のネットワーク。
        image: ``(H, W, 3)`` uint8。
        box: 人の四角 ``(4,)``。

    Returns:
        ``(K, 3)``：x, y（元の画像の画素），山の高さ。
    """
    model.eval()
    left, top, longest = square(box)
    heat, _ = model(data.to_tensor(cut_out(image, box)[None]))
    best = heat[0].flatten(1).max(dim=1)  # (K,)
    columns = heat.shape[-1]
    x, y = best.indices % columns, best.indices // columns
    points = torch.stack([x, y], dim=1).numpy() + 0.5
    points = points * STRIDE / SIDE * longest + [left, top]
    return np.column_stack([points, best.values.numpy()])


def top_down(model: PoseNet, scene: Scene, boxes: np.ndarray) -> np.ndarray:
    """人の四角 ``(P, 4)`` を一つずつ切り出して読む。``(P, K, 3)`` を返す。"""
    people = [read_one(model, scene.image, box) for box in boxes]
    return np.array(people).reshape(-1, len(KEYPOINTS), 3)


def mean_oks(found: Sequence[np.ndarray], scenes: Sequence[Scene]) -> float:
    """正解の人ごとの OKS の平均。和が最大の一対一の組にし，見落とした人は 0 とする。

    Args:
        found: 場面ごとの ``(P, K, 3)``。
        scenes: 正解の場面。

    Returns:
        0〜1。正解の人が一人もいなければ ``nan``。
    """
    values = []
    for guess, scene in zip(found, scenes, strict=True):
        areas = scene.masks.sum(axis=(1, 2))
        table = np.array(
            [
                [
                    object_keypoint_similarity(
                        np.where(g[:, 2:] > 0, g[:, :2], np.inf), joints, area, SIGMAS
                    )
                    for g in guess
                ]
                for joints, area in zip(scene.keypoints, areas, strict=True)
            ]
        ).reshape(len(areas), len(guess))
        best = np.zeros(len(areas))
        person, g = linear_sum_assignment(np.nan_to_num(table), maximize=True)
        best[person] = np.nan_to_num(table[person, g])
        values += best.tolist()
    return float(np.mean(values)) if values else float("nan")


def inverted(scene: Scene) -> Scene:
    """場面を上下に逆さにする。正解の四角・形・関節も一緒に逆さになる。"""
    height = scene.image.shape[0]
    boxes = scene.boxes.copy()
    boxes[:, [1, 3]] = height - scene.boxes[:, [3, 1]]
    joints = scene.keypoints.copy()
    there = joints[..., 2] > 0
    joints[..., 1] = np.where(there, height - joints[..., 1], joints[..., 1])
    return replace(
        scene,
        image=np.ascontiguousarray(scene.image[::-1]),
        boxes=boxes,
        masks=np.ascontiguousarray(scene.masks[:, ::-1]),
        semantic=np.ascontiguousarray(scene.semantic[::-1]),
        keypoints=joints,
    )
