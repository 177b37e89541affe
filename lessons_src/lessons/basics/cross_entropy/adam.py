"""自信のある誤りからの学び直しを，Adam（Kingma & Ba, 2015）で測る。

Adam は重みごとに歩幅を合わせるので，小さな勾配でも，歩幅は小さくならない。
"""

from __future__ import annotations

import numpy as np

from lessons.basics.cross_entropy import model as ce

RATES = (0.03, 0.1, 0.3)
"""学習率の候補。"""


def steps(loss: str, seed: int, rate: float) -> int:
    """逆の答えを覚えた後，正答率が ``ce.CRITERION`` になるまでの回数。届かなければ ``ce.LIMIT``。

    Args:
        loss: ``ce.LOSSES`` の名前。
        seed: 始めの重みの種。
        rate: 学習率。
    """
    X, t = ce.contiguity()
    net = ce.misled(seed)
    mean = [np.zeros_like(w) for w in net]
    square = [np.zeros_like(w) for w in net]
    for count in range(1, ce.LIMIT + 1):
        slopes, a = ce.gradients(net, X, t, loss)
        if ((a > 0) == (t > 0.5)).mean() >= ce.CRITERION:
            return count - 1
        mean = [0.9 * m + 0.1 * g for m, g in zip(mean, slopes, strict=True)]
        square = [0.999 * s + 0.001 * g**2 for s, g in zip(square, slopes, strict=True)]
        fade = np.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        net = ce.Network(
            *(
                w - rate * fade * m / (np.sqrt(s) + 1e-8)
                for w, m, s in zip(net, mean, square, strict=True)
            )
        )
    return ce.LIMIT


def fewest(loss: str, seed: int) -> int:
    """``RATES`` のうち，いちばん速い学習率での回数。"""
    return min(steps(loss, seed, rate) for rate in RATES)
