"""名指した方に CAM が向くかを，この本のすべての写真の組で測る。

``composites`` の四枚は，答えのわかりやすい写真を選んだもの。ここでは，いちばんの答えが外れている
写真も入れ，それぞれの写真の，いちばんの答えを名指す。
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch

from lessons.attention.cam.model import class_activation_map
from lessons.attention.composites import share_inside, side_by_side
from lessons.stimuli import photos
from lessons.weights.classifier import Classifier
from lessons.weights.efficientnet_lite0 import EfficientNetLite0

CELL = 32
"""CAM の一ますの画素。"""


class Named(NamedTuple):
    """一枚の写真を，ほかの写真と並べて名指したときの値（組についての平均）。"""

    own: float  # 名指した側に入った CAM の割合（偶然なら 0.5）
    hits: float  # CAM の頂点が，名指した側にあった割合


@torch.no_grad()
def by_photo(net: Classifier) -> dict[str, Named]:
    """写真の名前から，名指した側に向いた程度を引く表。写真は左右に並べる。

    いちばんの答えが同じ写真どうしは，どちらを名指したかが決まらないので，並べない。
    """
    views = {name: net.view(photos.load(name)) for name in photos.PHOTOS}
    best = {name: net.top(photos.load(name), 1)[0][0] for name in views}
    own: dict[str, list[float]] = {name: [] for name in views}
    hits: dict[str, list[bool]] = {name: [] for name in views}
    model = net.model
    assert isinstance(model, EfficientNetLite0)
    for pair in combinations(views, 2):
        if best[pair[0]] == best[pair[1]]:
            continue
        picture, regions = side_by_side(*(views[name] for name in pair))
        A = model.features(net.eyes.tensor(picture))[0]  # (1280, 7, 14)
        for name, region in zip(pair, regions, strict=True):
            M = class_activation_map(A, model._fc.weight[best[name]])
            own[name].append(share_inside(M, region))
            row, column = np.unravel_index(int(M.argmax()), M.shape)
            middle = row * CELL + CELL // 2, column * CELL + CELL // 2
            hits[name].append(bool(region[middle]))
    return {
        name: Named(float(np.mean(own[name])), float(np.mean(hits[name])))
        for name in views
    }
