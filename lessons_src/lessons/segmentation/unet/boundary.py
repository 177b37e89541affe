"""輪郭の正しさを測る物差しと，横のつなぎを切る実験。"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from lessons.segmentation import data
from lessons.segmentation.unet.model import UNet


def distance_to_boundary(truth: np.ndarray) -> np.ndarray:
    """種類の境までの距離（画素）。境に接する画素は 0.5，境のない地図は無限大。

    Args:
        truth: 種類の地図 ``(H, W)``。

    Returns:
        ``(H, W)``。
    """
    if truth.ndim != 2:
        raise ValueError(
            f"種類の地図は (高さ, 幅) にしてください（受け取った形: {truth.shape}）。"
        )
    inside = np.full(truth.shape, np.inf)
    for kind in np.unique(truth):
        mine = truth == kind
        if not mine.all():
            inside[mine] = ndimage.distance_transform_edt(mine)[mine] - 0.5
    return inside


def accuracy_by_distance(
    truth: np.ndarray, guess: np.ndarray, edges: tuple[float, ...]
) -> np.ndarray:
    """境からの距離で分けた，画素の正答率。

    Args:
        truth: 正解 ``(B, H, W)``。
        guess: 答え ``(B, H, W)``。
        edges: 距離の区切り（画素，小さい順）。

    Returns:
        ``(len(edges) - 1,)``。画素のない区間は nan。
    """
    if truth.shape != guess.shape or not len(truth):
        raise ValueError(
            f"地図の大きさが違うか，空です（{truth.shape} と {guess.shape}）。"
        )
    away = np.stack([distance_to_boundary(one) for one in truth])
    right = truth == guess
    found = []
    for low, high in pairwise(edges):
        band = (away >= low) & (away < high)
        found.append(right[band].mean() if band.any() else np.nan)
    return np.array(found)


@torch.no_grad()
def segment_with_cut(model: UNet, images: np.ndarray, cut: int) -> np.ndarray:
    """学習ずみの U-Net の，横のつなぎを一本だけ切って答えさせる。

    切ったつなぎの地図は，場所の情報だけを失うように，どこも同じ平均の値にする。

    Args:
        model: 横のつなぎのある U-Net。
        images: 画像 ``(B, H, W, 3)`` uint8。
        cut: 切る段。0 がいちばん細かい。``-1`` なら切らない。

    Returns:
        ``(B, H, W)``。
    """
    if not model.skip:
        raise ValueError("このモデルには，横のつなぎがありません。")
    if not -1 <= cut < len(model.up):
        raise ValueError(
            f"段 {cut} はありません。-1 から {len(model.up) - 1} までです。"
        )
    found = []
    for start in range(0, len(images), 16):
        image = data.to_tensor(images[start : start + 16])
        maps = model.eval().backbone(image)
        if cut >= 0:
            maps[cut] = _flattened(maps[cut])
        x = maps[-1]
        for block, shallow in zip(model.up, maps[-2::-1], strict=True):
            x = F.interpolate(x, size=shallow.shape[2:], mode="nearest")
            x = block(torch.cat([x, shallow], dim=1))
        scores = F.interpolate(model.score(x), size=image.shape[2:], mode="bilinear")
        found.append(scores.argmax(1).numpy())
    return np.concatenate(found)


def _flattened(maps: Tensor) -> Tensor:
    """地図を，場所によらない平均の値で置き換える。"""
    return maps.mean(dim=(2, 3), keepdim=True).expand_as(maps)
