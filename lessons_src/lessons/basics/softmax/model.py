"""ソフトマックス関数：いくつかの値を，合計が 1 の選択の確率に変える。

この本では β を温度と呼び，値を β で割る。β を 0 に近づけると，最大の値だけが選ばれる。
"""

from __future__ import annotations

from typing import NamedTuple

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
    scaled = np.asarray(x, float) / _positive(beta)  # (n,)
    return np.exp(scaled - log_sum_exp(scaled))


def _positive(beta: float) -> float:
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
    scaled = -np.asarray(energy, float) / _positive(beta)
    partition = float(np.exp(log_sum_exp(scaled)))
    return softmax(-np.asarray(energy, float), beta), partition


def free_energy(energy: ArrayLike, beta: float = 1.0) -> float:
    """自由エネルギー ``F = -β log Z``。どの確率 q でも ``Σ q_i E_i − β H(q) ≥ F``。

    H(q) は自然対数のエントロピー。等号は q がボルツマン分布のときだけ成り立つ。
    """
    return -_positive(beta) * log_sum_exp(-np.asarray(energy, float) / beta)


def sample(p: ArrayLike, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """確率 ``p`` ``(n,)`` に従って ``count`` 回選び，選んだ番号 ``(count,)`` を返す。"""
    return rng.choice(len(np.asarray(p)), size=count, p=np.asarray(p, float))


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
    return (values + _positive(beta) * noise).argmax(axis=1)


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
    dt = 2 * _positive(beta) / n
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
