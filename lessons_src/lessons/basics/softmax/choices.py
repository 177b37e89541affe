"""人の選択に温度を当てはめる：見ていない組の予測と，似た相手と比べるときの温度。"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from lessons.basics.softmax.fitting import (
    COLDEST,
    HOTTEST,
    fit_values,
    paired_preferences,
)
from lessons.basics.softmax.model import Array, positive_temperature, sigmoid

CELEBRITIES = Path(__file__).with_name("celebrities.csv")
"""有名人の一対比較（Rumelhart & Greeno 1971；R のパッケージ eba の ``celebrities`` から）。"""
PEOPLE = 234
"""それぞれの組に答えた人の数。"""
FIELDS = ("政治家",) * 3 + ("選手",) * 3 + ("女優",) * 3
"""有名人の分野。表の順。"""


def celebrity_choices() -> tuple[list[str], Array]:
    """有名人の頭文字と，行の人より列の人を選んだ人の割合 ``(9, 9)``（対角は 0.5）。"""
    with CELEBRITIES.open(encoding="utf8", newline="") as file:
        _, *names = next(rows := csv.reader(file))
        counts = np.array([row[1:] for row in rows], float)
    share = counts / PEOPLE
    np.fill_diagonal(share, 0.5)
    return names, share


def same_field() -> NDArray[np.bool_]:
    """36 組のそれぞれが，同じ分野の二人か ``(36,)`` bool。組は ``np.triu_indices`` の順。"""
    rows, columns = np.triu_indices(len(FIELDS), 1)
    fields = np.array(FIELDS)
    return np.asarray(fields[rows] == fields[columns], bool)


def pair_temperature(gap: Array, share: Array) -> float:
    """二択の組に共通の温度を，最尤法で求める。

    Args:
        gap: 値の差（列 − 行）``(組,)``。
        share: 列を選んだ割合 ``(組,)``。

    Raises:
        ValueError: 組の数がそろわないか，一つもないとき。
    """
    if gap.shape != share.shape or not gap.size:
        raise ValueError(
            f"値の差が {gap.size} 組，割合が {share.size} 組です。同じ数（1 以上）にしてください。"
        )

    def loss(power: float) -> float:
        x = gap / np.exp(power)
        return float((np.logaddexp(0, x) - share * x).sum())

    found = minimize_scalar(
        loss,
        bounds=(np.log(COLDEST), np.log(HOTTEST)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(found.x))


def two_temperatures(share: Array) -> tuple[float, float]:
    """値を，分野の違う 27 組から求め，同じ分野の 9 組と，違う 27 組に温度を当てはめる。

    Returns:
        同じ分野の温度，違う分野の温度（値を温度 1 で求めたので，ほぼ 1）。
    """
    rows, columns = np.triu_indices(len(FIELDS), 1)
    same = same_field()
    used = np.zeros(share.shape, bool)
    used[rows[~same], columns[~same]] = True
    x = fit_values(share, used)
    gap, right = x[columns] - x[rows], share[rows, columns]
    return pair_temperature(gap[same], right[same]), pair_temperature(
        gap[~same], right[~same]
    )


def temperature_ratio(share: Array) -> float:
    """温度の比の対数：違う分野 ÷ 同じ分野。正なら，似た相手との選択の方がはっきりしている。"""
    same, different = two_temperatures(share)
    return float(np.log(different / same))


def resampled(share: Array, people: int, rng: np.random.Generator) -> Array:
    """どの組にも ``people`` 人が，その割合で答えたときの，割合の表 ``(n, n)``。"""
    rows, columns = np.triu_indices(len(share), 1)
    counts = rng.binomial(people, share[rows, columns])
    drawn = np.full(share.shape, 0.5)
    drawn[rows, columns] = np.clip(counts, 0.5, people - 0.5) / people
    drawn[columns, rows] = 1 - drawn[rows, columns]
    return drawn


def softmax_people(share: Array, rng: np.random.Generator, beta: float = 1.0) -> Array:
    """同じ値と一つの温度のソフトマックス関数で選ぶ ``PEOPLE`` 人の，割合の表。"""
    x = fit_values(share)
    gap = (x[None] - x[:, None]) / positive_temperature(beta)
    return resampled(sigmoid(gap), PEOPLE, rng)


DATA = {"vegetables": paired_preferences, "celebrities": celebrity_choices}
"""一対比較の表の名前。"""


def unseen_pairs(
    seed: int,
    control: str = "",
    *,
    left: int,
    people: int,
    data: str,
) -> Array:
    """除いた組で，人の多数の方へ，どれだけ寄った割合を当てたか ``(left,)``。

    当てた割合 − 0.5 を，人の割合が 0.5 を超えれば正，下回れば負にして数える。

    Args:
        seed: 除く組を選ぶ種。
        control: ``shuffled`` は，値を求める組の割合を入れ替える。``values`` は，求めた値を
            入れ替える。
        left: 除く組の数。
        people: 答える人の数。0 なら，表の割合をそのまま使う。
        data: ``DATA`` の名前。
    """
    rng = np.random.default_rng(seed)
    _, share = DATA[data]()
    rows, columns = np.triu_indices(len(share), 1)
    out = rng.permutation(len(rows))[:left]
    seen = resampled(share, people, rng) if people else share.copy()
    if control == "shuffled":
        mixed = rng.permutation(seen[rows, columns])
        mixed = np.where(rng.random(len(mixed)) < 0.5, 1 - mixed, mixed)
        seen[rows, columns], seen[columns, rows] = mixed, 1 - mixed
    used = np.ones(share.shape, bool)
    used[rows[out], columns[out]] = False
    x = fit_values(seen, used)
    if control == "values":
        x = rng.permutation(x)
    guess = sigmoid(x[columns[out]] - x[rows[out]])
    side = np.sign(share[rows[out], columns[out]] - 0.5)
    return np.asarray((guess - 0.5) * side)
