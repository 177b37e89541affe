"""ソフトマックス関数：いくつかの値を，合計が 1 の選択の確率に変える。

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

    Raises:
        ValueError: 値が一つもないとき。
    """
    values = np.asarray(x, float)  # (n,)
    if values.size == 0:
        raise ValueError("値が一つもありません。一つ以上の数を渡してください。")
    top = values.max()
    return float(top + np.log(np.exp(values - top).sum()))


def softmax(x: ArrayLike, beta: float = 1.0) -> Array:
    """温度 ``beta`` のソフトマックス関数 ``p_i = exp(x_i/β) / Σ_j exp(x_j/β)``。

    Args:
        x: 値 ``(n,)``。大きいほど選ばれやすい。地図 ``(H, W)`` なら，全体で合計を 1 にする。
        beta: 温度。0 より大きい数。

    Returns:
        選択の確率。``x`` と同じ形で，合計は 1。

    Raises:
        ValueError: ``beta`` が 0 以下のとき，値が一つもないとき。
    """
    scaled = np.asarray(x, float) / positive_temperature(beta)  # (n,)
    return np.exp(scaled - log_sum_exp(scaled))


def positive_temperature(beta: float) -> float:
    """温度が 0 より大きいことを確かめる。"""
    if not beta > 0:
        raise ValueError(
            f"温度 beta は 0 より大きくしてください（受け取った値: {beta}）。"
        )
    return beta


def naive_softmax(x: ArrayLike) -> Array:
    """定義の式をそのまま計算する。値が大きいと桁あふれする（章で失敗を見せるため）。"""
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(np.asarray(x, float))
        return powers / powers.sum()


def sigmoid(x: ArrayLike) -> Array:
    """シグモイド関数 ``1 / (1 + exp(-x))``。値がどんなに大きくても桁あふれしない。"""
    return np.exp(-np.logaddexp(0.0, -np.asarray(x, float)))


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
    scaled = -np.asarray(energy, float) / positive_temperature(beta)
    partition = float(np.exp(log_sum_exp(scaled)))
    return softmax(-np.asarray(energy, float), beta), partition


def free_energy(energy: ArrayLike, beta: float = 1.0) -> float:
    """自由エネルギー ``F = -β log Z``。どの確率 q でも ``Σ q_i E_i − β H(q) ≥ F``。

    H(q) は自然対数のエントロピー。等号は q がボルツマン分布のときだけ成り立つ。
    """
    return -positive_temperature(beta) * log_sum_exp(-np.asarray(energy, float) / beta)


def sample(p: ArrayLike, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """確率 ``p`` ``(n,)`` に従って ``count`` 回選び，選んだ番号 ``(count,)`` を返す。"""
    return rng.choice(len(np.asarray(p)), size=count, p=np.asarray(p, float))
