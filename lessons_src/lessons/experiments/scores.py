"""まとめ方の一覧。名前と計算は，頁のスクリプト（``experiment_scores.js``）と同じ。

行は CSV の行（文字列の表）。値が求まらないときは ``None`` を返す。
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from lessons.experiments.plan import FASTEST, SLOWEST, Experiment

Row = Mapping[str, str]
Rows = Sequence[Row]
Points = list[tuple[float, float]]


def reaction_times(rows: Rows) -> list[tuple[float, float]]:
    """正しく答え，反応時間が範囲に入る行の，水準と反応時間（ms）。"""
    return [
        (float(row["level"]), float(row["rt_ms"]))
        for row in rows
        if row["correct"] == "1"
        and row["rt_ms"]
        and FASTEST <= float(row["rt_ms"]) <= SLOWEST
    ]


def counted(row: Row, experiment: Experiment) -> bool:
    """数える答えか。``signal`` があれば，その答えか。なければ，正答か。"""
    if experiment.signal:
        return row["response"] == experiment.signal
    return row["correct"] == "1"


def mean(rows: Rows, experiment: Experiment) -> float | None:
    """正答の反応時間の平均（ms）。"""
    used = reaction_times(rows)
    return float(np.mean([rt for _, rt in used])) if used else None


def slope(rows: Rows, experiment: Experiment) -> float | None:
    """水準に対する反応時間の傾き（ms／水準）。"""
    level, rt = np.array(reaction_times(rows) or [(0, 0)]).T
    return float(np.polyfit(level, rt, 1)[0]) if np.ptp(level) > 0 else None


def share(rows: Rows, experiment: Experiment) -> float | None:
    """数える答えの割合（%）。"""
    return 100 * float(np.mean([counted(row, experiment) for row in rows]))


def dprime(rows: Rows, experiment: Experiment) -> float | None:
    """d′。当たりと誤警報に 0.5，回数に 1 を足す（0 % と 100 % でも求まる）。"""
    said: dict[bool, list[bool]] = {True: [], False: []}
    for row in rows:
        said[row["answer"] == experiment.signal].append(counted(row, experiment))
    if not said[True] or not said[False]:
        return None
    hit, false = ((sum(s) + 0.5) / (len(s) + 1) for s in (said[True], said[False]))
    z = NormalDist().inv_cdf
    return z(hit) - z(false)


def by_level(rows: Rows, experiment: Experiment) -> Points:
    """水準ごとの，数える答えの割合（%）。"""
    levels = sorted({float(row["level"]) for row in rows})
    groups = [[row for row in rows if float(row["level"]) == x] for x in levels]
    return [
        (x, 100 * float(np.mean([counted(row, experiment) for row in group])))
        for x, group in zip(levels, groups, strict=True)
    ]


def threshold(rows: Rows, experiment: Experiment) -> float | None:
    """割合が ``criterion``（%）を横切る水準。単調にならした曲線を，直線でつなぐ。"""
    points = by_level(rows, experiment)
    x, y = np.array(points).T
    sign = 1 if np.sum((x - x.mean()) * y) >= 0 else -1
    pools: list[list[float]] = []  # [値の平均, 水準の数]。単調でない隣どうしを合わせる
    for value in sign * y:
        pools.append([float(value), 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [[(m * a + n * b) / (m + n), m + n]]
    smooth = [value for value, count in pools for _ in range(int(count))]
    at = sign * experiment.criterion
    for k in range(len(x) - 1):
        if smooth[k] <= at <= smooth[k + 1] and smooth[k] < smooth[k + 1]:
            part = (at - smooth[k]) / (smooth[k + 1] - smooth[k])
            return float(x[k] + part * (x[k + 1] - x[k]))
    return None


def bins(rows: Rows, experiment: Experiment) -> Points:
    """学習曲線：``bin`` 試行ごとの，数える答えの割合（%）。横軸は，条件の中の試行の番号。"""
    size = experiment.bin
    groups = [rows[k : k + size] for k in range(0, len(rows), size)]
    return [
        (
            k * size + (len(group) + 1) / 2,
            100 * float(np.mean([counted(row, experiment) for row in group])),
        )
        for k, group in enumerate(groups)
    ]


def learning(rows: Rows, experiment: Experiment) -> float | None:
    """学習曲線の最後の点（%）。"""
    return bins(rows, experiment)[-1][1]


def deviation(rows: Rows, experiment: Experiment) -> float | None:
    """横のずれの平均（刺激の単位）。右が正。"""
    return float(np.mean([float(r["x"]) - float(r["target_x"]) for r in rows]))


def distance(rows: Rows, experiment: Experiment) -> float | None:
    """正しい場所からの距離の平均（刺激の単位）。"""
    away = [
        math.dist(
            (float(r["x"]), float(r["y"])),
            (float(r["target_x"]), float(r["target_y"])),
        )
        for r in rows
    ]
    return float(np.mean(away))


def mean_by_level(rows: Rows, experiment: Experiment) -> Points:
    """水準ごとの，正答の反応時間の平均（ms）。"""
    used = reaction_times(rows)
    return [
        (x, float(np.mean([rt for level, rt in used if level == x])))
        for x in sorted({level for level, _ in used})
    ]


@dataclass(frozen=True)
class Score:
    """まとめ方一つ：言葉，条件一つの値，曲線，場所の答えか，二つの条件の比べ方。"""

    words: str
    value: Callable[[Rows, Experiment], float | None]
    curve: Callable[[Rows, Experiment], Points] | None = None
    place: bool = False
    contrast: Callable[[float, float], float] | None = None


SCORES = {
    "mean": Score("正答の反応時間の平均", mean),
    "slope": Score("反応時間の傾き", slope, mean_by_level),
    "difference": Score("反応時間の差", mean, contrast=lambda a, b: a - b),
    "index": Score("反応時間の指数", mean, contrast=lambda a, b: (a - b) / (a + b)),
    "share": Score("正答の割合", share),
    "dprime": Score("見分けやすさ d′", dprime),
    "threshold": Score("しきい", threshold, by_level),
    "learning": Score("終わりの割合", learning, bins),
    "deviation": Score("横のずれの平均", deviation, place=True),
    "distance": Score("ずれの距離の平均", distance, place=True),
}
"""まとめ方。差（``difference``）は，条件ごとの平均を引く。指数（``index``）は，差を和で割る
（反応時間の逆数を距離と読めば，距離の指数と同じ）。"""


def values(rows: Rows, experiment: Experiment) -> dict[str, float]:
    """結果の行（``Experiment.entries``）ごとの値。求まらない行は入らない。"""
    score = SCORES[experiment.score]
    own: dict[str, float | None] = {}
    for condition in experiment.conditions:
        mine = [row for row in rows if row["condition"] == condition]
        own[condition] = score.value(mine, experiment) if mine else None
    if score.contrast:
        pairs = {
            name: (own[a], own[b]) for name, (a, b) in experiment.contrasts.items()
        }
        own = {
            name: None if a is None or b is None else score.contrast(a, b)
            for name, (a, b) in pairs.items()
        }
    return {name: value for name, value in own.items() if value is not None}


def missing(found: Mapping[str, float], experiment: Experiment) -> str:
    """値の求まらない行を言う一文。なければ空。"""
    short = [name for name in experiment.entries if name not in found]
    if not short:
        return ""
    return (
        f"使える答えが足りないので，値を出せない条件があります（{'，'.join(short)}）。"
    )
