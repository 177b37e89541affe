"""ALCOVE：特徴への注意も，誤りの勾配で学ぶモデル（Kruschke, 1992）。

8 個の物を一つずつ覚える単位があり，似た物ほど強く反応する。
似かたを測るとき，特徴 i の違いに注意 α_i を掛ける。学ぶのは，重み w と注意 α。
記号は Kruschke（1992）に合わせた。誤差は，行きすぎを罰しない「控えめな先生」で測る。
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lessons.basics.mlp_sgd.six_types import (
    BLOCKS,
    ITEMS,
    Array,
    checked,
    targets,
)

CONTROLS = ("", "no_attention", "untrained", "shuffled")


@lru_cache(maxsize=512)
def _learned(
    seed: int, control: str, c: float, phi: float, rate: float, attention_rate: float
) -> tuple[Array, Array]:
    g = np.random.default_rng(seed)
    t = targets()
    alpha = np.full((6, 3), 1 / 3)
    w = np.zeros((6, 2, 8))
    differ = np.abs(ITEMS[:, None] - ITEMS[None])  # (8, 8, 3)
    found = np.zeros((6, BLOCKS))
    for block in range(BLOCKS):
        if control == "shuffled":
            t = t[:, g.permutation(8)]
        for k in np.concatenate([g.permutation(8), g.permutation(8)]):
            h = np.exp(-c * alpha @ differ[k].T)  # (6, 8)
            o = (w @ h[:, :, None])[:, :, 0]  # (6, 2)
            right = np.stack([t[:, k], 1 - t[:, k]], axis=1)  # (6, 2)
            p = 1 / (1 + np.exp(-phi * (2 * right - 1) * (o - o[:, ::-1])))
            found[:, block] += 1 - (p * right).sum(axis=1)
            if control == "untrained":
                continue
            goal = np.where(right > 0, np.maximum(o, 1), np.minimum(o, -1))
            e = goal - o  # (6, 2)
            back = (e[:, :, None] * w).sum(axis=1) * h  # (6, 8)
            w += rate * e[:, :, None] * h[:, None, :]
            if control != "no_attention":
                alpha = np.maximum(alpha - attention_rate * c * back @ differ[k], 0)
    return found / 16, alpha


def errors(
    seed: int,
    control: str = "",
    *,
    c: float = 6.5,
    phi: float = 2.0,
    rate: float = 0.1,
    attention_rate: float = 0.03,
) -> Array:
    """六つの型の，ブロックごとの誤りの割合 ``(6, 16)``。

    既定の学習率は，六つの型の誤りの平均が人間の 0.094 に近くなるように，この本で選んだ。

    Args:
        seed: 物の順番の種。
        control: ``no_attention`` なら注意を動かさない。``untrained`` なら何も学ばせない。
            ``shuffled`` なら，ブロックのたびに正解を付け替える。
        c: 似かたの鋭さ。
        phi: 答えの鋭さ（温度の逆数）。
        rate: 重みの学習率。
        attention_rate: 注意の学習率。
    """
    checked(control, CONTROLS)
    return _learned(seed, control, c, phi, rate, attention_rate)[0]


def attention(seed: int, **parameters: float) -> Array:
    """学習し終えたときの，三つの特徴への注意 ``(6, 3)``。"""
    given = {"c": 6.5, "phi": 2.0, "rate": 0.1, "attention_rate": 0.03}
    return _learned(seed, "", **(given | parameters))[1]
