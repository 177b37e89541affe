"""ソフトマックス関数：いくつかの値を，合計が 1 の選択の確率に変える。

章: basics/softmax
この本では β を温度と呼び，値を β で割る。β を 0 に近づけると，最大の値だけが選ばれる。
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def log_sum_exp(x: ArrayLike) -> float:
    """``log Σ exp(x_i)`` を，桁あふれなしで求める。

    Args:
        x: 値 ``(n,)``，n ≥ 1。

    Returns:
        最大の値を先に引き，あとで足し戻した対数の和。
    """
    values = np.asarray(x, float)  # (n,)
    if values.size == 0:
        raise ValueError("値が一つもありません。一つ以上の数を渡してください。")
    top = values.max()
    return float(top + np.log(np.exp(values - top).sum()))


def softmax(x: ArrayLike, beta: float = 1.0) -> Array:
    """温度 ``beta`` のソフトマックス関数 ``p_i = exp(x_i/β) / Σ_j exp(x_j/β)``。

    Args:
        x: 値 ``(n,)``。大きいほど選ばれやすい。
        beta: 温度。0 より大きい数。

    Returns:
        選択の確率 ``(n,)``。正の数で，合計は 1。

    Raises:
        ValueError: ``beta`` が 0 以下のとき。
    """
    if not beta > 0:
        raise ValueError(
            f"温度 beta は 0 より大きくしてください（受け取った値: {beta}）。"
        )
    scaled = np.asarray(x, float) / beta  # (n,)
    return np.exp(scaled - log_sum_exp(scaled))


def naive_softmax(x: ArrayLike) -> Array:
    """定義の式をそのまま計算する。値が大きいと桁あふれする（章で失敗を見せるため）。"""
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(np.asarray(x, float))
        return powers / powers.sum()


def sigmoid(x: ArrayLike) -> Array:
    """シグモイド関数 ``1 / (1 + exp(-x))``。"""
    return 1 / (1 + np.exp(-np.asarray(x, float)))


def entropy(p: ArrayLike) -> float:
    """確率 ``(n,)`` のエントロピー（ビット）。迷いの大きさ。確率 0 の項は 0 とする。"""
    values = np.asarray(p, float)
    values = values[values > 0]
    return float(-(values * np.log2(values)).sum())


def gibbs(energy: ArrayLike, beta: float = 1.0) -> tuple[Array, float]:
    """エネルギー ``E_i`` の状態が現れる確率（ボルツマン分布）と分配関数 Z。

    Args:
        energy: エネルギー ``(n,)``。低いほど現れやすい。
        beta: 温度。

    Returns:
        確率 ``exp(-E_i/β) / Z`` ``(n,)`` と，分配関数 ``Z = Σ exp(-E_i/β)``。
    """
    scaled = -np.asarray(energy, float) / beta
    partition = float(np.exp(log_sum_exp(scaled)))
    return softmax(-np.asarray(energy, float), beta), partition


def k_winners(x: ArrayLike, k: int, beta: float = 0.05, steps: int = 4000) -> Array:
    """k 個の勝者を残す回路。全体にかかる抑制 θ が，活動の合計を k に近づける。

    ``y_i = σ((x_i − θ)/β)``，``dθ/dt = Σ_i y_i − k``。活動の合計が k より多ければ抑制が
    強まり，少なければ弱まる。

    Args:
        x: 入力 ``(n,)``。
        k: 残す数。1 以上 n 以下。
        beta: 温度。
        steps: 時間の刻みの数。

    Returns:
        落ち着いたときの活動 ``(n,)``。0〜1 で，合計はほぼ k。
    """
    values = np.asarray(x, float)
    if not 1 <= k <= values.size:
        raise ValueError(
            f"k は 1 から {values.size} までにしてください（受け取った値: {k}）。"
        )
    inhibition = float(values.mean())  # θ
    rate = 0.5 * beta
    activity = sigmoid((values - inhibition) / beta)
    for _ in range(steps):
        inhibition += rate * (activity.sum() - k)
        activity = sigmoid(np.clip((values - inhibition) / beta, -500, 500))
    return activity


def sample(p: ArrayLike, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """確率 ``p`` ``(n,)`` に従って ``count`` 回選び，選んだ番号 ``(count,)`` を返す。"""
    return rng.choice(len(np.asarray(p)), size=count, p=np.asarray(p, float))


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
