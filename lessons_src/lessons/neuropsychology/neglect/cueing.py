"""手がかりつきの検出（Posner 課題）：章「勝者占有」の競争を，左右の二か所で行う。

手がかりは，標的が出る前に，その側の証拠を ``cue`` だけためる。標的が出ると，その側に証拠が
たまり，取り分が 0.9 になったら反応する。損傷は抹消の探索と同じ二つで，値も合わせ直さない。
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lessons.attention.winner_take_all.model import CRITERION, NOISE
from lessons.neuropsychology.neglect.searching import attention

PLACE = 0.5
"""標的の横の位置（紙の半分の幅を 1 とする）。左は ``-PLACE``。"""


@dataclass(frozen=True)
class Times:
    """標的の側と，手がかりの当たり外れごとの，平均の反応時間（モデルの単位）。"""

    left_valid: float
    left_invalid: float
    right_valid: float
    right_invalid: float

    @property
    def left_cost(self) -> float:
        """左の標的で，手がかりが外れたときの遅れ。"""
        return self.left_invalid - self.left_valid

    @property
    def right_cost(self) -> float:
        """右の標的で，手がかりが外れたときの遅れ。"""
        return self.right_invalid - self.right_valid


def response_times(
    gradient: float = 0.0,
    disengage: float = 0.0,
    *,
    seed: int = 0,
    cue: float = 0.8,
    trials: int = 2000,
    dt: float = 0.05,
    limit: float = 60.0,
) -> Times:
    """四つの条件で課題をくり返し，標的の側に反応した試行の平均の時間を返す。

    Args:
        gradient: 右半球の働きの失われた割合。手がかりにも標的にも同じように効く。
        disengage: 注意が右にあるとき，左の証拠のたまる速さが失われる割合。
        cue: 手がかりがためる証拠。
        trials: 条件ごとの試行の数。
        dt, limit: 時間の刻みと，打ち切る時刻。
    """
    rng = np.random.default_rng(seed)
    left, right = attention(np.array([-PLACE, PLACE]), gradient)
    weights = {"left": float(left), "right": float(right)}
    found = {}
    for target, other in (("left", "right"), ("right", "left")):
        for cued in (target, other):
            rate = weights[target]
            if target == "left" and cued == "right":
                rate *= 1 - disengage
            lead = cue * weights[cued] * (1 if cued == target else -1)
            mean = _race(rng, lead, rate, trials, dt, limit)
            found[f"{target}_{'valid' if cued == target else 'invalid'}"] = mean
    return Times(**found)


def _race(
    rng: np.random.Generator,
    lead: float,
    rate: float,
    trials: int,
    dt: float,
    limit: float,
) -> float:
    """二か所の証拠の差が，取り分 ``CRITERION`` の対数オッズに届くまでの平均の時間。"""
    bound = np.log(CRITERION / (1 - CRITERION))
    gap: NDArray[np.float64] = np.full(trials, lead)  # 標的の証拠 − 反対側の証拠
    time, racing = np.full(trials, np.nan), np.arange(trials)
    for step in range(1, round(limit / dt) + 1):
        jitter = NOISE * np.sqrt(2 * dt) * rng.normal(size=racing.size)
        gap[racing] += rate * dt + jitter
        time[racing[gap[racing] >= bound]] = step * dt
        racing = racing[np.abs(gap[racing]) < bound]  # 反対側への反応は数えない
        if racing.size == 0:
            break
    return float(np.nanmean(time))
