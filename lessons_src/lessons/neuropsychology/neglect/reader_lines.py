"""読者が真ん中を示す線と，同じ長さの線でのモデルのずれ。

どの線も，半分の長さが 100 になる単位で描く。だから，ずれは，そのまま「半分の長さの %」になる。
"""

from __future__ import annotations

import numpy as np

from lessons.neuropsychology.neglect import bisection

LENGTHS = {"とても短い線": 0.15, "短い線": 0.3, "長い線": 0.6, "とても長い線": 0.85}
"""線の長さ（絵の幅を 1 とする）。"""
SCREEN = 52.0
"""電話での絵の幅のめやす（mm）。モデルに，同じ長さの線を見せるときに使う。"""
DAMAGE = 0.6
MODELS = {
    "損傷なし": (bisection.page, 0.0),
    "紙の勾配": (bisection.page, DAMAGE),
    "物の勾配": (bisection.object_centred, DAMAGE),
}


def line(share: float, seed: int) -> tuple[str, tuple[float, float]]:
    """横の線の SVG と，その真ん中。線は絵の中で，左右と上下に少しずれる。"""
    side = round(200 / share)
    rng = np.random.default_rng(seed)
    free = (side - 200) / 2 * 0.85
    x = round(side / 2 + rng.uniform(-free, free))
    y = round(side * rng.uniform(0.25, 0.75))
    svg = (
        f'<svg viewBox="0 0 {side} {side}" role="img" aria-label="横の線">'
        f'<path d="M{x - 100} {y}h200" stroke="#eee" stroke-width="{side / 90:.1f}"/></svg>'
    )
    return svg, (x, y)


def predicted(name: str) -> dict[str, float]:
    """モデルのずれ（半分の長さの %，右が正）。読者と同じ長さの線で求める。"""
    account, damage = MODELS[name]
    return {
        kind: 200 / (share * SCREEN) * bisection.bisect(account, share * SCREEN, damage)
        for kind, share in LENGTHS.items()
    }
