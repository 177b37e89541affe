"""値の高いものが選ばれる三つの仕組み：雑音を足した勝者，抑え合い，選び方の損得。"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.basics.softmax.model import (
    Array,
    positive_temperature,
    sample,
    sigmoid,
    softmax,
)


def noisy_winners(
    x: ArrayLike, beta: float, count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """値に雑音を足し，いちばん大きいものを選ぶことを ``count`` 回くり返す。

    雑音は β 倍したガンベル分布（二重指数分布）。選ばれる割合は温度 β のソフトマックス関数に
    等しい（Yellott 1977）。

    Args:
        x: 値 ``(n,)``。
        beta: 温度。雑音の大きさでもある。
        count: くり返す回数。
        rng: 乱数。

    Returns:
        勝者の番号 ``(count,)``。
    """
    values = np.asarray(x, float)
    noise = rng.gumbel(size=(count, values.size))  # (count, n)
    return (values + positive_temperature(beta) * noise).argmax(axis=1)


class Competition(NamedTuple):
    """抑え合う回路の動き。"""

    time: Array  # (T,)
    inhibition: Array  # (T,) 全員にかかる抑制 θ
    activity: Array  # (T, n) 活動 y


def k_winners_path(
    x: ArrayLike, k: int, beta: float = 0.05, steps: int = 4000
) -> Competition:
    """k 個の勝者を残す回路の動きを，始めから終わりまで求める。

    ``y_i = σ((x_i − θ)/β)``，``dθ/dt = Σ_i y_i − k``。活動の合計が k より多ければ抑制が
    強まり，少なければ弱まる。授業の資料の kWTA から，もれの項を除いたものに当たる
    （``tanh(u/2β) = 2σ(u/β) − 1``，``u_i = x_i − θ``）。

    Args:
        x: 入力 ``(n,)``。
        k: 残す数。1 以上 n 未満。
        beta: 温度。
        steps: 時間の刻みの数 T。刻みの幅は，行きすぎないように ``2β/n``。

    Returns:
        時間 ``(T,)``，抑制 ``(T,)``，活動 ``(T, n)``。

    Raises:
        ValueError: ``k`` が範囲の外のとき，``beta`` が 0 以下のとき。
    """
    values = np.asarray(x, float)  # (n,)
    n = values.size
    if not 1 <= k < n:
        raise ValueError(
            f"k は 1 から {n - 1} までにしてください（受け取った値: {k}）。"
        )
    dt = 2 * positive_temperature(beta) / n
    inhibition, activity = np.empty(steps), np.empty((steps, n))
    theta = float(values.min())
    for t in range(steps):
        inhibition[t] = theta
        activity[t] = sigmoid((values - theta) / beta)
        theta += dt * (activity[t].sum() - k)
    time = dt * np.arange(steps, dtype=float)
    return Competition(time, inhibition, activity)


def k_winners(x: ArrayLike, k: int, beta: float = 0.05, steps: int = 4000) -> Array:
    """k 個の勝者を残す回路が落ち着いたときの活動 ``(n,)``。0〜1 で，合計はほぼ k。"""
    return k_winners_path(x, k, beta, steps).activity[-1]


def winner_share(beta: float, seed: int, n: int = 10) -> float:
    """乱数の値を持つ n 個の候補のうち，最大の候補がもらう確率。

    温度が 0 に近づくと 1（勝者占有），高くなると 1/n に近づく。

    Args:
        beta: 温度。
        seed: 乱数の種。値は標準正規分布から引く。
        n: 候補の数。
    """
    x = np.random.default_rng(seed).normal(size=n)
    return float(softmax(x, beta)[x.argmax()])


def choice_payoff(
    values: ArrayLike, beta: float, seed: int, trials: int = 500
) -> float:
    """当たる確率が ``values`` の選択肢を，ソフトマックスで選び続けたときの当たりの割合。

    Args:
        values: 選択肢ごとの当たる確率 ``(n,)``。
        beta: 温度。
        seed: 乱数の種。
        trials: 回数。
    """
    rng = np.random.default_rng(seed)
    chance = np.asarray(values, float)
    chosen = sample(softmax(chance, beta), trials, rng)
    return float((rng.random(trials) < chance[chosen]).mean())
