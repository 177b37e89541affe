"""写真への検出器の答えを，四角・形・関節・種類の色で描く。

torchvision の検出器はインターネットがあれば取り寄せ，なければ本に入っている NanoDet-g に答えさせる。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import ndimage

from lessons import class_names, figures
from lessons.weights import hub, nanodet
from lessons.weights.coco_keypoints import BONES
from lessons.weights.errors import WeightsError

TITLES = {
    "fasterrcnn_resnet50_fpn_v2": "Faster R-CNN",
    "maskrcnn_resnet50_fpn_v2": "Mask R-CNN",
    "keypointrcnn_resnet50_fpn": "Keypoint R-CNN",
    "deeplabv3_mobilenet_v3_large": "DeepLabv3",
}
"""図に書く名前。"""

VOC_AS_COCO = {
    "aeroplane": "airplane",
    "diningtable": "dining table",
    "motorbike": "motorcycle",
    "pottedplant": "potted plant",
    "sofa": "couch",
    "tvmonitor": "tv",
}
"""VOC の名前のうち，COCO では違う名前のもの。"""

SURE = 0.7
"""描く答えの確信度の下限。"""

SEEN = 0.0
"""Keypoint R-CNN の関節の得点（ロジット）が，これを超えれば描く。"""

SMALLEST = 0.01
"""描く種類の広さの下限（写真に対する割合）。"""


@dataclass(frozen=True)
class Answer:
    """検出器一つの答え。"""

    # TorchvisionDetector.answer の返す辞書。意味的切り出しなら kinds (H, W) だけ
    found: dict[str, np.ndarray]
    classes: Sequence[str]  # 番号の順の名前
    sure: float = SURE  # 描く答えの確信度の下限


def japanese(name: str) -> str:
    """COCO または VOC の英語名を日本語にする。知らない名前は，そのまま返す。"""
    return class_names.coco_japanese().get(VOC_AS_COCO.get(name, name), name)


def packaged(photo: np.ndarray) -> Answer:
    """本に入っている NanoDet-g の答え。確信度の低い答えは，もう除かれている。"""
    found = nanodet.pretrained().detect(photo)
    numbers = np.arange(len(found.labels))
    parts = {"boxes": found.boxes, "labels": numbers, "scores": found.scores}
    return Answer(parts, list(found.labels), sure=0.0)


def ask(names: Sequence[str], photo: np.ndarray) -> dict[str, Answer]:
    """検出器と意味的切り出しを取り寄せて，写真に答えさせる。

    取り寄せられないものは，わけを一文で表示して飛ばす。一つもなければ，
    ``packaged`` の答えを返す。

    Args:
        names: torchvision の検出器か，意味的切り出しの名前。
        photo: 写真 ``(H, W, 3)`` uint8。
    """
    answers = {}
    for name in names:
        try:
            found, classes = _ask_one(name, photo)
        except WeightsError as error:
            print(error)
            continue
        words = [japanese(word) for word in classes]
        answers[TITLES.get(name, name)] = Answer(found, words)
    if not answers:
        print("大きな検出器の代わりに，本に入っている NanoDet-g の答えを描きます。")
        answers["NanoDet-g"] = packaged(photo)
    return answers


def _ask_one(
    name: str, photo: np.ndarray
) -> tuple[dict[str, np.ndarray], Sequence[str]]:
    """一つを取り寄せて，答えと，番号の順の英語名を返す。"""
    if name in hub.segmenter_names():
        segmenter = hub.torchvision_segmenter(name)
        return {"kinds": segmenter.segment(photo)}, segmenter.classes
    detector = hub.torchvision_detector(name)
    return detector.answer(photo), detector.classes


def draw(axes: Axes, photo: np.ndarray, answer: Answer, title: str = "") -> list[str]:
    """答えを写真に重ねて描き，描いた物の名前を返す。

    Args:
        axes: 描く場所。
        photo: 写真 ``(H, W, 3)`` uint8。
        answer: 検出器の答え。確信度が ``answer.sure`` を超えた物だけを描く。
    """
    if "kinds" in answer.found:
        return _draw_kinds(axes, photo, answer, title)
    sure = answer.found["scores"] > answer.sure
    if "masks" in answer.found:  # (n, 1, H, W)
        photo = paint(photo, answer.found["masks"][sure][:, 0] > 0.5)
    figures.draw_image(axes, photo, title)
    names = [answer.classes[int(label)] for label in answer.found["labels"][sure]]
    boxes = answer.found["boxes"][sure]  # (n, 4)
    outline(axes, photo, boxes)
    for (left, top, right, _), name in zip(boxes, names, strict=True):
        _write(axes, photo, (left, right), top, name)
    if "keypoints" in answer.found:
        points = answer.found["keypoints"][sure]  # (n, 17, 3)
        seen = answer.found["keypoints_scores"][sure] > SEEN  # (n, 17)
        for joints, visible in zip(points, seen, strict=True):
            for a, b in BONES:
                if visible[a] and visible[b]:
                    axes.plot(joints[[a, b], 0], joints[[a, b], 1], linewidth=3)
    _frame(axes, photo)
    return names


def _draw_kinds(axes: Axes, photo: np.ndarray, answer: Answer, title: str) -> list[str]:
    """意味的切り出しの答え ``kinds`` (H, W) を，種類ごとの色で塗る。"""
    kinds = answer.found["kinds"]  # 0 は背景
    height, width = kinds.shape
    areas = np.bincount(kinds.ravel(), minlength=len(answer.classes)) / kinds.size
    shown = [int(kind) for kind in np.flatnonzero(areas > SMALLEST) if kind]
    shapes = np.array([kinds == kind for kind in shown], bool)
    figures.draw_image(axes, paint(photo, shapes.reshape(-1, height, width)), title)
    for kind in shown:
        y, x = ndimage.center_of_mass(kinds == kind)
        _write(axes, photo, (float(x), float(x)), float(y), answer.classes[kind])
    _frame(axes, photo)
    return [answer.classes[kind] for kind in shown]


def outline(
    axes: Axes, photo: np.ndarray, boxes: Sequence[np.ndarray] | np.ndarray
) -> None:
    """四角 ``(n, 4)`` の輪郭を描く。はみ出ても，写真の範囲だけを見せる。"""
    for x1, y1, x2, y2 in boxes:
        x, y = [x1, x2, x2, x1, x1], [y1, y1, y2, y2, y1]
        axes.plot(x, y, color=figures.COLORS["orange"])
    _frame(axes, photo)


def _write(
    axes: Axes, photo: np.ndarray, span: tuple[float, float], y: float, name: str
) -> None:
    """名前を，読める地の上に書く。右の方の四角では，右の端にそろえて左へ伸ばす。

    Args:
        span: 四角の左と右の端。
    """
    panel = {"facecolor": figures.COLORS["panel"], "pad": 1, "linewidth": 0}
    height, width = photo.shape[:2]
    ha = "right" if span[0] > 0.6 * width else "left"
    x = span[1] if ha == "right" else span[0]
    at = np.clip(x, 0, width), np.clip(y, 0, height)
    axes.text(*at, name, va="top", ha=ha, color=figures.COLORS["ink"], bbox=panel)


def _frame(axes: Axes, photo: np.ndarray) -> None:
    """四角や骨組みがはみ出ても，写真の範囲だけを見せる。"""
    axes.set_xlim(-0.5, photo.shape[1] - 0.5)
    axes.set_ylim(photo.shape[0] - 0.5, -0.5)


def draw_all(photo: np.ndarray, answers: dict[str, Answer]) -> Figure:
    """答えを一枚ずつ並べた図。二つ以上なら二列にする。"""
    columns = 1 if len(answers) == 1 else 2
    rows = -(-len(answers) // columns)
    tall = figures.WIDTH / columns * photo.shape[0] / photo.shape[1]
    fig, axes = figures.new(rows, columns, height=rows * (min(tall, 8.0) + 0.4))
    for ax in np.ravel(axes):
        ax.set_axis_off()
    for ax, (title, answer) in zip(np.ravel(axes), answers.items(), strict=False):
        draw(ax, photo, answer, title)
    return fig


def twice(photo: np.ndarray, left: int, right: int) -> np.ndarray:
    """写真の ``left`` から ``right`` までの列を切り取り，二つ並べた合成写真を作る。"""
    if not 0 <= left < right <= photo.shape[1]:
        raise ValueError(
            f"列の範囲は 0〜{photo.shape[1]} の中で，left を right より小さくしてください"
            f"（left={left}, right={right}）。"
        )
    part = photo[:, left:right]
    return np.hstack([part, part])


PAINTS = ((0, 114, 178), (230, 120, 0), (0, 150, 110), (170, 90, 165), (200, 60, 80))
"""形を塗る色。"""


def paint(image: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """画像 ``(H, W, 3)`` に，形 ``(n, H, W)`` を一つずつ違う色で塗る。"""
    shown = image.astype(float)
    for number, mask in enumerate(masks):
        color = np.array(PAINTS[number % len(PAINTS)])
        shown[mask] = 0.35 * shown[mask] + 0.65 * color
    return shown.astype(np.uint8)
