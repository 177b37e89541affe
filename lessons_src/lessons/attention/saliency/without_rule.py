"""一つだけの山を強める規則 N を外しても，一つだけ違う項目は目立つか。傾きの非対称性も測る。"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from lessons.attention.saliency.model import (
    PAIRS,
    SCALE,
    THETAS,
    N,
    across_scale_sum,
    channels,
    feature_maps,
)
from lessons.stimuli.search_displays import (
    SEARCHES,
    Display,
    Look,
    Search,
    make_display,
    render,
)


def plain(image: Tensor) -> Tensor:
    """N の代わり：地図 ``(B, 1, h, w)`` を 0〜1 にそろえるだけ。山の数は見ない。"""
    lowest, highest = image.amin((2, 3), True), image.amax((2, 3), True)
    flat = highest - lowest < 1e-5
    return (image - lowest) / (highest - lowest + flat) * ~flat


def saliency_map(images: np.ndarray, *, rule: bool) -> Tensor:
    """顕著性地図 ``(B, 1, h, w)``。``rule`` が偽なら，N をすべて ``plain`` に替える。

    Args:
        images: RGB の絵 ``(B, H, W, 3)``，uint8。
        rule: 規則 N を使うか。
    """
    normalise = N if rule else plain
    maps = feature_maps(*channels(images))
    size = maps[f"I({SCALE},7)"].shape[2:]

    def total(kind: str, end: str = "") -> Tensor:
        found = [normalise(maps[f"{kind}({c},{s}{end})"]) for c, s in PAIRS]
        return across_scale_sum(found, size)

    tilts = [normalise(total("O", f",{theta}")) for theta in THETAS]
    streams = [total("I"), total("RG") + total("BY"), torch.stack(tilts).sum(0)]
    return torch.stack([normalise(one) for one in streams]).mean(0)


def item_values(display: Display, S: Tensor) -> NDArray[np.float64]:
    """項目ごとの，まわりでの顕著性の最大 ``(n,)``。

    Args:
        display: 画面。
        S: 顕著性地図 ``(h, w)``。
    """
    wide = F.interpolate(S[None, None], size=(display.side,) * 2, mode="bilinear")
    values, r = wide[0, 0].numpy(), round(display.radius)
    return np.array(
        [
            values[
                max(int(y) - r, 0) : int(y) + r + 1, max(int(x) - r, 0) : int(x) + r + 1
            ].max()
            for x, y in display.xy
        ]
    )


def _displays(search: Search, items: int, seed: int, count: int) -> list[Display]:
    seeds = range(1000 * seed, 1000 * seed + count)
    return [make_display(search, items, True, one) for one in seeds]


def without_rule(
    seed: int,
    control: str = "",
    *,
    items: int = 36,
    count: int = 16,
    rule: bool = False,
) -> float:
    """一つだけ違う項目が，いちばん目立った割合 − 偶然の ``1 / items``。色と傾きの平均。

    Args:
        seed: 画面の種。
        control: ``"conjunction"`` なら結合探索の画面，``"brightness"`` なら，色を消して
            明るさをそろえた画面の値で順位をつける。
        items: 項目の数。
        count: 課題ごとの画面の数。
        rule: 規則 N を使うか。
    """
    tasks = ("conjunction",) if control == "conjunction" else ("color", "orientation")
    hits = []
    for task in tasks:
        shown = _displays(SEARCHES[task], items, seed, count)
        images = np.stack([render(one) for one in shown])
        if control == "brightness":
            grey = torch.from_numpy(images.mean(3)).float()[:, None]  # (B, 1, H, W)
            S = F.avg_pool2d(grey, 16)
        else:
            S = saliency_map(images, rule=rule).cpu()
        values = [item_values(one, s) for one, s in zip(shown, S[:, 0], strict=True)]
        hits += [value.argmax() == 0 for value in values]  # 標的は 0 番
    return float(np.mean(hits)) - 1 / items


def _target_share(
    target: float, others: float, items: int, seed: int, count: int, rule: bool
) -> NDArray[np.float64]:
    """標的の顕著性 ÷（標的＋いちばん目立つ妨害）``(count,)``。"""
    look = [Look("red", tilt=tilt) for tilt in (target, others)]
    shown = _displays(Search(look[0], (look[1],)), items, seed, count)
    S = saliency_map(np.stack([render(one) for one in shown]), rule=rule).cpu()
    values = [item_values(one, s) for one, s in zip(shown, S[:, 0], strict=True)]
    return np.array([v[0] / (v[0] + v[1:].max()) for v in values])


def tilt_asymmetry(
    seed: int,
    control: str = "",
    *,
    items: int = 16,
    tilt: float = 18.0,
    count: int = 16,
    rule: bool = True,
) -> float:
    """縦の中の斜めが，斜めの中の縦より，どれだけ目立つか（標的の割合の差）。

    Args:
        seed: 画面の種。
        control: ``"turned"`` なら，どちらの線も 22.5 度のチャンネルの境から同じだけ傾ける
            （どちらも縦横でない）。
        items: 項目の数。
        tilt: 縦からの傾き（度）。
        count: 画面の数。
        rule: 規則 N を使うか。
    """
    upright, slanted = 90.0, 90.0 - tilt
    if control == "turned":
        upright, slanted = 67.5 + tilt / 2, 67.5 - tilt / 2
    pop, hidden = (
        _target_share(target, others, items, seed, count, rule)
        for target, others in ((slanted, upright), (upright, slanted))
    )
    return float((pop - hidden).mean())
