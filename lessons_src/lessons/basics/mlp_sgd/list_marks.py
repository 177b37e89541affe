"""リストの目印の強さを変えると，前のリストをどれだけ忘れるか。

``paired_lists`` と同じ課題で，目印の 10 個の数だけを何倍かにする。
"""

from __future__ import annotations

import numpy as np

from lessons.basics.mlp_sgd import paired_lists as lists


def kept(
    seed: int,
    strength: float,
    rate: float = 0.05,
    sure: float = 0.8,
    cue: float = 1.0,
) -> float:
    """第二のリストを，第一のリストと同じ回数だけ覚えた後の，第一のリストの再生率。

    Args:
        seed: 手がかり，目印，重みの種。
        strength: 目印の数に掛ける倍率。1 なら ``paired_lists`` と同じ。
        rate, sure: 学習率と，覚えたとみなす出力の大きさ。
        cue: 手がかりの数に掛ける倍率。``strength`` と同じなら，入力の全体が大きくなる。

    Raises:
        ValueError: 倍率が負のとき。
    """
    for name, times in (("目印", strength), ("手がかり", cue)):
        if not times >= 0:
            raise ValueError(f"{name}の倍率 {times} は，0 以上にしてください。")
    g = np.random.default_rng(seed)
    signs = (lists.PAIRS, lists.CUE), (lists.PAIRS, lists.CUE), (2, lists.CONTEXT)
    cues, _, marks = (g.choice([-1.0, 1.0], size=size) for size in signs)
    X1, X2 = (
        np.hstack([cue * cues, np.tile(m, (lists.PAIRS, 1))]) for m in strength * marks
    )
    T1, T2 = np.split(np.eye(2 * lists.PAIRS), 2)
    net = lists.fresh(g, lists.CUE + lists.CONTEXT, 50, 2 * lists.PAIRS)
    for _ in range(net.learn(X1, T1, rate, sure)):
        net.step(X2, T2, rate)
    return net.recall(X1, T1)
