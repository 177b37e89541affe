"""読者がどちらが光るかを当てる課題：絵と，84 人とソフトマックス関数の割合。"""

from __future__ import annotations

from lessons.basics.softmax.model import softmax
from lessons.human import numbers

TRIALS, BIN = 60, 20
RICH = 0.7
"""よく光る側の割合。"""
MATCHING, COLD = 0.47, 0.2
"""並べるソフトマックス関数の温度。0.47 は，確率マッチングになる温度。"""

BOXES = (
    '<svg viewBox="0 0 200 200" role="img" aria-label="二つの明かり">'
    '<g fill="none" stroke="#eee" stroke-width="5"><circle cx="52" cy="100" r="36"/>'
    '<circle cx="148" cy="100" r="36"/></g><g fill="#eee" font-size="30" '
    'text-anchor="middle"><text x="52" y="111">？</text><text x="148" y="111">？</text>'
    "</g></svg>"
)


def people() -> dict[float, float]:
    """84 人が，よく光る側を選んだ割合（%）。20 回ごとのまん中の回から引く。"""
    found = numbers("basics/softmax", "probability_matching")
    return {BIN * k + (BIN + 1) / 2: 100 * one.value for k, one in enumerate(found)}


def flat() -> dict[str, float]:
    """二つの温度のソフトマックス関数が，よく光る側を選ぶ割合（%）。回によらない。"""
    return {
        f"温度 {beta}": 100 * float(softmax([RICH, 1 - RICH], beta)[0])
        for beta in (MATCHING, COLD)
    }
