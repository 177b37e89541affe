"""視覚探索の実験を，二つのモデルに受けさせる。

どちらのモデルも，画面の記号での記述（``Display``）から反応時間をつくります。
時間の値（``BASE``，``ITEM``）は，この本が選んだものです。
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lessons.attention.visual_search.feature_integration import (
    integration_trial,
    reports,
)
from lessons.attention.visual_search.guided_search import Guided, guided_trial
from lessons.stimuli.search_displays import SEARCHES, Search, make_display

BASE = 400.0  # 画面を見てから探し始めるまでと，ボタンを押すのにかかる時間（ms）
ITEM = 50.0  # 項目一つに注意を向け，標的かどうかを確かめる時間（ms）
JITTER = 40.0  # 反応時間のばらつき（標準偏差，ms）
STEP = 0.25  # しきい値の動きの大きさ
SIZES = (4, 8, 12, 16, 20)
"""実験で使う項目の数。"""


@dataclass(frozen=True)
class Trials:
    """試行の記録。どの配列も ``(試行の数,)``。"""

    set_size: np.ndarray
    present: np.ndarray  # 標的があったか
    correct: np.ndarray  # 正しく答えたか
    rt: np.ndarray  # 反応時間（ms）


@dataclass(frozen=True)
class Slopes:
    """探索関数の傾き（ms／項目）と切片（ms），誤答の割合。"""

    present: float
    absent: float
    present_start: float
    absent_start: float
    misses: float

    @property
    def ratio(self) -> float:
        """標的なしの傾きは，標的ありの傾きの何倍か。"""
        return self.absent / self.present


@lru_cache(maxsize=256)
def run(
    task: Search | str,
    seed: int,
    *,
    guided: Guided | None = None,
    sizes: tuple[int, ...] = SIZES,
    trials: int = 60,
) -> Trials:
    """実験を一回行う：項目の数 × 標的の有無を，混ぜた順に。

    同じ実験の記録は覚えておき，二度めからは計算しない。

    Args:
        task: 課題，または ``SEARCHES`` の名前。
        seed: 乱数の種。画面も，雑音も，順番も決まる。
        guided: ガイド付き探索の設定。``None`` なら特徴統合理論。
        sizes: 項目の数。
        trials: 条件ごとの試行の数。

    出典: Treisman & Gelade (1980)，Wolfe (1994)。
    """
    search = SEARCHES[task] if isinstance(task, str) else task
    rng = np.random.default_rng(seed)
    plan = [(n, there) for n in sizes for there in (True, False)] * trials
    twice = (*rng.permutation(len(plan)), *rng.permutation(len(plan)))
    order = [plan[k] for k in twice]  # 前の半分は練習。しきい値が落ち着くのを待つ
    threshold, rows = 0.0, []
    for n, there in order:
        display = make_display(search, n, there, int(rng.integers(2**31)))
        if guided is None:
            said, checked = integration_trial(display, rng)
        else:
            said, checked = guided_trial(display, guided, threshold, rng)
            if there:  # 見落としたら大きく下げ，見つけたら少し上げる
                threshold += STEP * (guided.miss if said else guided.miss - 1)
        rt = BASE + ITEM * checked + rng.normal(0, JITTER)
        rows.append((n, there, said == there, rt))
    columns = list(zip(*rows[len(plan) :], strict=True))
    return Trials(*(np.array(column) for column in columns))


def fit_slopes(trials: Trials) -> Slopes:
    """正答の反応時間に直線を当てはめ，傾きを求める。"""

    def line(present: bool) -> tuple[float, float]:
        used = trials.correct & (trials.present == present)
        slope, start = np.polyfit(trials.set_size[used], trials.rt[used], 1)
        return float(slope), float(start)

    (yes, yes_start), (no, no_start) = line(True), line(False)
    misses = float(1 - trials.correct[trials.present].mean())
    return Slopes(yes, no, yes_start, no_start, misses)


def slopes(task: Search | str, seed: int, guided: Guided | None = None) -> Slopes:
    """``run`` の傾き。"""
    return fit_slopes(run(task, seed, guided=guided))


MODELS: dict[str, Guided | None] = {"特徴統合理論": None, "ガイド付き探索": Guided()}
"""比べるモデル。どちらも，すべての効果を同じ設定で受ける。"""


@dataclass(frozen=True)
class Criterion:
    """人で報告された効果一つと，示したと言う範囲。

    Attributes:
        name: 効果の名前。
        measure: 特徴探索と結合探索の傾きから，量を一つ求める関数。
        low, high: 示したと言う範囲。
        built_in: この効果が，式からそのまま出る（動かす前からわかっている）モデル。
    """

    name: str
    measure: Callable[[Slopes, Slopes], float]
    low: float = -math.inf
    high: float = math.inf
    built_in: tuple[str, ...] = ()

    def value(self, model: str, seed: int) -> float:
        """``MODELS`` の名前のモデルを一度動かして，量を測る。"""
        pair = [slopes(task, seed, MODELS[model]) for task in ("color", "conjunction")]
        return self.measure(*pair)

    def holds(self, value: float) -> bool:
        """量が，示したと言う範囲にあるか。"""
        return self.low <= value <= self.high


CRITERIA = (
    Criterion(
        "特徴探索の傾きは平らになる",
        lambda feature, conjunction: feature.present,
        low=-5,
        high=5,
        built_in=("特徴統合理論",),
    ),
    Criterion(
        "結合探索の傾きは急になる",
        lambda feature, conjunction: conjunction.present,
        low=15,
        built_in=("特徴統合理論",),
    ),
    Criterion(
        "結合探索では，「ない」の傾きが「ある」の約 2 倍になる",
        lambda feature, conjunction: conjunction.ratio,
        low=1.5,
        high=2.5,
        built_in=("特徴統合理論",),
    ),
    Criterion(
        "結合探索の傾きは，一つずつ調べるより小さい",
        lambda feature, conjunction: conjunction.present,
        high=15,
    ),
)
"""人の視覚探索で報告された効果。二つめと四つめは，別の実験の，食い違う報告。"""


def page_data(seed: int = 0) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """頁の中の実験に渡す，モデルの直線（傾きと切片）。

    Returns:
        ``{モデル: {課題: {標的の有無: {"slope": …, "start": …}}}}``。
    """
    models = {"guided": Guided(), "integration": None}
    tasks = {"feature": "color", "conjunction": "conjunction"}
    data: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for model, guided in models.items():
        data[model] = {}
        for name, task in tasks.items():
            s = slopes(task, seed, guided)
            data[model][name] = {
                "present": {"slope": s.present, "start": s.present_start},
                "absent": {"slope": s.absent, "start": s.absent_start},
            }
    return data


def guidance_gain(seed: int) -> float:
    """目的による誘導で，結合探索の傾きがどれだけ下がるか（ms／項目）。"""
    without, with_it = Guided(top_down=0), Guided()
    return (
        slopes("conjunction", seed, without).present
        - slopes("conjunction", seed, with_it).present
    )


def illusory_growth(seed: int, brief: float = 80, long: float = 180) -> float:
    """見せる時間が短いとき，長いときより結合錯誤の割合がどれだけ増えるか。"""
    short, slow = (reports(seed, time) for time in (brief, long))
    return short.conjunction_error - slow.conjunction_error
