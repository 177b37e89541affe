"""測った値から判定を決める。決まりは ``effects`` の頁にある。

値は，人間と同じ向きが正。区間は，繰り返しの単位（と，その中の項目）を選び直して求めた 95 %。
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

VERDICTS = ("示した", "向きだけ", "構造", "示さない", "逆", "決まらない")
"""判定の言葉。

示した：人間と同じ向きで，大きさも半分から二倍の間。向きだけ：向きは同じ。
構造：同じ向きだが，対照も示す。示さない：0 に近いと言える。逆：人間と逆。
決まらない：どれとも言えない。
"""
SHARE = 1 / 3
"""対照の大きさは，モデルの値のこの割合まで。「ない」と言う幅も，人間の値のこの割合まで。"""
ROBUST = 0.9
"""条件を変えた測りのうち，同じ向きでなければならない割合。"""
SIZES = (0.5, 2.0)
"""「示した」と言える，モデルの値 ÷ 人間の値の範囲。区間のすべてが入らなければならない。"""
_DRAWS = 2000

Values = Sequence[Sequence[float]]
"""繰り返しの単位ごとの，項目の値。学習し直すネットワークでは，一つずつ。"""


@dataclass(frozen=True)
class Estimate:
    """平均と 95 % 区間。"""

    mean: float
    low: float
    high: float
    p: float  # 平均が 0 であるという仮説の両側 p 値

    @property
    def excludes_zero(self) -> bool:
        """区間が 0 を含まないか。"""
        return self.low > 0 or self.high < 0


def estimate(values: Values, minus: Values | None = None) -> Estimate:
    """平均と区間を，単位，その中の項目の順に選び直して求める。

    Args:
        values: 値。
        minus: 引く値。単位と項目の数が同じなら，同じものどうしの差にする。
    """
    a = [np.asarray(unit, float) for unit in values]
    b = None if minus is None else [np.asarray(unit, float) for unit in minus]
    if b is not None and [len(u) for u in a] == [len(u) for u in b]:
        a, b = [x - y for x, y in zip(a, b, strict=True)], None
    g = np.random.default_rng(0)
    draws = _resampled(a, g) - (0 if b is None else _resampled(b, g))
    mean = _mean(a) - (0 if b is None else _mean(b))
    low, high = np.quantile(draws, [0.025, 0.975])
    spread = float(draws.std())
    if spread == 0:
        p = 0.0 if mean else 1.0
    else:
        p = math.erfc(abs(mean) / spread / math.sqrt(2))
    return Estimate(float(mean), float(low), float(high), p)


def _mean(units: list[np.ndarray]) -> float:
    return float(np.mean([unit.mean() for unit in units]))


def _resampled(units: list[np.ndarray], g: np.random.Generator) -> np.ndarray:
    """選び直した平均 ``(_DRAWS,)``。同じ単位が二度選ばれても，項目は別に選び直す。"""
    total = np.zeros(_DRAWS)
    lengths = [len(unit) for unit in units]
    edges = [0, *(np.flatnonzero(np.diff(lengths)) + 1), len(units)]
    blocks = [
        (i, np.stack(units[i:j])) for i, j in pairwise(edges)
    ]  # 項目の数が同じ単位
    for _ in units:
        chosen = g.integers(len(units), size=_DRAWS)
        order = np.argsort(chosen, kind="stable")
        starts = np.searchsorted(chosen[order], edges)
        for (first, table), i, j in zip(blocks, starts[:-1], starts[1:], strict=True):
            rows, items = order[i:j], table.shape[1]
            picked = g.integers(items, size=(len(rows), items))
            total[rows] += table[chosen[rows, None] - first, picked].mean(axis=1)
    return total / len(units)


@dataclass(frozen=True)
class Verdict:
    """判定と，その根拠。"""

    word: str
    model: Estimate
    controls: dict[str, Estimate]
    passing: tuple[str, ...]  # 効果を示してしまった対照
    robust: float  # 条件を変えても，モデルと同じ向きだった割合。調べていなければ nan
    ratio: tuple[float, float, float]  # モデル ÷ 人間（値，下，上）。なければ nan


def control_passes(model: Values, control: Values) -> bool:
    """対照も効果を示すか。

    大きさがモデルの三分の一を超えるか，モデルとの差が 0 と区別できなければ，示したとみなす。
    """
    return _passes(estimate(model), estimate(control), estimate(model, control))


def _passes(here: Estimate, there: Estimate, difference: Estimate) -> bool:
    small = abs(there.mean) <= SHARE * abs(here.mean)
    clear = difference.low > 0 if here.mean > 0 else difference.high < 0
    return not (small and clear)


def decide(
    model: Values,
    controls: Mapping[str, Values],
    grid: Sequence[float],
    *,
    human: float | None = None,
    threshold: float = 0.0,
) -> Verdict:
    """判定を決める。

    Args:
        model: モデルの値。
        controls: 対照の値。
        grid: 条件を変えて測った平均。
        human: 同じ単位の，人間の値。
        threshold: 効果と呼ぶ最小の値。人間の値がないときは，「ない」と言う幅にも使う。
    """
    found = estimate(model)
    sign = 1 if found.mean >= 0 else -1
    robust = float(np.mean([sign * cell > 0 for cell in grid])) if grid else math.nan
    ratio = (math.nan, math.nan, math.nan)
    if human:
        ratio = found.mean / human, found.low / human, found.high / human
    theirs = {name: estimate(values) for name, values in controls.items()}
    passing = tuple(
        name
        for name, values in controls.items()
        if _passes(found, theirs[name], estimate(model, values))
    )
    near = SHARE * abs(human) if human is not None else threshold
    return Verdict(
        _word(found, sign, near, threshold, robust, passing, ratio),
        found,
        theirs,
        passing,
        robust,
        ratio,
    )


def _word(
    found: Estimate,
    sign: int,
    near: float,
    threshold: float,
    robust: float,
    passing: tuple[str, ...],
    ratio: tuple[float, float, float],
) -> str:
    if -near < found.low and found.high < near:
        return "示さない"
    beyond = found.low > threshold if sign > 0 else found.high < -threshold
    if not beyond or not robust >= ROBUST:
        return "決まらない"
    if sign < 0:
        return "逆"
    if passing:
        return "構造"
    same_size = SIZES[0] <= min(ratio[1:]) and max(ratio[1:]) <= SIZES[1]
    return "示した" if same_size else "向きだけ"


def largest_kept(p: Sequence[float], q: float = 0.05) -> float:
    """多くの検定のうち，残してよい最大の p 値（Benjamini & Hochberg, 1995）。なければ −1。"""
    ordered = np.sort(np.asarray(p, float))
    limits = q * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    held = ordered[ordered <= limits]
    return float(held[-1]) if held.size else -1.0
