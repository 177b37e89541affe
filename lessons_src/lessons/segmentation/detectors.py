"""人間と比べる章が使う検出器：二段（Faster R-CNN），一段，その対照。"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor, nn

from lessons.segmentation import faster_rcnn
from lessons.segmentation.metrics import Detections, box_iou
from lessons.segmentation.nulls import altered, pictures
from lessons.segmentation.one_stage import model as one_stage
from lessons.stimuli.scenes import Scene

KINDS = ("two_stage", "one_stage")
"""検出器の名前：二段と一段。"""


@lru_cache(maxsize=4)
def network(kind: str, control: str = "", seed: int = 0) -> nn.Module:
    """本の場面で学習ずみの検出器か，その対照。書き換えてはいけない。

    Args:
        kind: ``KINDS`` のどれか。
        control: 空なら学習ずみ，ほかは ``nulls.CONTROLS`` のどれか。
        seed: 対照の重みの種。

    Raises:
        ValueError: 知らない名前のとき。
    """
    if kind not in KINDS:
        raise ValueError(
            f"検出器 {kind!r} はありません。使える名前: {'，'.join(KINDS)}"
        )
    trained: nn.Module
    if kind == "two_stage":
        trained = faster_rcnn.pretrained()
    else:
        trained = one_stage.pretrained()
    if not control:
        return trained.eval()
    images = pictures()

    def show(net: nn.Module) -> object:
        shown: list[Tensor] | Tensor = list(images) if kind == "two_stage" else images
        return net(shown)

    with torch.no_grad():
        return altered(trained, control, seed, show)


def found(
    kind: str, scenes: Sequence[Scene], control: str = "", seed: int = 0
) -> list[Detections]:
    """場面ごとの答え。引数は ``network`` に同じ。"""
    net = network(kind, control, seed if control else 0)
    if isinstance(net, one_stage.GridDetector):
        return one_stage.detect(net, scenes)
    assert isinstance(net, faster_rcnn.FasterRCNN)
    return faster_rcnn.detect(net, scenes)


def hit(answer: Detections, scene: Scene, thing: int = 0) -> bool:
    """物 ``thing`` に，確信度 0.5 以上で，名前が合い，IoU 0.5 以上の四角があるか。"""
    if answer.scores is None:
        raise ValueError("検出には scores（確信度）が要ります。")
    overlap = box_iou(answer.regions, scene.boxes[thing : thing + 1])[:, 0]
    right = (answer.labels == scene.labels[thing]) & (overlap >= 0.5)
    return bool((right & (answer.scores >= 0.5)).any())
