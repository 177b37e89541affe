"""フィルターの傾きの好みを，生理学と同じ縞模様で調べる。

V1 の細胞の調べ方に合わせ，いろいろな傾きと細かさの縞を見せて，位相のいちばん合う所の
応答を取る。正弦波の縞なので，位相を探す代わりに，複素数の大きさで求められる。
"""

from __future__ import annotations

import numpy as np

ANGLES = np.arange(0, 180, 5)
"""縞の傾き（度）。0 は縦の縞，90 は横の縞。"""


def frequencies(side: int) -> np.ndarray:
    """縞の細かさ（画素あたりの周期の数）。切れ端に 1.5 周期入る縞から，2 画素の縞の手前まで。"""
    return np.geomspace(1.5 / side, 0.45, 10)


def responses(w: np.ndarray) -> np.ndarray:
    """縞への応答の大きさ。

    Args:
        w: フィルター ``(K, side, side)``。

    Returns:
        ``(K, 細かさ, 傾き)``。位相を変えたときの最大の応答。
    """
    side = w.shape[-1]
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    found = np.empty((len(w), len(frequencies(side)), len(ANGLES)))
    for i, f in enumerate(frequencies(side)):
        for j, angle in enumerate(np.deg2rad(ANGLES)):
            across = x * np.cos(angle) + y * np.sin(angle)
            wave = np.exp(2j * np.pi * f * across)
            found[:, i, j] = np.abs(np.tensordot(w, wave, 2))
    return found


def selectivity(r: np.ndarray) -> np.ndarray:
    """傾きの選択性 ``(K,)``。0 ならどの傾きにも同じだけ応じ，1 なら一つの傾きにだけ応じる。

    傾きごとの応答のエネルギー（細かさについての二乗和）を，傾きの 2 倍の角の矢印にして足し，
    長さの和で割る（1 − 円周分散。Ringach, Shapley & Hawken, 2002 の考えによる）。
    """
    energy = (r**2).sum(axis=1)  # (K, 傾き)
    arrows = np.exp(2j * np.deg2rad(ANGLES))
    return np.abs(energy @ arrows) / energy.sum(axis=1)


def best_curve(r: np.ndarray) -> np.ndarray:
    """いちばん応じる細かさでの，傾きの曲線 ``(K, 傾き)``。"""
    best = r.max(axis=2).argmax(axis=1)
    return r[np.arange(len(r)), best]


def preferred(r: np.ndarray) -> np.ndarray:
    """いちばん応じる傾き（度） ``(K,)``。"""
    return ANGLES[best_curve(r).argmax(axis=1)]


def bandwidth(r: np.ndarray) -> np.ndarray:
    """応答が最大の半分より大きい，傾きの幅（度） ``(K,)``。半分まで下がらなければ 180。"""
    found = []
    fine = np.arange(0, 180, 0.5)
    for row in best_curve(r):
        turned = np.roll(row, -row.argmax()) / row.max()
        curve = np.interp(fine, [*ANGLES, 180], [*turned, turned[0]])
        below = np.flatnonzero(curve < 0.5)
        width = 180 if not below.size else fine[below[0]] + 180 - fine[below[-1]]
        found.append(width)
    return np.array(found)


def cardinal(r: np.ndarray) -> float:
    """縦横を好むフィルターの割合 − 斜めを好むフィルターの割合（−1 から 1）。

    縦か横から 22.5 度より近ければ縦横，そうでなければ斜めに数える。
    """
    away = np.abs((preferred(r) + 45) % 90 - 45)  # 縦か横からの隔たり（0〜45）
    return float(np.mean(np.where(away < 22.5, 1.0, -1.0)))
