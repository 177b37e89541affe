"""章 attention/cam の効果を測る関数。約束は ``protocols`` にある。"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lessons.attention.cam.model import class_activation_map
from lessons.attention.composites import compositions, share_inside
from lessons.recognition.networks import network
from lessons.weights import efficientnet_lite0

_CLASSES = 1000


@torch.no_grad()
def _maps(
    seed: int, control: str, contrast: float, noise: float
) -> Iterator[tuple[torch.Tensor, np.ndarray]]:
    """並べた絵と名指した物ごとの，CAM ``(h, w)`` と，名指した方の領域 ``(H, W)``。

    対照の ``other_name`` は，絵にない物の名前をでたらめに選んで名指す。
    """
    net = efficientnet_lite0.pretrained()
    model = network("" if control == "other_name" else control, seed)
    g = np.random.default_rng(seed)
    for composed in compositions(net, seed):
        picture = composed.picture
        grey = picture.mean()
        picture = (
            grey + contrast * (picture - grey) + noise * g.normal(size=picture.shape)
        )
        seen = np.clip(picture, 0, 1).astype(np.float32)
        A = model.features(net.eyes.tensor(seen).cpu())[0]  # (1280, h, w)
        for c, region in zip(composed.classes, composed.regions, strict=True):
            named = int(g.integers(_CLASSES)) if control == "other_name" else c
            yield class_activation_map(A, model._fc.weight[named]), region


def named_side(
    seed: int, control: str = "", *, contrast: float = 1.0, noise: float = 0.0
) -> np.ndarray:
    """名指した方の写真に入った CAM の割合 − 偶然の 0.5。``(12,)``：6 枚の絵 × 二つの名前。

    Args:
        seed: 絵の種。
        control: 空か，対照の名前。
        contrast: 絵の明暗の差を何倍にするか。
        noise: 絵に足す雑音の標準偏差（明るさは 0〜1）。
    """
    maps = _maps(seed, control, contrast, noise)
    return np.array([share_inside(M, region) - 0.5 for M, region in maps])


def named_peak(
    seed: int, control: str = "", *, contrast: float = 1.0, noise: float = 0.0
) -> np.ndarray:
    """CAM の頂点が名指した方の写真にあれば 0.5，なければ −0.5。``(12,)``。

    引数は ``named_side`` と同じ。
    """
    found = []
    for M, region in _maps(seed, control, contrast, noise):
        row, column = np.unravel_index(int(M.argmax()), M.shape)
        found.append(region[row * 32 + 16, column * 32 + 16] - 0.5)  # ます目の中心
    return np.array(found)


MEASURES: dict[str, Callable[..., np.ndarray]] = {
    "cam_named_side": named_side,
    "cam_named_peak": named_peak,
}
"""約束の名前から，測る関数を引く表。"""
