"""勝者占有：候補の中から一つを選ぶ競争，決まるまでの時間，次の場所への移動。

選び方と移り方は Koch・Ullman（1985）の規則に従う。競争の式は，ソフトマックス関数との関係が
はっきりするように，いちばん簡単な形（複製子方程式）にした。
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons.basics.softmax.model import softmax

Array = NDArray[np.float64]

CRITERION = 0.9
"""勝者の取り分がこれを超えたら，決まったとみなす。"""
NOISE = 0.5
"""入力の雑音の大きさ（単位時間あたりの標準偏差）。"""


class Race(NamedTuple):
    """競争の経過。"""

    time: Array  # (T,)
    y: Array  # (T, n) 各候補の取り分。どの時刻でも合計は 1


def compete(x: ArrayLike, duration: float = 20.0, dt: float = 0.01) -> Race:
    """``dy_i/dt = y_i (x_i − Σ_j x_j y_j)`` を，全員の取り分が等しい所から動かす。

    自分の入力で育ち，全員に共通の抑制（取り分で重みを付けた入力の平均）で縮む。
    時刻 t の取り分は，温度 1/t のソフトマックス関数に等しい。

    Args:
        x: 入力 ``(n,)``。
        duration: 動かす時間。
        dt: 時間の刻み。

    Raises:
        ValueError: 入力が二つより少ないとき。
    """
    inputs = np.asarray(x, float)
    if inputs.ndim != 1 or inputs.size < 2:
        raise ValueError(
            f"入力は二つ以上の数を並べた一列にしてください（形: {inputs.shape}）。"
        )
    steps = round(duration / dt)
    y = np.empty((steps + 1, inputs.size))
    y[0] = 1 / inputs.size
    for t in range(steps):
        inhibition = inputs @ y[t]  # 全員に共通
        y[t + 1] = y[t] + dt * y[t] * (inputs - inhibition)
    return Race(dt * np.arange(steps + 1, dtype=float), y)


def settling_time(x: ArrayLike) -> float:
    """雑音のない競争で，勝者の取り分が ``CRITERION`` になる時刻。同点なら ``inf``。

    時刻 t の取り分が温度 1/t のソフトマックス関数であることを使い，t をはさみ撃ちで求める。
    """
    first, second = np.sort(np.ravel(x))[::-1][:2]
    if first == second:
        return np.inf
    low, high = 0.0, float(np.log(1e3 * np.size(x)) / (first - second))
    for _ in range(60):
        middle = (low + high) / 2
        reached = softmax(np.ravel(x), 1 / middle).max() >= CRITERION
        low, high = (low, middle) if reached else (middle, high)
    return high


class Decisions(NamedTuple):
    """くり返した決定の結果。"""

    time: Array  # (trials,) 決まるまでの時間
    winner: NDArray[np.int64]  # (trials,) 勝者の番号


def decide(
    x: ArrayLike,
    seed: int,
    trials: int = 200,
    *,
    noise: float = NOISE,
    dt: float = 0.1,
    limit: float = 200.0,
) -> Decisions:
    """雑音の乗った入力で競争を ``trials`` 回くり返し，決まるまでの時間と勝者を返す。

    入力をためた証拠 E のソフトマックス関数が取り分になる（``compete`` の解と同じ形）。

    Args:
        x: 入力の平均 ``(n,)``。
        seed: 乱数の種。
        trials: くり返す回数。
        noise: 雑音の大きさ。0 なら毎回同じ結果になる。
        dt: 時間の刻み。
        limit: 打ち切る時刻。このときは，証拠の最も多いものを勝者とする。
    """
    inputs = np.asarray(x, float)
    rng = np.random.default_rng(seed)
    evidence = np.zeros((trials, inputs.size))  # (trials, n)
    time, racing = np.full(trials, limit), np.arange(trials)  # 競争中の番号
    for step in range(1, round(limit / dt) + 1):
        jitter = rng.normal(size=(racing.size, inputs.size))
        evidence[racing] += inputs * dt + noise * np.sqrt(dt) * jitter
        lead = evidence[racing] - evidence[racing].max(axis=1, keepdims=True)
        share = 1 / np.exp(lead).sum(axis=1)  # 先頭の取り分
        time[racing[share >= CRITERION]] = step * dt
        racing = racing[share < CRITERION]
        if racing.size == 0:
            break
    return Decisions(time, evidence.argmax(axis=1))


def display(contrast: float, n: int = 16) -> Array:
    """0 番だけが目立つ入力 ``(n,)``：標的は 1，ほかは ``1 − contrast``。"""
    if not 0 < contrast <= 1 or n < 2:
        raise ValueError(
            "contrast は 0 より大きく 1 以下，n は 2 以上にしてください"
            f"（受け取った値: {contrast}，{n}）。"
        )
    x = np.full(n, 1.0 - contrast)
    x[0] = 1.0
    return x


def decision_time(contrast: float, seed: int, n: int = 16, trials: int = 200) -> float:
    """コントラスト ``contrast`` の標的がある画面で，決まるまでの平均の時間。"""
    return float(decide(display(contrast, n), seed, trials).time.mean())


def decision_accuracy(
    contrast: float, seed: int, n: int = 16, trials: int = 200
) -> float:
    """標的（0 番）が勝った割合。"""
    return float((decide(display(contrast, n), seed, trials).winner == 0).mean())


def pyramid(x: ArrayLike, m: int = 2) -> tuple[int, list[Array]]:
    """ピラミッド形の勝者占有：m 個ずつの組で勝者を決め，上の段へ送る。

    頂上まで上ったら，勝った道を下へたどって，勝者の場所を知る。

    Args:
        x: 入力 ``(n,)``。n は m の累乗。
        m: 一つの組の大きさ。2 以上。

    Returns:
        勝者の番号と，各段の値（下から上へ，``(n,), (n/m,), …, (1,)``）。
    """
    levels = [np.asarray(x, float)]
    while levels[-1].size > 1:
        if levels[-1].size % m:
            raise ValueError(
                f"入力の数 {levels[0].size} を {m} の累乗にしてください。"
                "足りない所は，とても小さな数で埋められます。"
            )
        levels.append(levels[-1].reshape(-1, m).max(axis=1))  # 上り：局所の競争
    place = 0
    for level in reversed(levels[:-1]):  # 下り：勝った道をたどる
        group = level[place * m : (place + 1) * m]
        place = place * m + int(group.argmax())
    return place, levels
