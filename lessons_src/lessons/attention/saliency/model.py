"""Itti・Koch・Niebur（1998）の顕著性モデル：絵から顕著性地図 S まで。

記号は論文のままです。σ はピラミッドの段，c と s は中心と周辺の段，θ は方位です。
方位は棒の向きで表します（0° が横棒，90° が縦棒，反時計回りが正）。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from lessons import runtime

LEVELS = 9  # ピラミッドの段の数。σ = 0, …, 8
PAIRS = tuple((c, c + delta) for c in (2, 3, 4) for delta in (3, 4))
"""中心と周辺の段の組 ``(c, s)``。c ∈ {2,3,4}，s = c + δ，δ ∈ {3,4} の 6 組。"""
THETAS = (0, 45, 90, 135)  # 方位 θ（度）
SCALE = 4  # 顕著性地図の段
SMALLEST = 2 ** (LEVELS - 1)
"""絵の一辺の下限（画素）。これより小さいと，最後の段が 1 画素に満たない。"""


@dataclass(frozen=True)
class Saliency:
    """モデルの途中と結果。どの地図も ``(B, 1, h, w)``。

    Attributes:
        maps: 42 枚の特徴地図。名前は ``I(2,5)``，``RG(2,5)``，``BY(2,5)``，
            ``O(2,5,90)`` の形。大きさは中心の段 c と同じ。
        I_bar, C_bar, O_bar: 明るさ・色・方位の目立ち地図（段 4）。
        S: 顕著性地図（段 4）。
    """

    maps: dict[str, Tensor]
    I_bar: Tensor
    C_bar: Tensor
    O_bar: Tensor
    S: Tensor


def gaussian_pyramid(image: Tensor) -> list[Tensor]:
    """ぼかしては半分に縮めて，9 段のピラミッドにする。

    Args:
        image: ``(B, 1, H, W)``。

    Returns:
        σ = 0〜8 の 9 枚。σ 段は ``(B, 1, H / 2^σ, W / 2^σ)``（端数は切り上げ）。
    """
    k = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0], device=image.device) / 16
    kernel = (k[:, None] * k[None, :])[None, None]  # (1, 1, 5, 5)
    levels = [image]
    for _ in range(1, LEVELS):
        padded = F.pad(levels[-1], (2, 2, 2, 2), mode="replicate")
        levels.append(F.conv2d(padded, kernel, stride=2))
    return levels


def center_surround(center: Tensor, surround: Tensor) -> Tensor:
    """中心と周辺の差 ``|center ⊖ surround|``。周辺を中心の大きさに広げて引く。"""
    wide = F.interpolate(surround, size=center.shape[2:], mode="bilinear")
    return (center - wide).abs()  # (B, 1, h_c, w_c)


def broadly_tuned(r: Tensor, g: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    """広く応じる四つの色 R，G，B，Y をつくる。どれも ``(B, 1, H, W)``。"""
    I = (r + g + b) / 3
    bright = I.amax((2, 3), keepdim=True) / 10 < I
    hue = bright / I.clamp(min=1e-6)  # 明るさで割り，暗い所は 0 にする
    r, g, b = r * hue, g * hue, b * hue
    R = (r - (g + b) / 2).clamp(min=0)
    G = (g - (r + b) / 2).clamp(min=0)
    B = (b - (r + g) / 2).clamp(min=0)
    Y = ((r + g) / 2 - (r - g).abs() / 2 - b).clamp(min=0)
    return R, G, B, Y


def gabor(image: Tensor, theta: float) -> Tensor:
    """方位 θ の棒や縁に応じる。位相の違う二つのガボールの応答を合わせた大きさ。

    Args:
        image: ``(B, 1, h, w)``。
        theta: 好む棒の向き（度）。

    Returns:
        ``(B, 1, h, w)``。
    """
    radius, sigma, period = 4, 2.0, 4.0
    axis = torch.arange(-radius, radius + 1.0, device=image.device)
    y, x = torch.meshgrid(axis, axis, indexing="ij")  # (9, 9)
    angle = torch.deg2rad(torch.tensor(theta + 90.0))
    across = x * torch.cos(angle) - y * torch.sin(angle)  # 棒を横切る向き
    envelope = torch.exp(-(x**2 + y**2) / (2 * sigma**2))
    phase = 2 * torch.pi * across / period
    even, odd = envelope * torch.cos(phase), envelope * torch.sin(phase)
    even = even - envelope * even.sum() / envelope.sum()  # 和を 0 にする
    kernels = torch.stack([even, odd])[:, None]  # (2, 1, 9, 9)
    kernels = kernels / kernels.abs().sum(dim=(2, 3), keepdim=True)
    padded = F.pad(image, (radius,) * 4, mode="replicate")
    return F.conv2d(padded, kernels).square().sum(dim=1, keepdim=True).sqrt()


def feature_maps(r: Tensor, g: Tensor, b: Tensor) -> dict[str, Tensor]:
    """42 枚の特徴地図をつくる：明るさ 6，色 12，方位 24。"""
    I = gaussian_pyramid((r + g + b) / 3)
    R, G, B, Y = (gaussian_pyramid(x) for x in broadly_tuned(r, g, b))
    used = {level for pair in PAIRS for level in pair}  # 細かい段 0 と 1 は使わない
    O = {theta: {level: gabor(I[level], theta) for level in used} for theta in THETAS}
    maps = {}
    for c, s in PAIRS:
        maps[f"I({c},{s})"] = center_surround(I[c], I[s])
        maps[f"RG({c},{s})"] = center_surround(R[c] - G[c], R[s] - G[s])
        maps[f"BY({c},{s})"] = center_surround(B[c] - Y[c], B[s] - Y[s])
        for theta, level in O.items():
            maps[f"O({c},{s},{theta})"] = center_surround(level[c], level[s])
    return maps


def N(image: Tensor) -> Tensor:
    """正規化 N(·)：飛び抜けた山が一つある地図を強め，似た山が多い地図を弱める。

    地図を 0〜1（M = 1）にそろえ，最大の山を一つだけ除いた，局所の極大の平均 m̄ を求め，
    地図の全体に (M − m̄)² を掛ける。同じ高さの最大の山が二つあれば m̄ は 1 に近づき，
    地図は消える。平らな地図は 0 になる。

    Args:
        image: 0 以上の地図 ``(B, 1, h, w)``。

    Returns:
        同じ形の地図。
    """
    lowest, highest = image.amin((2, 3), True), image.amax((2, 3), True)
    flat = highest - lowest < 1e-5  # 丸めの誤差しかない地図
    image = (image - lowest) / (highest - lowest + flat) * ~flat
    peaks = image == F.max_pool2d(image, 3, stride=1, padding=1)
    others = peaks & (image > 0.1) & ~_highest_hill(image)  # 最大と，ごく低い山を除く
    count = others.sum((2, 3), True).clamp(min=1)
    m_bar = (image * others).sum((2, 3), True) / count
    return image * (1 - m_bar) ** 2


def _highest_hill(image: Tensor) -> Tensor:
    """いちばん高い山を一つだけ選ぶ（つながった同じ高さのますは，一つの山）。

    Args:
        image: 最大が 1 の地図 ``(B, 1, h, w)``。

    Returns:
        山のます ``(B, 1, h, w)``，bool。
    """
    first = image.flatten(1).argmax(dim=1, keepdim=True)  # (B, 1)
    hill = torch.zeros_like(image).flatten(1).scatter_(1, first, 1.0).view_as(image)
    while True:
        grown = F.max_pool2d(hill, 3, stride=1, padding=1) * (image == 1)
        if torch.equal(grown, hill):
            return hill > 0
        hill = grown


def across_scale_sum(maps: list[Tensor], size: Sequence[int]) -> Tensor:
    """段をまたぐ足し算 ⊕。どの地図も段 4 の大きさ ``size`` にして足す。"""
    return sum(
        (F.interpolate(m, size=size, mode="area") for m in maps),
        start=torch.zeros((), device=maps[0].device),
    )


def saliency(image: np.ndarray) -> Saliency:
    """絵の顕著性地図を計算する。

    Args:
        image: RGB の絵 ``(H, W, 3)``，または同じ大きさの絵の束 ``(B, H, W, 3)``。
            uint8。縦も横も 256 画素以上（小さい絵は ``fit`` で大きくする）。

    Returns:
        特徴地図・目立ち地図・顕著性地図。

    Raises:
        ValueError: 形や大きさが違うとき。

    出典: Itti, Koch & Niebur (1998)。
    """
    r, g, b = channels(image)  # (B, 1, H, W) が三つ
    maps = feature_maps(r, g, b)
    size = maps[f"I({SCALE},7)"].shape[2:]
    I_bar = across_scale_sum([N(maps[f"I({c},{s})"]) for c, s in PAIRS], size)
    RG = [N(maps[f"RG({c},{s})"]) for c, s in PAIRS]
    BY = [N(maps[f"BY({c},{s})"]) for c, s in PAIRS]
    C_bar = across_scale_sum(RG + BY, size)
    O_bar = torch.zeros_like(I_bar)
    for theta in THETAS:
        one = [N(maps[f"O({c},{s},{theta})"]) for c, s in PAIRS]
        O_bar += N(across_scale_sum(one, size))
    S = (N(I_bar) + N(C_bar) + N(O_bar)) / 3
    maps = {name: m.cpu() for name, m in maps.items()}
    return Saliency(maps, I_bar.cpu(), C_bar.cpu(), O_bar.cpu(), S.cpu())


def fit(image: np.ndarray, longest: int = 640) -> np.ndarray:
    """絵の長い辺を ``longest`` 画素にそろえ，``saliency`` に渡せる大きさにする。

    細長い絵は，短い辺が 256 画素になるまで広げる（形がゆがむ）。

    Args:
        image: RGB の絵 ``(H, W, 3)``，uint8。
        longest: 長い辺の画素数。

    Returns:
        ``(H', W', 3)``，uint8。
    """
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    size = [max(SMALLEST, round(side * scale)) for side in (width, height)]
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))


def channels(image: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """絵を調べ，0〜1 の r，g，b に分ける。どれも ``(B, 1, H, W)``。

    Raises:
        ValueError: 形や大きさが違うとき。
    """
    pixels = np.asarray(image)
    if pixels.ndim not in (3, 4) or pixels.shape[-1] != 3 or pixels.dtype != np.uint8:
        raise ValueError(
            "saliency には RGB の絵 (H, W, 3) か，その束 (B, H, W, 3) を uint8 で渡して"
            f"ください（受け取った形: {pixels.shape}，型: {pixels.dtype}）。"
        )
    if min(pixels.shape[-3:-1]) < SMALLEST:
        raise ValueError(
            f"絵が小さすぎます（{pixels.shape[-3]}×{pixels.shape[-2]}）。縦も横も "
            f"{SMALLEST} 画素以上が要ります。fit(image) で大きくしてください。"
        )
    batch = torch.tensor(pixels, device=runtime.device())
    batch = batch.reshape(-1, *pixels.shape[-3:]).float() / 255  # (B, H, W, 3)
    r, g, b = batch.permute(0, 3, 1, 2).split(1, dim=1)
    return r, g, b
