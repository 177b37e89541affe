"""境界の帰属：同じ縁が，左の図形のものか，右の図形のものか（Zhou ほか 2000 の考え方）。

縁の近くの画素はまったく同じで，図形だけが左か右にある絵の組を作る。線か面の明暗も反転する。
縁の上の応答の，左右での違いの向きが，明暗を反転しても同じなら，持ち主を表している。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F

from lessons.segmentation import data
from lessons.segmentation.composed import finished, grain
from lessons.segmentation.nulls import altered, pictures
from lessons.segmentation.unet import model as unet

SIZE = 96
"""絵の一辺（画素）。縁は，まんなかの列にある。"""
KINDS = ("line", "solid", "apart")
"""線で囲んだ四角，塗りつぶした四角，四角の代わりに離れた一本の線（囲まれた図形はどこにもない）。"""
STAGES = ("1/16", "1/8", "1/4", "1/2")
"""広げる道の段。"""
LINE = 2
"""線の太さ（画素）。"""


def displays(
    rng: np.random.Generator, items: int, kind: str = "line", size: int = 28
) -> np.ndarray:
    """絵の組 ``(items, 2, 2, 96, 96, 3)``：明暗の反転，図形の側（左，右）。

    Args:
        rng: 乱数。
        items: 組の数。
        kind: ``KINDS`` のどれか。
        size: 四角の一辺か，線の長さと隔たりの，おおよその値（画素）。

    Raises:
        ValueError: 知らない種類か，四角が絵からはみ出すとき。
    """
    if kind not in KINDS:
        raise ValueError(f"四角 {kind!r} はありません。使える名前: {'，'.join(KINDS)}")
    if not 8 <= size <= 40:
        raise ValueError(f"size は 8 から 40 までにしてください（いまは {size}）。")
    draw = {"line": _line, "solid": _solid, "apart": _apart}[kind]
    found = []
    for _ in range(items):
        side = size + int(rng.integers(-3, 4))
        middle, contrast = rng.uniform(110, 150), rng.uniform(40, 80)
        noise = grain(rng, SIZE)
        found.append(
            [
                [finished(draw(middle, sign * contrast, side, left), noise)
                 for left in (True, False)]
                for sign in (1, -1)
            ]
        )  # fmt: skip
    return np.array(found)


def _line(middle: float, contrast: float, side: int, left: bool) -> np.ndarray:
    """線で囲んだ四角。まんなかの縦線を，左右どちらの四角も含む。"""
    image = np.full((SIZE, SIZE, 3), middle)
    edge, top = SIZE // 2 - LINE // 2, SIZE // 2 - side // 2
    start = edge - side if left else edge
    bottom, end = top + side, start + side
    for rows, columns in (
        (slice(top, bottom), slice(start, start + LINE)),
        (slice(top, bottom), slice(end, end + LINE)),
        (slice(top, top + LINE), slice(start, end + LINE)),
        (slice(bottom - LINE, bottom), slice(start, end + LINE)),
    ):
        image[rows, columns] = middle + contrast
    return image


def _solid(middle: float, contrast: float, side: int, left: bool) -> np.ndarray:
    """塗りつぶした四角。まんなかの縁の左が明るければ，どちらの図形でも左が明るい。"""
    here, there = middle + contrast, middle - contrast  # 縁の左，右
    image = np.full((SIZE, SIZE, 3), there if left else here)
    edge, top = SIZE // 2, SIZE // 2 - side // 2
    columns = slice(edge - side, edge) if left else slice(edge, edge + side)
    image[top : top + side, columns] = here if left else there
    return image


def _apart(middle: float, contrast: float, side: int, left: bool) -> np.ndarray:
    """まんなかの縦線と，それに触れない，左か右の縦線。"""
    image = np.full((SIZE, SIZE, 3), middle)
    edge, top = SIZE // 2 - LINE // 2, SIZE // 2 - side // 2
    for column in (edge, edge - side if left else edge + side):
        image[top : top + side, column : column + LINE] = middle + contrast
    return image


@torch.no_grad()
def responses(model: unet.UNet, images: np.ndarray, stage: str = "1/2") -> np.ndarray:
    """縁のまんなかの四ますの，応答の平均 ``(items, 2, 2, チャンネル)``。

    Args:
        model: U-Net。
        images: ``displays`` の絵。
        stage: ``STAGES`` のどれか。``narrow`` なら，縮める道の最初の段（縁の近くしか見ない）。

    Raises:
        ValueError: 知らない段のとき。
    """
    if stage not in (*STAGES, "narrow"):
        raise ValueError(
            f"段 {stage!r} はありません。使える名前: {'，'.join(STAGES)}，narrow"
        )
    flat = images.reshape(-1, *images.shape[3:])
    maps = model.eval().backbone(data.to_tensor(flat))
    x = maps[0] if stage == "narrow" else maps[-1]
    if stage != "narrow":
        steps = zip(model.up, maps[-2::-1], STAGES, strict=True)
        for block, shallow, name in steps:
            x = F.interpolate(x, size=shallow.shape[2:], mode="nearest")
            x = block(torch.cat([x, shallow], dim=1) if model.skip else x)
            if name == stage:
                break
    at = x.shape[2] // 2
    here = x[:, :, at - 1 : at + 1, at - 1 : at + 1].mean(dim=(2, 3))
    return here.numpy().reshape(*images.shape[:3], -1)


def agreement(found: np.ndarray) -> np.ndarray:
    """左右での応答の違いの向きが，明暗を反転しても同じ度合い ``(items,)``。

    違いを並べたベクトルの，反転の前と後のコサイン。1 なら持ち主だけ，−1 なら明るさだけを
    表す。左右で違いがなければ 0。
    """
    before, after = np.moveaxis(found[:, :, 0] - found[:, :, 1], 1, 0)
    size = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    dot = (before * after).sum(axis=1)
    return np.divide(dot, size, out=np.zeros_like(dot), where=size > 1e-9)


@lru_cache(maxsize=4)
def network(control: str, seed: int, skip: bool) -> unet.UNet:
    """学習ずみの U-Net か，その対照。"""
    if control in ("", "narrow"):
        return unet.pretrained(skip=skip)
    trained = unet.pretrained(skip=skip)
    return altered(trained, control, seed, lambda net: net(pictures()))


def ownership(
    seed: int,
    control: str = "",
    *,
    items: int,
    kind: str,
    size: int,
    stage: str,
    skip: bool,
) -> np.ndarray:
    """持ち主の一致度を，絵の組ごとに測る ``(items,)``。

    対照は ``untrained``，``shuffled``，``narrow``（縁の近くしか見ない段を読む）。
    """
    images = displays(np.random.default_rng(seed), items, kind, size)
    chosen = "narrow" if control == "narrow" else stage
    return agreement(responses(network(control, seed, skip), images, chosen))
