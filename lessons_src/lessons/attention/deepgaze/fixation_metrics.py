"""視線の予測の採点：NSS，AUC，シャッフル AUC，情報利得。

固視は，ますの行番号と列番号を並べた ``(n, 2)`` の整数の配列で表す。
同じますを二度見たら，二度数える。
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def at_fixations(M: ArrayLike, fixations: ArrayLike) -> tuple[Array, Array]:
    """地図と，固視の場所での地図の値を返す。

    Args:
        M: 地図 ``(h, w)``。
        fixations: 固視 ``(n, 2)``，行番号と列番号。

    Returns:
        地図 ``(h, w)`` と，値 ``(n,)``。

    Raises:
        ValueError: 形が違うとき，地図に有限でない数があるとき，固視が一つもないとき，
            固視が整数でないか，地図の外にあるとき。
    """
    values, places = np.asarray(M, float), np.asarray(fixations)
    if values.ndim != 2 or places.ndim != 2 or places.shape[1:] != (2,):
        raise ValueError(
            "地図は (縦, 横)，固視は (回数, 2) の形にしてください"
            f"（受け取った形: {values.shape} と {places.shape}）。"
        )
    if len(places) == 0:
        raise ValueError("固視が一つもありません。一つ以上の固視を渡してください。")
    if not np.isfinite(values).all():
        raise ValueError(
            "地図に NaN か無限大があります。すべてのますを，有限の数にしてください。"
        )
    if (places != np.floor(places)).any():
        raise ValueError(
            "固視に，整数でない番号があります。ますの行番号と列番号に直してください。"
        )
    if (places < 0).any() or (places >= values.shape).any():
        raise ValueError(
            f"地図 {values.shape} の外に固視があります。"
            "固視は，ますの行番号と列番号で書いてください。"
        )
    row, column = places.astype(int).T
    return values, values[row, column]


def nss(M: ArrayLike, fixations: ArrayLike) -> float:
    """NSS：地図を平均 0，標準偏差 1 にそろえ，固視の場所の値を平均する。

    偶然なら 0。平らな地図も 0 とする（Peters et al., 2005）。
    """
    values, seen = at_fixations(M, fixations)
    spread = values.std()
    return float((seen - values.mean()).mean() / spread) if spread > 1e-12 else 0.0


def auc(M: ArrayLike, fixations: ArrayLike) -> float:
    """AUC：固視したますの値が，誰も見なかったますの値より大きい割合。

    同じ値のときは半分と数える。偶然なら 0.5。ROC 曲線の下の面積に等しい
    （Judd et al., 2009 と同じく，見なかったますのすべてと比べる）。

    Raises:
        ValueError: すべてのますが固視されているとき。
    """
    values, seen = at_fixations(M, fixations)
    unseen = np.ones(values.shape, bool)
    unseen[tuple(np.asarray(fixations).astype(int).T)] = False
    others = values[unseen]
    if others.size == 0:
        raise ValueError("見なかったますがないため，AUC を計算できません。")
    return _wins(seen, others)


def shuffled_auc(M: ArrayLike, fixations: ArrayLike, elsewhere: ArrayLike) -> float:
    """シャッフル AUC：固視の場所の値が，**ほかの絵での固視の場所**の値より大きい割合。

    どの絵にも共通する偏りは，両方に入るので打ち消し合う（Borji et al., 2013）。

    Args:
        M: 地図 ``(h, w)``。
        fixations: この絵の固視 ``(n, 2)``。
        elsewhere: ほかの絵の固視 ``(m, 2)``。
    """
    values, seen = at_fixations(M, fixations)
    return _wins(seen, at_fixations(values, elsewhere)[1])


def _wins(seen: Array, others: Array) -> float:
    """``seen`` が ``others`` に勝つ割合。引き分けは半分と数える。"""
    larger = (seen[:, None] > others).mean()
    equal = (seen[:, None] == others).mean()
    return float(larger + equal / 2)


def information_gain(p: ArrayLike, baseline: ArrayLike, fixations: ArrayLike) -> float:
    """情報利得（ビット／固視）：基準より，どれだけ高い確率を固視に与えたか。

    Args:
        p, baseline: モデルと基準の，場所の確率 ``(h, w)``。合計は 1。
        fixations: 固視 ``(n, 2)``。

    Raises:
        ValueError: 確率の合計が 1 でないとき，固視の場所の確率が 0 のとき。
    """
    (p, seen), (q, expected) = (
        at_fixations(p, fixations),
        at_fixations(baseline, fixations),
    )
    for name, chance in (("モデル", p), ("基準", q)):
        if abs(chance.sum() - 1) > 1e-3 or (chance < 0).any():
            raise ValueError(
                f"{name}の地図の合計が {chance.sum():.3g} です。"
                "ソフトマックス関数などで，合計 1 の確率にしてください。"
            )
    if (seen <= 0).any() or (expected <= 0).any():
        raise ValueError(
            "固視の場所に確率 0 を与えた地図があり，対数をとれません。"
            "どこにも小さな確率を残してください。"
        )
    return float(np.mean(np.log2(seen) - np.log2(expected)))
