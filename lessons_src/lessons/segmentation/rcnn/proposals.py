"""物のありそうな場所の提案と，R-CNN・Fast R-CNN・Faster R-CNN の手間の比べ。

三つの世代に，同じ学習ずみの背骨と枝を使わせ，背骨を通す回数だけを変えます。
四角の読み方は，学習のときと同じ torchvision の既定（``aligned=False``）です。
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from skimage.measure import regionprops
from skimage.segmentation import felzenszwalb
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import roi_align

from lessons.segmentation import boxes, data
from lessons.segmentation.metrics import Detections, box_iou
from lessons.stimuli.scenes import Scene

STRIDE = 8
"""地図の一ますの一辺（画素）。"""
READ = 5
"""四角の中を読む区画の数（一辺）。"""


def sliding_windows(
    rows: int, columns: int, step: int, sizes: list[float], ratios: list[float]
) -> Tensor:
    """画像に収まる窓を，``step`` 画素ずつずらして並べる。

    Args:
        rows, columns: 画像の縦と横（画素）。
        step: 窓をずらす幅（画素）。
        sizes: 窓の一辺（面積の平方根）。
        ratios: 縦 ÷ 横。

    Returns:
        ``(n, 4)``。
    """
    every = boxes.anchors(rows // step + 1, columns // step + 1, step, sizes, ratios)
    limit = torch.tensor([columns, rows])
    inside = (every[:, :2] >= 0).all(1) & (every[:, 2:] <= limit).all(1)
    return every[inside]


def segments(image: np.ndarray, scale: float) -> np.ndarray:
    """似た色の画素をつないだ，まとまりの番号 ``(H, W)``（Felzenszwalb の方法）。"""
    found: np.ndarray = felzenszwalb(image, scale=scale, sigma=0.8, min_size=20)
    return found


def group(image: np.ndarray, scales: Sequence[float] = (100.0, 300.0)) -> Tensor:
    """学習なしの提案：まとまりと，隣り合う二つのまとまりを，四角で囲む。

    選択的探索（Uijlings ほか 2013）を，短くした版です。

    Args:
        image: ``(H, W, 3)`` uint8。
        scales: まとまりの粗さ。大きいほど，大きなまとまりになる。

    Returns:
        ``(n, 4)``。重複はない。
    """
    found: list[np.ndarray] = []
    for scale in scales:
        part = segments(image, scale)  # (H, W)
        single = np.array([r.bbox for r in regionprops(part + 1)])[:, [1, 0, 3, 2]]
        a, b = np.array(sorted(_touching(part)), int).reshape(-1, 2).T
        first, second = single[a], single[b]
        pair = np.hstack(
            [np.minimum(first, second)[:, :2], np.maximum(first, second)[:, 2:]]
        )
        found += [single, pair]
    return torch.from_numpy(np.unique(np.vstack(found), axis=0)).float()


def _touching(part: np.ndarray) -> set[tuple[int, int]]:
    """隣り合うまとまりの番号の組。"""
    pairs: set[tuple[int, int]] = set()
    for a, b in ((part[:, :-1], part[:, 1:]), (part[:-1], part[1:])):
        edge = a != b
        pairs |= {(min(p), max(p)) for p in zip(a[edge], b[edge], strict=True)}
    return pairs


def found_shares(
    scenes: Sequence[Scene], windows: Sequence[Tensor], counts: Sequence[int]
) -> list[float]:
    """はじめの ``counts`` 個の窓のどれかが，IoU 0.5 以上で囲めた物の割合。

    物が一つもなければ ``nan``。
    """
    best: list[np.ndarray] = []
    for scene, window in zip(scenes, windows, strict=True):
        overlap = box_iou(scene.boxes, window.numpy())  # (物, 窓)
        best += [np.maximum.accumulate(row) for row in overlap]
    if not best:
        return [float("nan")] * len(counts)
    hits = [
        [len(row) and row[min(k, len(row)) - 1] >= 0.5 for row in best] for k in counts
    ]
    return [float(np.mean(hit)) for hit in hits]


@torch.no_grad()
def objectness(detector: FasterRCNN, image: Tensor) -> Tensor:
    """画像 ``(3, H, W)`` のますごとの「物がある」確率 ``(H/8, W/8)``。アンカーの最大。"""
    scores, _ = detector.rpn.head(list(detector.backbone(image[None]).values()))
    return scores[0][0].sigmoid().amax(0)


@torch.no_grad()
def r_cnn(detector: FasterRCNN, image: Tensor, windows: Tensor) -> Detections:
    """R-CNN：窓を切り出して大きさをそろえ，一つずつ背骨に通す。"""
    side = image.shape[-1]
    crops = roi_align(image[None], [windows], side, 1.0, 2)  # (n, 3, H, W)
    maps = detector.backbone(crops)["0"]  # (n, 64, H/8, W/8)：n 回分の計算
    whole = torch.tensor([[0.0, 0.0, side, side]])
    read = roi_align(maps, [whole] * len(maps), READ, 1 / STRIDE, 2)
    return _name(detector, read, windows, side)


@torch.no_grad()
def fast_r_cnn(detector: FasterRCNN, image: Tensor, windows: Tensor) -> Detections:
    """Fast R-CNN：背骨は一度だけ。窓の中は，地図から読む。"""
    maps = detector.backbone(image[None])["0"]  # (1, 64, H/8, W/8)：1 回分の計算
    read = roi_align(maps, [windows], READ, 1 / STRIDE, 2)  # (n, 64, 5, 5)
    return _name(detector, read, windows, image.shape[-1])


@torch.no_grad()
def faster_r_cnn(detector: FasterRCNN, image: Tensor) -> Detections:
    """Faster R-CNN：窓の提案も，同じ地図から作る。"""
    maps = detector.backbone(image[None])  # 1 回分の計算
    windows = _propose(detector, image, maps)
    read = roi_align(maps["0"], [windows], READ, 1 / STRIDE, 2)
    return _name(detector, read, windows, image.shape[-1])


def _propose(detector: FasterRCNN, image: Tensor, maps: dict[str, Tensor]) -> Tensor:
    size = image.shape[-2:]
    found, _ = detector.rpn(ImageList(image[None], [(size[0], size[1])]), maps)
    proposals: Tensor = found[0]
    return proposals


@torch.no_grad()
def propose(detector: FasterRCNN, image: Tensor) -> Tensor:
    """領域提案ネットワークの四角 ``(n, 4)``。物がありそうな順。"""
    return _propose(detector.eval(), image, detector.backbone(image[None]))


def _name(detector: FasterRCNN, read: Tensor, windows: Tensor, side: int) -> Detections:
    """読んだ特徴 ``(n, 64, 5, 5)`` から，名前と四角を答える。"""
    heads = detector.roi_heads
    scores, offsets = heads.box_predictor(heads.box_head(read))
    found, points, labels = heads.postprocess_detections(
        scores, offsets, [windows], [(side, side)]
    )
    return Detections(labels[0].numpy() - 1, found[0].numpy(), points[0].numpy())


@contextmanager
def count_passes(detector: FasterRCNN) -> Iterator[list[int]]:
    """背骨に通した画像の枚数を数える。結果は，はじめの要素。"""
    count = [0]

    def add(_: object, inputs: tuple[Tensor, ...]) -> None:
        count[0] += len(inputs[0])

    hook = detector.backbone.register_forward_pre_hook(add)
    try:
        yield count
    finally:
        hook.remove()


@dataclass(frozen=True)
class Cost:
    """一枚の場面に答える手間（場面で平均）。"""

    passes: float  # 背骨を通した回数
    work: float  # 積と和の回数（百万回）
    seconds: float  # かかった時間（秒）
    found: list[Detections] = field(repr=False)  # 場面ごとの答え


def measure(
    detector: FasterRCNN,
    scenes: Sequence[Scene],
    method: Callable[[Scene], Detections],
) -> Cost:
    """方法 ``method`` の手間を測る。時間は，数える道具を外して測る。"""
    if not scenes:
        raise ValueError("場面が一つもありません。一つ以上の場面を渡してください。")
    with count_passes(detector) as count, FlopCounterMode(display=False) as work:
        found = [method(scene) for scene in scenes]
    start = time.perf_counter()
    for scene in scenes:
        method(scene)
    seconds = time.perf_counter() - start
    n = len(scenes)
    return Cost(count[0] / n, work.get_total_flops() / 2 / 1e6 / n, seconds / n, found)


def as_input(scene: Scene) -> Tensor:
    """場面の画像を，ネットワークの入力 ``(3, H, W)`` にする。"""
    return data.to_tensor(scene.image[None])[0]
