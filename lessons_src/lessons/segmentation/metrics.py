"""画像切り出しの成績：IoU，AP，mIoU，PQ，OKS，PCK。

四角は ``(x1, y1, x2, y2)``，形は真偽の配列。どれも numpy で，読めるように書いています。
COCO の決まり（101 点での平均，確信度の高い順の照合）に従います。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).round(2).tolist())
"""COCO の AP で平均する IoU のしきい値。"""

MOST_DETECTIONS = 100
"""一枚の画像で数える検出の上限（COCO の maxDets）。"""


@dataclass(frozen=True)
class Detections:
    """一枚の画像の検出または正解。``n`` は数。リストやテンソルで渡してもよい。

    Raises:
        ValueError: 数がそろわない，形が合わない，種類か確信度が数でないとき。
    """

    labels: np.ndarray  # (n,) 種類の番号
    regions: np.ndarray  # (n, 4) 四角，または (n, H, W) 形
    scores: np.ndarray | None = None  # (n,) 確信度。正解では None

    def __post_init__(self) -> None:
        for name in ("labels", "regions", "scores"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _array(name, getattr(self, name)))
        n = len(self.labels)
        if len(self.regions) != n or (
            self.scores is not None and len(self.scores) != n
        ):
            raise ValueError(
                f"検出の数がそろっていません（labels {n}，regions {len(self.regions)}，"
                f"scores {None if self.scores is None else len(self.scores)}）。"
            )
        if self.scores is not None and not np.isfinite(self.scores).all():
            raise ValueError(
                "scores に NaN または無限大があります。取り除いてください。"
            )
        if n and self.regions.ndim == 2 and self.regions.shape[1] != 4:
            raise ValueError(
                f"regions の形 {self.regions.shape} は使えません。"
                "四角 (n, 4) か，形 (n, 高さ, 幅) にしてください。"
            )


def _array(name: str, values: Any) -> np.ndarray:
    """配列，リスト，テンソルを，数の配列にする。"""
    try:
        if hasattr(values, "detach"):
            values = values.detach().cpu().numpy()
        found = np.asarray(values)
    except ValueError:
        found = np.array("")  # 長さの違うリスト
    if found.ndim == 0 or found.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} は，数の配列で渡してください（受け取ったもの: {type(values).__name__}）。"
        )
    return found


def box_area(boxes: np.ndarray) -> np.ndarray:
    """四角 ``(n, 4)`` の面積 ``(n,)``。裏返った四角の面積は 0。"""
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return sides[:, 0] * sides[:, 1]


def box_iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """四角どうしの重なりの割合 IoU。

    Args:
        a: ``(n, 4)``。
        b: ``(m, 4)``。

    Returns:
        ``(n, m)``，0〜1。和の面積が 0 の組は 0。
    """
    a, b = np.asarray(a, float).reshape(-1, 4), np.asarray(b, float).reshape(-1, 4)
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])  # (n, m, 2)
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(bottom_right - top_left, 0, None)
    inter = sides[..., 0] * sides[..., 1]
    union = box_area(a)[:, None] + box_area(b)[None] - inter
    return np.divide(inter, union, out=np.zeros_like(inter), where=union > 0)


def mask_iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """形どうしの IoU。``a`` は ``(n, H, W)``，``b`` は ``(m, H, W)``，結果は ``(n, m)``。"""
    a, b = np.asarray(a, bool), np.asarray(b, bool)
    if not len(a) or not len(b):
        return np.zeros((len(a), len(b)))
    if a.shape[1:] != b.shape[1:]:
        raise ValueError(
            f"形の大きさが違います（{a.shape[1:]} と {b.shape[1:]}）。"
            "同じ画像の大きさにそろえてください。"
        )
    flat_a = a.reshape(len(a), -1).astype(np.float32)
    flat_b = b.reshape(len(b), -1).astype(np.float32)
    inter = (flat_a @ flat_b.T).astype(float)
    union = flat_a.sum(1)[:, None] + flat_b.sum(1)[None] - inter
    return np.divide(inter, union, out=np.zeros_like(inter), where=union > 0)


def region_iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """四角なら ``box_iou``，形なら ``mask_iou``。"""
    return mask_iou(a, b) if np.ndim(a) == 3 or np.ndim(b) == 3 else box_iou(a, b)


def match(
    iou: np.ndarray, scores: np.ndarray, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """確信度の高い検出から順に，まだ空いている正解のうち IoU が最大のものと組にする。

    Args:
        iou: ``(検出の数, 正解の数)``。
        scores: 検出の確信度。
        threshold: 組とみなす IoU の下限。

    Returns:
        検出ごとの正解の番号（なければ -1）と，検出を確信度の順に並べた番号。
    """
    order = np.argsort(-scores, kind="stable")
    taken = np.zeros(iou.shape[1], bool)
    partner = np.full(len(scores), -1)
    for detection in order:
        best, best_iou = -1, min(threshold, 1 - 1e-10)
        for truth in np.flatnonzero(~taken):
            if iou[detection, truth] >= best_iou:
                best, best_iou = int(truth), iou[detection, truth]
        if best >= 0:
            taken[best] = True
            partner[detection] = best
    return partner, order


def average_precision(
    predictions: Sequence[Detections],
    truths: Sequence[Detections],
    thresholds: Sequence[float] = COCO_THRESHOLDS,
    iou_function: Callable[[np.ndarray, np.ndarray], np.ndarray] = region_iou,
) -> float:
    """COCO の決まりによる AP。種類としきい値の平均を取る。

    Args:
        predictions: 画像ごとの検出（``scores`` が要る）。
        truths: 画像ごとの正解。
        thresholds: IoU のしきい値。``(0.5,)`` なら AP50。
        iou_function: 四角または形の重なりを返す関数。

    Returns:
        0〜1。正解が一つもなければ ``nan``。
    """
    _same_pictures(predictions, truths)
    classes = sorted({int(label) for truth in truths for label in truth.labels})
    values = [
        _class_ap(predictions, truths, kind, threshold, iou_function)
        for kind in classes
        for threshold in thresholds
    ]
    return float(np.mean(values)) if values else float("nan")


def _same_pictures(
    predictions: Sequence[Detections], truths: Sequence[Detections]
) -> None:
    """検出と正解の，画像の数がそろっているか確かめる。"""
    if len(predictions) != len(truths):
        raise ValueError(
            f"画像の数が違います（検出 {len(predictions)}，正解 {len(truths)}）。"
        )


def _class_ap(
    predictions: Sequence[Detections],
    truths: Sequence[Detections],
    kind: int,
    threshold: float,
    iou_function: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> float:
    """種類 ``kind`` の AP。適合率を再現率の 101 点で読み取って平均する。"""
    scores, hits, total = [], [], 0
    for prediction, truth in zip(predictions, truths, strict=True):
        if prediction.scores is None:
            raise ValueError("検出には scores（確信度）が要ります。")
        mine, yours = prediction.labels == kind, truth.labels == kind
        total += int(yours.sum())
        score = prediction.scores[mine]
        keep = np.argsort(-score, kind="stable")[:MOST_DETECTIONS]
        score = score[keep]
        iou = iou_function(prediction.regions[mine][keep], truth.regions[yours])
        partner, order = match(iou, score, threshold)
        scores.append(score[order])
        hits.append(partner[order] >= 0)
    hit = np.concatenate(hits)[np.argsort(-np.concatenate(scores), kind="stable")]
    if not len(hit):
        return 0.0
    recall = np.cumsum(hit) / total
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]  # 右から見た最大
    at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.append(precision, 0.0)[np.minimum(at, len(precision))].mean())


def confusion(truth: np.ndarray, guess: np.ndarray, classes: int) -> np.ndarray:
    """画素の混同行列 ``(classes, classes)``。行が正解，列が答え。

    正解が 0 以上 ``classes`` 未満でない画素は，数えない（境目などの印に使える）。

    Raises:
        ValueError: 地図の大きさが違うとき，または，数える画素の答えが 0 以上
            ``classes`` 未満の整数でないとき。
    """
    truth, guess = np.asarray(truth), np.asarray(guess)
    if truth.shape != guess.shape:
        raise ValueError(f"地図の大きさが違います（{truth.shape} と {guess.shape}）。")
    inside = (truth >= 0) & (truth < classes)
    answers = guess[inside]
    wrong = answers[~((answers >= 0) & (answers < classes) & (answers % 1 == 0))]
    if wrong.size:
        raise ValueError(
            f"答えの地図に，種類の番号でない値 {wrong[0]} があります。"
            f"0 から {classes - 1} までの整数にしてください。"
        )
    code = classes * truth[inside].astype(np.int64) + answers.astype(np.int64)
    return np.bincount(code, minlength=classes**2).reshape(classes, classes)


def mean_iou(matrix: np.ndarray) -> float:
    """混同行列から mIoU を求める。正解にも答えにも現れない種類は数えない。"""
    inter = np.diag(matrix).astype(float)
    union = matrix.sum(0) + matrix.sum(1) - inter
    present = union > 0
    return float((inter[present] / union[present]).mean()) if present.any() else np.nan


def matched_overlaps(iou: np.ndarray) -> np.ndarray:
    """区画を一対一の組にし，組の IoU ``(k,)`` を返す。

    IoU が 0.5 を超える組だけを使い，IoU の和がいちばん大きくなる組み方を選ぶ。
    区画の数が決まっていれば，PQ は IoU の和に比例するので，PQ も最大になる。

    Args:
        iou: ``(答えの数, 正解の数)``。
    """
    usable = np.where(iou > 0.5, iou, 0.0)
    pairs = usable[linear_sum_assignment(usable, maximize=True)]
    return pairs[pairs > 0]


@dataclass(frozen=True)
class PanopticQuality:
    """パノプティックの質 PQ = SQ × RQ（Kirillov ほか 2019, 式 1・2）。"""

    pq: float
    sq: float  # 合った区画の IoU の平均
    rq: float  # 区画の F 値


def panoptic_quality(
    predictions: Sequence[Detections], truths: Sequence[Detections]
) -> PanopticQuality:
    """画像ごとの区画（形）から PQ を求め，種類で平均する。

    同じ種類で IoU が 0.5 を超える組だけを，一対一に合ったとみなす。区画が重ならなければ，
    組は一通りに決まる。重なる区画では，PQ がいちばん大きくなる組を選ぶ。
    """
    _same_pictures(predictions, truths)
    classes = sorted({int(c) for item in (*predictions, *truths) for c in item.labels})
    rows = []
    for kind in classes:
        overlap, hits, misses, extras = 0.0, 0, 0, 0
        for prediction, truth in zip(predictions, truths, strict=True):
            mine = prediction.regions[prediction.labels == kind]
            yours = truth.regions[truth.labels == kind]
            matched = matched_overlaps(mask_iou(mine, yours))
            overlap += float(matched.sum())
            hits += len(matched)
            extras += len(mine) - len(matched)
            misses += len(yours) - len(matched)
        sq = overlap / hits if hits else 0.0
        rq = hits / (hits + 0.5 * extras + 0.5 * misses)
        rows.append((sq * rq, sq, rq))
    if not rows:
        return PanopticQuality(float("nan"), float("nan"), float("nan"))
    pq, sq, rq = np.mean(rows, axis=0)
    return PanopticQuality(float(pq), float(sq), float(rq))


def object_keypoint_similarity(
    guess: np.ndarray, truth: np.ndarray, area: float, sigmas: np.ndarray
) -> float:
    """OKS：関節の位置の近さ（COCO の定義）。

    Args:
        guess: ``(K, 2)``。
        truth: ``(K, 3)``。3 列めは 0 なら関節なし。
        area: 人の面積（画素）。0 より大きいこと。
        sigmas: 関節ごとの許す幅 ``(K,)``。

    Returns:
        0〜1。置けなかった関節（NaN）は外れと数える。正解の関節がなければ ``nan``。
    """
    _same_points(guess, truth)
    _same_points(np.asarray(sigmas)[:, None], truth)
    if not area > 0:
        raise ValueError(f"area は 0 より大きくしてください（受け取った値: {area}）。")
    labelled = truth[:, 2] > 0
    if not labelled.any():
        return float("nan")
    squared = ((guess - truth[:, :2]) ** 2).sum(1)
    squared = np.where(np.isnan(squared), np.inf, squared)
    scale = 2 * area * (2 * np.asarray(sigmas)) ** 2
    return float(np.exp(-squared / scale)[labelled].mean())


def _same_points(guess: np.ndarray, truth: np.ndarray) -> None:
    """答えと正解の，特徴点の数がそろっているか確かめる。"""
    if guess.shape[:-1] != truth.shape[:-1]:
        raise ValueError(
            f"特徴点の数が違います（{guess.shape[:-1]} と {truth.shape[:-1]}）。"
        )


def correct_keypoints(guess: np.ndarray, truth: np.ndarray, radius: float) -> float:
    """PCK：正解から ``radius`` 画素以内に置けた関節の割合。

    Args:
        guess: ``(..., K, 2)``。
        truth: ``(..., K, 3)``。3 列めが 0 の関節は数えない。
        radius: 許す距離（画素）。
    """
    _same_points(guess, truth)
    labelled = truth[..., 2] > 0
    if not labelled.any():
        return float("nan")
    distance = np.linalg.norm(guess - truth[..., :2], axis=-1)
    return float((distance[labelled] <= radius).mean())
