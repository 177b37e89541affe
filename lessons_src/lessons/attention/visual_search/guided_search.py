"""ガイド付き探索（Wolfe 1994 の Guided Search 2.0）を簡単にしたモデル。

活性の地図をつくり，活性の高い項目から順に調べます。
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from lessons.stimuli.search_displays import PALETTE, STROKES, Display, Look, Search

CHANNELS = {"steep": 90, "shallow": 0, "left": 135, "right": 45}
"""傾きのチャンネルと，その好む傾き（度）。"""


@dataclass(frozen=True)
class Guided:
    """ガイド付き探索の設定。

    Attributes:
        top_down: トップダウンの活性の重み。0 なら目的による誘導なし。
        bottom_up: ボトムアップの活性の重み。
        noise: 活性の雑音の標準偏差。
        miss: 見落としてよい割合。探索をやめるしきい値は，これに合わせて動く。
    """

    top_down: float = 1.0
    bottom_up: float = 2.0
    noise: float = 0.8
    miss: float = 0.05


@cache
def responses(look: Look) -> dict[str, np.ndarray]:
    """次元ごとの，チャンネルの応答（0〜1）。"""
    color = np.array([look.color == name for name in PALETTE], float)  # (6,)
    shape = np.array([look.shape == name for name in STROKES], float)  # (6,)
    apart = np.deg2rad(look.tilt - np.array(list(CHANNELS.values())))  # (4,)
    tilt = np.clip(np.cos(2 * apart), 0, None) * (look.shape == "bar")
    return {"color": color, "shape": shape, "tilt": tilt}


@cache
def difference(one: Look, other: Look) -> float:
    """二つの見かけの違い：チャンネルの応答の差を，次元について足す。"""
    pairs = zip(responses(one).values(), responses(other).values(), strict=True)
    return float(sum(np.abs(f - g).max() for f, g in pairs))


def looks_of(display: Display) -> tuple[list[Look], list[int]]:
    """画面にある見かけの種類と，項目ごとの種類の番号 ``(n,)``。"""
    number: dict[Look, int] = {}
    which = [number.setdefault(item.look, len(number)) for item in display.items]
    return list(number), which


def bottom_up(display: Display) -> np.ndarray:
    """ボトムアップの活性：近くの項目とどれだけ違うか。

    Returns:
        ``(n,)``。
    """
    apart = np.linalg.norm(display.xy[:, None] - display.xy, axis=-1)  # (n, n)
    near = np.exp(-apart / (display.side / 6))  # 近いほど重い
    np.fill_diagonal(near, 0)
    near /= np.maximum(near.sum(axis=1, keepdims=True), 1e-12)
    kinds, which = looks_of(display)
    table = np.array([[difference(a, b) for b in kinds] for a in kinds])  # 見かけどうし
    differ = table[np.ix_(which, which)]  # (n, n)：項目どうし
    return (near * differ).sum(axis=1)


@cache
def best_channels(search: Search) -> dict[str, int]:
    """次元ごとに，標的を妨害から最もよく分けるチャンネルを選ぶ。

    標的と妨害の応答の差が正になるチャンネルがない次元は，使わない。
    """
    chosen = {}
    for dimension, wanted in responses(search.target).items():
        others = [responses(look)[dimension] for look in search.distractors]
        gain = wanted - np.mean(others, axis=0)
        if gain.max() > 0:
            chosen[dimension] = int(gain.argmax())
    return chosen


def top_down(display: Display) -> np.ndarray:
    """トップダウンの活性：選んだチャンネルの応答の合計 ``(n,)``。"""
    kinds, which = looks_of(display)
    total = np.zeros(len(kinds))  # 見かけごとの合計
    for dimension, channel in best_channels(display.search).items():
        for k, look in enumerate(kinds):
            total[k] += responses(look)[dimension][channel]
    return total[which]


def guided_trial(
    display: Display,
    guided: Guided,
    threshold: float,
    rng: np.random.Generator,
) -> tuple[bool, int]:
    """ガイド付き探索の一試行。活性の高い項目から順に調べる。

    Returns:
        ``(「あり」と答えたか, 調べた項目の数)``。
    """
    activation = guided.top_down * top_down(display)
    activation += guided.bottom_up * bottom_up(display)
    activation += rng.normal(0, guided.noise, display.set_size)  # (n,)
    checked = 0
    for item in np.argsort(-activation):
        if activation[item] < threshold:  # 残りは，調べるほどではない
            break
        checked += 1
        if item == display.target:
            return True, checked
    return False, checked
