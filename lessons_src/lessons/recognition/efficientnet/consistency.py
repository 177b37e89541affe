"""間違いの一致 κ：二人が，同じ絵で間違えるか（Geirhos, Meding & Wichmann, 2020）。"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike

from lessons.recognition.resnet.model import digits, trained


def kappa(a: ArrayLike, b: ArrayLike) -> float:
    """間違いの一致 κ。1 なら同じ絵で間違え，0 なら偶然と同じ。

    Args:
        a, b: 絵ごとに，正しく答えたか（真・偽）。同じ形。

    Returns:
        κ。どちらかがすべて正解かすべて誤りで，偶然の一致が 1 になるときは 0。

    Raises:
        ValueError: 形が違うか，空のとき。
    """
    first, second = np.asarray(a, bool).ravel(), np.asarray(b, bool).ravel()
    if first.shape != second.shape or not first.size:
        raise ValueError(
            f"正誤の数が {first.size} と {second.size} です。"
            "同じ絵の正誤を，同じ順に，一つ以上渡してください。"
        )
    observed = (first == second).mean()
    p, q = first.mean(), second.mean()
    expected = p * q + (1 - p) * (1 - q)
    return float((observed - expected) / (1 - expected)) if expected < 1 else 0.0


def digit_hits(
    kind: str, seed: int, *, blocks: int = 3, steps: int = 100
) -> np.ndarray:
    """初めから学習したネットが，試験の数字を正しく答えたか ``(597,)``。"""
    net = trained(kind, blocks, seed, steps=steps)
    _, _, x, y = digits()
    with torch.no_grad():
        return (net(x).argmax(1) == y).numpy()


def pixel_hits() -> np.ndarray:
    """画素の平均にいちばん近い数字を答えたときの正誤 ``(597,)``。学習するのは平均だけ。"""
    x, y, x_test, y_test = digits()
    means = torch.stack([x[y == name].mean(dim=0) for name in range(10)])
    apart = torch.cdist(x_test.flatten(1), means.flatten(1))
    return (apart.argmin(1) == y_test).numpy()
