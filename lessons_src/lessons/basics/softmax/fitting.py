"""選択から，温度と値を読み取る：最尤法。"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize, minimize_scalar

from lessons.basics.softmax.model import Array, softmax

VEGETABLES = Path(__file__).with_name("vegetables.csv")
"""野菜の一対比較（Guilford 1954；R のパッケージ psych の ``veg`` から）。"""
COLDEST, HOTTEST = 0.01, 100.0
"""温度を探す範囲。"""


def log_likelihood(x: ArrayLike, beta: float, counts: ArrayLike) -> float:
    """温度 ``beta`` のもとで，その選択が起こる確率の対数。

    Args:
        x: 値 ``(n,)``。
        beta: 温度。
        counts: それぞれを選んだ回数 ``(n,)``。
    """
    chance = np.maximum(softmax(x, beta), np.finfo(float).tiny)
    return float((np.asarray(counts, float) * np.log(chance)).sum())


def fit_temperature(x: ArrayLike, counts: ArrayLike) -> float:
    """選んだ回数から，対数尤度が最大になる温度を求める。

    Args:
        x: 値 ``(n,)``。
        counts: それぞれを選んだ回数 ``(n,)``。

    Returns:
        0.01〜100 の温度。いつも最大の値を選んだときは，いちばん低い温度に張りつく。

    Raises:
        ValueError: 数がそろわない，回数が負，または選択が一つもないとき。
    """
    values, chosen = np.asarray(x, float), np.asarray(counts, float)
    if values.shape != chosen.shape:
        raise ValueError(
            f"値が {values.size} 個，回数が {chosen.size} 個です。数をそろえてください。"
        )
    if (chosen < 0).any() or chosen.sum() == 0:
        raise ValueError("回数は 0 以上にし，選択を一つ以上入れてください。")
    found = minimize_scalar(
        lambda power: -log_likelihood(values, np.exp(power), chosen),
        bounds=(np.log(COLDEST), np.log(HOTTEST)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(found.x))


def paired_preferences() -> tuple[list[str], Array]:
    """野菜の名前と，行の野菜より列の野菜を好んだ人の割合 ``(9, 9)``。"""
    with VEGETABLES.open(encoding="utf8", newline="") as file:
        _, *names = next(rows := csv.reader(file))
        share = np.array([row[1:] for row in rows], float)
    return names, share


def fit_values(share: Array, used: Array | None = None) -> Array:
    """二つずつ選ばせた割合から，Luce の規則（温度 1）で値を求める。

    Args:
        share: 行より列を選んだ割合 ``(n, n)``。
        used: 使う組が真の ``(n, n)``（行 < 列だけを見る）。省くとすべての組。

    Returns:
        値 ``(n,)``。値は差だけが決まるので，平均を 0 にそろえる。
    """
    rows, columns = np.triu_indices(len(share), 1)
    if used is not None:
        keep = used[rows, columns]
        rows, columns = rows[keep], columns[keep]
    right = share[rows, columns]

    def loss(x: Array) -> tuple[float, Array]:
        gap = x[columns] - x[rows]
        chance = 1 / (1 + np.exp(-gap))
        slope = np.zeros_like(x)
        np.add.at(slope, columns, chance - right)
        np.add.at(slope, rows, right - chance)
        value = np.logaddexp(0, gap) - right * gap
        return float(value.sum()), slope

    found = minimize(loss, np.zeros(len(share)), jac=True, method="BFGS")
    return np.asarray(found.x - found.x.mean())


def left_out_errors(share: Array) -> Array:
    """組を一つずつ除いて値を求め，除いた組の割合を当てたときの，外れの大きさ ``(組,)``。"""
    rows, columns = np.triu_indices(len(share), 1)
    errors = []
    for i, j in zip(rows, columns, strict=True):
        used = np.ones(share.shape, bool)
        used[i, j] = False
        x = fit_values(share, used)
        errors.append(abs(1 / (1 + np.exp(x[i] - x[j])) - share[i, j]))
    return np.array(errors)
