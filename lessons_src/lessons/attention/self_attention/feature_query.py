"""トップダウンの注意を「問い」として書く：特徴の問いで，画面の項目を選ぶ。

項目の鍵は，その項目の特徴（赤・緑・縦・横）を 0 と 1 で並べたものです。
探したい特徴を並べた問いとの内積が，項目への注意の強さになります。
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from lessons.attention.self_attention.model import scaled_dot_product
from lessons.stimuli.search_displays import Look

FEATURES = ("red", "green", "vertical", "horizontal")
"""鍵の成分。順に，赤，緑，縦，横。"""

_TILTS = {90.0: "vertical", 0.0: "horizontal"}


def keys(looks: Sequence[Look]) -> Tensor:
    """項目の見かけを鍵にする。

    Args:
        looks: 項目の見かけ。色は red か green，傾きは 90（縦）か 0（横）。

    Returns:
        ``(n, 4)``。列は ``FEATURES`` の順で，持っている特徴が 1，ほかは 0。

    Raises:
        ValueError: ほかの色や傾きがあるとき。
    """
    K = torch.zeros(len(looks), len(FEATURES))
    for row, look in zip(K, looks, strict=True):
        for feature in (look.color, _TILTS.get(float(look.tilt), f"{look.tilt:g}°")):
            row[_index(feature)] = 1
    return K


def query(*wanted: str, gain: float = 8.0) -> Tensor:
    """探したい特徴を問いにする。

    Args:
        wanted: ``FEATURES`` から選んだ特徴。何も選ばなければ，すべて 0 の問い。
        gain: 問いの強さ。大きいほど，合う項目だけに注意が集まる。

    Returns:
        ``(1, 4)``。

    Raises:
        ValueError: 知らない特徴のとき。
    """
    q = torch.zeros(1, len(FEATURES))
    for feature in wanted:
        q[0, _index(feature)] = gain
    return q


def attend(q: Tensor, K: Tensor, V: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """問い ``(1, 4)`` を鍵 ``(n, 4)`` と比べる。

    Args:
        V: 項目から取り出したい値 ``(n, d_v)``。省くと鍵と同じ。

    Returns:
        取り出した値 ``(d_v,)`` と，項目への注意の重み ``(n,)``。
    """
    taken, weights = scaled_dot_product(q, K, K if V is None else V)
    return taken[0], weights[0]


def _index(feature: str) -> int:
    if feature not in FEATURES:
        raise ValueError(
            f"特徴 {feature!r} はありません。使える特徴: {', '.join(FEATURES)}"
        )
    return FEATURES.index(feature)


def visits(
    red: int,
    green: int,
    wanted: Sequence[str],
    seed: int,
    *,
    displays: int = 200,
    noise: float = 0.2,
) -> float:
    """赤い縦棒を見つけるまでに調べた項目の数を，たくさんの画面で平均する。

    調べる項目は，注意の重みを確率とするくじで決める。調べた項目は，くじから外す。
    重みに従ってくじを続けて引くことは，得点に Gumbel 分布の乱数を足して，
    大きい順に並べることと同じである。

    Args:
        red: 赤い項目の数（標的の赤い縦棒を含む）。標的のほかは赤い横棒。
        green: 緑の縦棒の数。
        wanted: 問いにする特徴。
        seed: 乱数の種。
        displays: 画面の数。
        noise: 特徴の見えの誤差（鍵の成分に足す乱数の標準偏差）。

    Returns:
        調べた項目の数の平均。1 以上 ``red + green`` 以下。
    """
    if red < 1 or green < 0:
        raise ValueError(
            "red は標的を含むので 1 以上，green は 0 以上にしてください"
            f"（red={red}, green={green}）。"
        )
    rng = np.random.default_rng(seed)
    distractors = [Look("red", tilt=0)] * (red - 1) + [Look("green", tilt=90)] * green
    K = keys([Look("red", tilt=90), *distractors]).numpy()  # (n, 4)
    seen = K + noise * rng.standard_normal((displays, *K.shape))  # (displays, n, 4)
    q = query(*wanted).numpy()[0]  # (4,)
    scores = seen @ q / np.sqrt(len(FEATURES))  # (displays, n)
    lots = scores + rng.gumbel(size=scores.shape)
    before = (lots[:, 1:] > lots[:, :1]).sum(axis=1)  # 標的より先に調べた数
    return float(1 + before.mean())


def slope(
    varied: str, wanted: Sequence[str], seed: int, *, fixed: int = 4, most: int = 20
) -> float:
    """赤か緑の項目を一つ増やすと，調べる項目がいくつ増えるか（直線の傾き）。

    Args:
        varied: 増やす色（``"red"`` か ``"green"``）。
        wanted: 問いにする特徴。
        seed: 乱数の種。
        fixed: 増やさない方の色の項目の数。
        most: 増やす方の色の項目の数の上限。
    """
    if varied not in ("red", "green"):
        raise ValueError(
            f"varied は red か green にしてください（受け取った値: {varied!r}）。"
        )
    counts = range(fixed, most + 1, 4)
    found = []
    for n in counts:
        red, green = (n, fixed) if varied == "red" else (fixed, n)
        found.append(visits(red, green, wanted, seed * 1000 + 10 * red + green))
    return float(np.polyfit(counts, found, 1)[0])
