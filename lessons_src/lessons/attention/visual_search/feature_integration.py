"""特徴統合理論（Treisman & Gelade 1980）：逐次探索と，結合錯誤。"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lessons.stimuli.search_displays import Display, Search

LETTERS = 5  # 文字の種類の数
COLORS = 5  # 色の種類の数
READING = 50.0  # はじめの課題（数字を読む）に注意が取られる時間（ms）
DWELL = 50.0  # 文字一つに注意を向ける時間（ms）
REGISTERED = 0.9  # 特徴が，注意なしで登録される確率


def integration_trial(
    display: Display,
    rng: np.random.Generator,
) -> tuple[bool, int]:
    """特徴統合理論の一試行。特徴だけで決まるなら一目で，そうでなければ一つずつ。

    Returns:
        ``(「あり」と答えたか, 調べた項目の数)``。
    """
    if is_feature_search(display.search):
        return display.target is not None, 1  # 特徴の地図を一度見るだけ
    order = rng.permutation(display.set_size)
    for checked, item in enumerate(order, start=1):
        if item == display.target:
            return True, checked
    return False, display.set_size


def is_feature_search(search: Search) -> bool:
    """標的が，どの妨害も持たない特徴（色・形・傾き）を持つか。"""
    target = search.target
    return any(
        all(getattr(look, name) != getattr(target, name) for look in search.distractors)
        for name in ("color", "shape", "tilt")
    )


@dataclass(frozen=True)
class Reports:
    """文字と色の組の報告の内訳。三つの割合の合計は 1。"""

    correct: float
    conjunction_error: float  # 画面にある文字と色だが，組み合わせが違う
    feature_error: float  # 画面にない文字または色


def brief_display(
    time: float,
    rng: np.random.Generator,
    *,
    items: int = 3,
    registered: float = REGISTERED,
) -> list[tuple[int, ...]]:
    """色のついた文字を短く見せる一試行。

    注意が間に合った文字では，文字と色が正しく結び付く。
    残りの文字では，登録された特徴が場所を失い，無作為に組み合わさる。

    Args:
        time: 見せる時間（ms）。
        rng: 乱数。
        items: 文字の数。
        registered: 特徴が，注意なしで登録される確率。

    Returns:
        文字ごとの ``(正しい文字, 正しい色, 報告した文字, 報告した色)``。
    """
    shape = rng.permutation(LETTERS)[:items]  # (items,) どれも違う文字
    color = rng.permutation(COLORS)[:items]  # (items,) どれも違う色
    reached = max(time - READING, 0) / DWELL  # 注意が間に合う文字の数
    attended = min(items, int(reached + rng.random()))  # 端数は確率にする
    said_shape, said_color = shape.copy(), color.copy()
    free = slice(attended, items)  # 注意の届かなかった文字
    said_shape[free] = rng.permutation(shape[free])  # 漂う特徴の組み直し
    said_color[free] = rng.permutation(color[free])
    for said, kinds in ((said_shape, LETTERS), (said_color, COLORS)):
        lost = np.arange(items) >= attended
        lost &= rng.random(items) > registered  # 登録されなければ，当て推量
        said[lost] = rng.integers(kinds, size=int(lost.sum()))
    rows = np.stack([shape, color, said_shape, said_color], axis=1)  # (items, 4)
    return [tuple(int(value) for value in row) for row in rows]


def reports(
    seed: int, time: float, *, trials: int = 400, registered: float = REGISTERED
) -> Reports:
    """短い画面をたくさん見せて，報告の内訳を数える。

    Args:
        seed: 乱数の種。
        time: 見せる時間（ms）。
        trials: 試行の数。
        registered: 特徴が，注意なしで登録される確率（0〜1）。低いと，当て推量が
            画面にない特徴の報告になり，結合錯誤との大小が入れ替わる。

    出典: Treisman & Schmidt (1982)。
    """
    rng = np.random.default_rng(seed)
    counts = np.zeros(3)
    for _ in range(trials):
        rows = brief_display(time, rng, registered=registered)
        shown = {(shape, color) for shape, color, *_ in rows}
        shapes, colors = {s for s, _ in shown}, {c for _, c in shown}
        for _, _, shape, color in rows:
            if shape not in shapes or color not in colors:
                counts[2] += 1
            else:
                counts[int((shape, color) not in shown)] += 1
    return Reports(*(float(share) for share in counts / counts.sum()))
