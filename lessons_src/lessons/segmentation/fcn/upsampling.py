"""粗い地図を細かく戻す三つの方法と，その癖を測る物差し。

双線形補間，転置畳み込み（チェッカー模様：Odena ほか 2016），最大値の位置を覚える
アンプーリング（Noh ほか 2015；Badrinarayanan ほか 2017）。
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.segmentation.backbone import conv

KINDS: dict[str, str] = {
    "bilinear": "双線形補間",
    "transposed": "転置畳み込み",
    "unpool": "アンプーリング",
}
"""広げ方の名前。"""


def transposed(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """転置畳み込み：ますの値を掛けたカーネルを，``stride`` ずつずらして足し重ねる。

    Args:
        x: 粗い地図 ``(H, W)``。
        kernel: カーネル ``(k, k)``。
        stride: 広げる倍率。1 以上。

    Returns:
        ``((H - 1) * stride + k, (W - 1) * stride + k)``。
    """
    if stride < 1:
        raise ValueError(f"stride は 1 以上にしてください（受け取った値: {stride}）。")
    rows, columns = x.shape
    tall, wide = kernel.shape
    found = x.new_zeros((rows - 1) * stride + tall, (columns - 1) * stride + wide)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            found[top : top + tall, left : left + wide] += x[i, j] * kernel
    return found


def pool_with_places(x: Tensor) -> tuple[Tensor, Tensor]:
    """2 × 2 の最大値 ``(H/2, W/2)`` と，その位置（地図を一列に並べた番号）を返す。"""
    values, places = F.max_pool2d(x[None, None], 2, return_indices=True)
    return values[0, 0], places[0, 0]


def unpool(values: Tensor, places: Tensor, size: tuple[int, int]) -> Tensor:
    """アンプーリング：覚えておいた位置に値を置き，ほかは 0 にする。

    Args:
        values: 最大値 ``(h, w)``。
        places: 最大値の位置 ``(h, w)``。
        size: 元の大きさ ``(H, W)``。
    """
    height, width = size
    if places.numel() and not 0 <= int(places.min()) <= int(places.max()) < (
        height * width
    ):
        raise ValueError(
            f"places に，大きさ {size} の外の位置があります。"
            "pool_with_places が返した位置と，元の大きさを渡してください。"
        )
    found = values.new_zeros(height * width)
    found[places.flatten()] = values.flatten()
    return found.reshape(height, width)


class Decoder(nn.Module):
    """広げ方だけが違う，小さな切り出しのネットワーク（スキップ結合なし）。

    Args:
        classes: 種類の数。
        kind: ``KINDS`` のどれか。
    """

    def __init__(self, classes: int, kind: str) -> None:
        super().__init__()
        if kind not in KINDS:
            raise ValueError(
                f"広げ方 {kind!r} はありません。使える名前: {', '.join(KINDS)}"
            )
        self.kind = kind
        widths = (16, 24, 32)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for before, after in zip((3, *widths), widths, strict=False):
            self.down.append(conv(before, after))
        for before, after in zip(widths[::-1], (*widths[-2::-1], 16), strict=True):
            self.up.append(
                _transposed_conv(before, after)
                if kind == "transposed"
                else conv(before, after)
            )
        self.score = nn.Conv2d(16, classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        """画像 ``(B, 3, H, W)`` から得点 ``(B, C, H, W)``。H と W は 8 の倍数。"""
        x, places = image, []
        for block in self.down:  # 1/2, 1/4, 1/8
            x, place = F.max_pool2d(block(x), 2, return_indices=True)
            places.append(place)
        for block, place in zip(self.up, places[::-1], strict=True):
            if self.kind == "bilinear":
                x = F.interpolate(x, scale_factor=2, mode="bilinear")
            elif self.kind == "unpool":
                x = _unpool_maps(x, place)
            x = block(x)
        return self.score(x)


def _unpool_maps(x: Tensor, places: Tensor) -> Tensor:
    """``unpool`` と同じことを，``(B, C, h, w)`` の地図の束で行う。"""
    batch, channels, height, width = x.shape
    found = x.new_zeros(batch, channels, 4 * height * width)
    found = found.scatter(2, places.flatten(2), x.flatten(2))
    return found.reshape(batch, channels, 2 * height, 2 * width)


def _transposed_conv(inputs: int, outputs: int) -> nn.Sequential:
    """2 倍に広げる 3×3 の転置畳み込み → バッチ正規化 → ReLU。"""
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def checkerboard(maps: Tensor, period: int = 2) -> float:
    """チェッカー模様の強さ。

    ``period`` ごとにくり返す位置（同じ余りの行と列）で値を平均し，その平均どうしの
    標準偏差を，地図全体の標準偏差で割る。くり返しのない地図では 0 に近い。

    Args:
        maps: 地図 ``(..., H, W)``。H と W は ``period`` の倍数に切り詰める。
        period: くり返しの幅（画素）。
    """
    height = maps.shape[-2] // period * period
    width = maps.shape[-1] // period * period
    if not height or not width:
        raise ValueError(
            f"地図（{tuple(maps.shape)}）が，くり返しの幅 {period} より小さいです。"
        )
    flat = maps[..., :height, :width].reshape(
        -1, height // period, period, width // period, period
    )
    whole = float(flat.std(correction=0))
    phases = flat.mean(dim=(0, 1, 3))  # (period, period)
    return float(phases.std(correction=0)) / whole if whole > 0 else 0.0


def coarsened(truth: np.ndarray, classes: int, stride: int) -> np.ndarray:
    """完全な答え ``(B, H, W)`` を，``stride`` 画素の一ますに縮めて，広げ直す。

    ますの中の種類の割合を双線形補間で広げ，いちばん大きい種類を答える。
    地図の粗さだけで，答えがどれだけ崩れるかの目安に使う（割合ではなく得点を広げる
    ネットワークは，得点の大きさを調整できるので，目安を超えることがある）。

    Args:
        truth: 種類の地図。値は 0 以上 ``classes`` 未満。H と W は ``stride`` の倍数。
        classes: 種類の数。
        stride: ますの一辺（画素）。
    """
    height, width = truth.shape[1:]
    if height % stride or width % stride:
        raise ValueError(
            f"地図の大きさ {height} × {width} を {stride} の倍数にしてください。"
        )
    found = []
    for one in truth:
        hot = F.one_hot(torch.from_numpy(one).long(), classes)  # (H, W, C)
        share = F.avg_pool2d(hot.permute(2, 0, 1)[None].float(), stride)
        fine = F.interpolate(share, (height, width), mode="bilinear")
        found.append(fine[0].argmax(0).numpy())
    return np.stack(found)
