"""人の足し算の記録から，``human.csv`` の数を求め直す道具。章からは読み込まない。

記録は，Cho ほか（2019）が MIT ライセンスで公開したもの
（https://github.com/sungjae-cho/arithmetic-experiment の user_data/results/iccm2019_final）。
この本には入っていない。取り寄せたフォルダーを渡して使う::

    python -m lessons.basics.binary_addition.people フォルダー
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lessons.basics.binary_addition.mistakes import (
    BITS,
    index,
    matched_index,
    sent,
)


@dataclass(frozen=True)
class Trials:
    """足し算の記録。どれも ``(人, 問題)`` の形。

    Attributes:
        problem: 問題の番号（``a * 16 + b``）。
        wrong: 間違えたか。
        seconds: 答えるまでの秒。
    """

    problem: np.ndarray
    wrong: np.ndarray
    seconds: np.ndarray

    def people(self, chosen: np.ndarray) -> Trials:
        """選んだ人だけの記録。"""
        return Trials(self.problem[chosen], self.wrong[chosen], self.seconds[chosen])


def load(folder: Path) -> Trials:
    """足し算を解いた人の記録を，すべて読む。

    Raises:
        ValueError: 足し算の記録がないとき。
    """
    found = []
    for path in sorted(folder.glob("*.result")):
        rows = [line.split("\t") for line in path.read_text("utf8").splitlines()]
        added = [row for row in rows if len(row) >= 8 and row[6].lower() == "add"]
        if added:
            found.append([_trial(row) for row in added])
    if not found:
        raise ValueError(
            f"{folder} に足し算の記録（*.result）がありません。フォルダーを確かめてください。"
        )
    table = np.array(found, dtype=float)
    return Trials(table[..., 0].astype(int), table[..., 1] > 0, table[..., 2])


def _trial(row: list[str]) -> tuple[int, bool, float]:
    bits = json.loads(row[0])  # 上の桁から：a の 4 桁，b の 4 桁
    problem = int("".join(map(str, bits)), 2)
    return problem, row[1] != "True", float(row[2])


def errors(trials: Trials) -> np.ndarray:
    """問題ごとの，間違えた割合 ``(256,)``。誰も解かなかった問題は nan。"""
    return _means(trials.problem, trials.wrong.astype(float))


def times(trials: Trials) -> np.ndarray:
    """問題ごとの，正しく答えるまでの秒の平均 ``(256,)``。記録がなければ nan。"""
    right = ~trials.wrong
    return _means(trials.problem[right], trials.seconds[right])


def _means(problem: np.ndarray, values: np.ndarray) -> np.ndarray:
    many = 4**BITS
    count = np.bincount(problem.ravel(), minlength=many)
    total = np.bincount(problem.ravel(), values.ravel(), minlength=many)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def each_carry(trials: Trials, what: str) -> np.ndarray:
    """繰り上がりの数ごとに，人ごとの平均（誤りか秒）を，人について平均する ``(5,)``。"""
    carried = sent()[trials.problem]
    value = trials.wrong if what == "errors" else trials.seconds
    counted = np.ones_like(trials.wrong) if what == "errors" else ~trials.wrong
    means = []
    for k in range(BITS + 1):
        here = (carried == k) & counted
        number = here.sum(1)
        total = np.where(here, value, 0).sum(1)
        means.append((total[number > 0] / number[number > 0]).mean())
    return np.array(means)


def raw(trials: Trials, what: str) -> float:
    """``mistakes.raw_index`` と同じ比べ方を，試行の平均で求める。"""
    found = each_carry(trials, what)
    return index(found[3:].mean(), found[0])


def matched(trials: Trials, what: str) -> float:
    """``mistakes.matched_index``。問題ごとの平均から求める。"""
    return matched_index(errors(trials) if what == "errors" else times(trials))


def with_interval(
    measure: Callable[[Trials, str], float], trials: Trials, what: str
) -> tuple[float, float, float]:
    """値と，人を選び直して求めた 95 % 区間。"""
    g = np.random.default_rng(0)
    many = len(trials.problem)
    draws = [
        measure(trials.people(g.integers(many, size=many)), what) for _ in range(1000)
    ]
    low, high = np.quantile(draws, [0.025, 0.975])
    return measure(trials, what), float(low), float(high)


def main(folder: str) -> None:
    """``human.csv`` に書く数を印字する。"""
    trials = load(Path(folder))
    print(f"{len(trials.problem)} 人，一人 {trials.problem.shape[1]} 問")
    for what in ("errors", "times"):
        print(what, *(f"{value:.4g}" for value in each_carry(trials, what)))
        for measure in (raw, matched):
            found = with_interval(measure, trials, what)
            print(what, measure.__name__, *(f"{value:.3g}" for value in found))


if __name__ == "__main__":
    main(sys.argv[1])
