"""四角を扱う短い関数。頁の上で読めるように書き，torchvision.ops と同じ値になる。

四角はすべて ``(x1, y1, x2, y2)``。
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LARGEST_LOG = math.log(1000 / 16)
"""四角を戻すときに許す，辺の倍率の対数の上限（torchvision と同じ）。"""


def iou(a: Tensor, b: Tensor) -> Tensor:
    """四角 ``(n, 4)`` と ``(m, 4)`` の IoU ``(n, m)``。和の面積が 0 の組は 0。

    float32 か float64 で計算して返す（半精度の四角は，面積があふれるので float32 に直す）。
    """
    a, b = _checked(a), _checked(b)
    top_left = torch.maximum(a[:, None, :2], b[None, :, :2])  # (n, m, 2)
    bottom_right = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = (bottom_right - top_left).clamp(min=0).prod(-1)  # (n, m)
    union = _area(a)[:, None] + _area(b)[None] - inter
    return torch.where(union > 0, inter / union.clamp(min=1e-12), 0.0)


def _area(boxes: Tensor) -> Tensor:
    """四角の面積 ``(n,)``。裏返った四角の面積は 0。"""
    return (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(-1)


def _checked(boxes: Tensor, *, solid: str = "") -> Tensor:
    """四角 ``(..., 4)`` を確かめ，float32 か float64 にして返す。

    Args:
        solid: 面積 0 の四角を断るときの，引数の名前。
    """
    if boxes.shape[-1:] != (4,):
        raise ValueError(
            f"四角は (x1, y1, x2, y2) の 4 列で渡してください（形 {tuple(boxes.shape)}）。"
        )
    if not torch.isfinite(boxes).all():
        raise ValueError(
            "四角に NaN または無限大があります。取り除いてから渡してください。"
        )
    if solid and bool((boxes[..., 2:] <= boxes[..., :2]).any()):
        raise ValueError(
            f"{solid} に，幅または高さが 0 以下の四角があります。"
            "x1 < x2，y1 < y2 の四角だけを渡してください。"
        )
    return boxes if boxes.dtype in (torch.float32, torch.float64) else boxes.float()


def suppress(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """非最大抑制 NMS：確信度の高い四角を残し，それと重なる四角を消す。

    Args:
        boxes: ``(n, 4)``。
        scores: ``(n,)``。
        threshold: これを超えて重なる四角を消す。

    Returns:
        残った四角の番号。確信度の高い順。
    """
    if len(boxes) != len(scores):
        raise ValueError(
            f"四角は {len(boxes)} 個，確信度は {len(scores)} 個です。数をそろえてください。"
        )
    if torch.isnan(scores).any():
        raise ValueError("scores に NaN があります。取り除いてから渡してください。")
    kept = []
    left = scores.argsort(descending=True, stable=True)
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        overlap = iou(boxes[best][None], boxes[left])[0]  # (残りの数,)
        left = left[overlap <= threshold]
    return torch.stack(kept) if kept else torch.zeros(0, dtype=torch.long)


def anchors(
    rows: int, columns: int, stride: float, sizes: list[float], ratios: list[float]
) -> Tensor:
    """地図のますごとに，大きさと縦横比の違う四角（アンカー）を置く（Ren ほか 2015）。

    Args:
        rows, columns: 地図の大きさ。
        stride: 地図の一ますが，画像の何画素にあたるか。
        sizes: 四角の一辺（面積の平方根）。
        ratios: 縦 ÷ 横。

    Returns:
        ``(rows * columns * len(ratios) * len(sizes), 4)``。
    """
    if not sizes or not ratios or min(*sizes, *ratios) <= 0:
        raise ValueError(
            "sizes と ratios には，0 より大きい数を一つ以上書いてください"
            f"（sizes={sizes}, ratios={ratios}）。"
        )
    shapes = []
    for ratio in ratios:
        for size in sizes:
            width, height = size / math.sqrt(ratio), size * math.sqrt(ratio)
            shapes.append([-width / 2, -height / 2, width / 2, height / 2])
    # torchvision と同じく，四角の端を整数に丸める。
    base = torch.tensor(shapes).round()  # (A, 4)
    y, x = torch.meshgrid(
        torch.arange(rows) * stride, torch.arange(columns) * stride, indexing="ij"
    )
    shift = torch.stack([x, y, x, y], dim=-1).reshape(-1, 1, 4)
    return (shift + base).reshape(-1, 4)


def encode(boxes: Tensor, reference: Tensor) -> Tensor:
    """四角を，基準の四角からのずれ ``(tx, ty, tw, th)`` で表す（Girshick ほか 2014）。"""
    x, y, w, h = _center(_checked(boxes, solid="boxes"))
    xa, ya, wa, ha = _center(_checked(reference, solid="reference"))
    return torch.stack(
        [(x - xa) / wa, (y - ya) / ha, (w / wa).log(), (h / ha).log()], dim=-1
    )


def decode(offsets: Tensor, reference: Tensor) -> Tensor:
    """ずれ ``(tx, ty, tw, th)`` を四角に戻す。``encode`` の逆。"""
    tx, ty, tw, th = _checked(offsets).unbind(-1)
    tw, th = tw.clamp(max=LARGEST_LOG), th.clamp(max=LARGEST_LOG)  # 桁あふれを防ぐ
    xa, ya, wa, ha = _center(_checked(reference))
    x, y, w, h = xa + tx * wa, ya + ty * ha, wa * tw.exp(), ha * th.exp()
    return torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], dim=-1)


def _center(boxes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """四角を，中心と幅と高さにする。"""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1


def roi_align(
    features: Tensor, boxes: Tensor, size: int, scale: float, *, aligned: bool = True
) -> Tensor:
    """RoIAlign：四角の中を ``size × size`` に区切り，各区画の平均を読む（He ほか 2017）。

    区画ごとに 2×2 点を，丸めずに双線形補間で読みます。

    Args:
        features: 地図 ``(C, H, W)``。
        boxes: 画像の座標の四角 ``(n, 4)``。
        size: 区切る数。
        scale: 画像の座標を地図の座標に直す倍率（1 / 地図の粗さ）。
        aligned: 画素の中心を 0.5 ずらして数える（正しい方）。

    Returns:
        ``(n, C, size, size)``。
    """
    shift = 0.5 if aligned else 0.0
    found = []
    for box in _checked(boxes):
        x1, y1, x2, y2 = (box * scale - shift).tolist()
        width, height = x2 - x1, y2 - y1
        if not aligned:  # 古い数え方では，小さすぎる四角を 1 に広げる
            width, height = max(width, 1.0), max(height, 1.0)
        steps = (torch.arange(2 * size) + 0.5) / (2 * size)
        values = _bilinear(features, y1 + steps * height, x1 + steps * width)
        # 2×2 点ずつ平均する (C, 2s, 2s) → (C, s, s)
        channels = features.shape[0]
        found.append(values.reshape(channels, size, 2, size, 2).mean(dim=(2, 4)))
    if not found:
        return features.new_zeros(0, features.shape[0], size, size)
    return torch.stack(found)


def _bilinear(features: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """地図を，縦 ``y`` と横 ``x`` の格子の点で読む。外側は 0。"""
    rows, columns = features.shape[1:]
    outside_y = (y < -1) | (y > rows)
    outside_x = (x < -1) | (x > columns)
    y, x = y.clamp(0, rows - 1), x.clamp(0, columns - 1)
    top, left = y.floor().long(), x.floor().long()
    bottom, right = (top + 1).clamp(max=rows - 1), (left + 1).clamp(max=columns - 1)
    fy, fx = (y - top)[:, None], (x - left)[None]
    rows_top, rows_bottom = features[:, top], features[:, bottom]
    value = (1 - fy) * ((1 - fx) * rows_top[:, :, left] + fx * rows_top[:, :, right])
    value = value + fy * (
        (1 - fx) * rows_bottom[:, :, left] + fx * rows_bottom[:, :, right]
    )
    return value * ~(outside_y[:, None] | outside_x[None])


def roi_pool(features: Tensor, boxes: Tensor, size: int, scale: float) -> Tensor:
    """RoIPool：四角を地図のますに丸め，区画ごとに最大の値を読む（Girshick 2015）。

    Args:
        features: 地図 ``(C, H, W)``。
        boxes: 画像の座標の四角 ``(n, 4)``。
        size: 区切る数。
        scale: 画像の座標を地図の座標に直す倍率（1 / 地図の粗さ）。

    Returns:
        ``(n, C, size, size)``。地図の外の区画は 0。
    """
    channels, rows, columns = features.shape
    found = features.new_zeros(len(boxes), channels, size, size)
    for n, box in enumerate(boxes):
        x1, y1, x2, y2 = round_half_away(box * scale).long().tolist()  # 一度めの丸め
        tall, wide = max(y2 - y1 + 1, 1) / size, max(x2 - x1 + 1, 1) / size
        for i in range(size):
            top = min(max(y1 + math.floor(i * tall), 0), rows)  # 二度めの丸め
            bottom = min(max(y1 + math.ceil((i + 1) * tall), 0), rows)
            for j in range(size):
                left = min(max(x1 + math.floor(j * wide), 0), columns)
                right = min(max(x1 + math.ceil((j + 1) * wide), 0), columns)
                if bottom > top and right > left:
                    part = features[:, top:bottom, left:right]
                    found[n, :, i, j] = part.amax(dim=(1, 2))
    return found


def round_half_away(values: Tensor) -> Tensor:
    """四捨五入（ちょうど半分は，0 から遠い方へ）。"""
    return torch.sign(values) * torch.floor(values.abs() + 0.5)
