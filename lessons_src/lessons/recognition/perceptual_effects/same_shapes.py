"""全体と部分の図形のうち，替えたはずの形が替わっていない組を見つける。

``stimuli.perception.surfaces`` の形の一つ（三つの先を持つ星，内側の半径 0.5）は，正三角形と同じ点の
並びになる。この二つが選ばれた組では，大きな図形か小さな図形が，同じ形のままになる。
約束と記録は変えず，その組を除いたときの値を頁に示すために使う。
"""

from __future__ import annotations

import numpy as np

SHAPES, SAME = 7, {0, 5}
"""形の数と，同じ形になる二つの番号。"""


def unchanged(seed: int, items: int) -> np.ndarray:
    """替わっていない組か ``(items, 2)``。列は，大きな図形と小さな図形。

    ``surfaces.global_and_local`` と同じくじを引く。

    Args:
        seed: 図形の種。
        items: 図形の組の数。
    """
    g = np.random.default_rng(seed)
    found = []
    for _ in range(items):
        a, b, c, d = (int(k) for k in g.permutation(SHAPES)[:4])
        g.uniform(size=5)  # 位置，大きさ，間隔
        found.append(({a, c} == SAME, {b, d} == SAME))
    return np.array(found)
