"""顕著性モデルに探索画面を見せて，標的を見つけるまでを測る。"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lessons.attention.saliency.model import saliency
from lessons.attention.saliency.scanpath import Fixation, scanpath
from lessons.stimuli.search_displays import Display, Search, make_display, render

BATCH = 16
"""一度に計算する画面の数。"""
DURATION = 1500
"""視線を動かす時間の上限（ms）。"""
ORDERS = 8
"""無作為に訪ねる順を，一枚の画面で引き直す回数。"""


class Found(NamedTuple):
    """画面ごとの成績。どれも ``(画面の数,)``。"""

    first: NDArray[np.bool_]  # 最初の視線が標的に落ちたか
    shifts: NDArray[np.float64]  # モデルが標的を見つけるまでの移動の回数
    random: NDArray[np.float64]  # 無作為に項目を訪ねたときの，移動の回数


def paths_over(
    displays: list[Display], *, inhibit: bool = True, until_found: bool = False
) -> list[list[Fixation]]:
    """画面の束のそれぞれで，視線の道すじを求める。

    Args:
        displays: 画面。
        inhibit: 偽なら復帰の抑制を切る。
        until_found: 真なら，注意の円が標的を含んだ所で止める（速い）。
    """
    paths = []
    for start in range(0, len(displays), BATCH):
        some = displays[start : start + BATCH]
        S = saliency(np.stack([render(display) for display in some])).S
        for display, one in zip(some, S[:, 0], strict=True):
            size = (display.side, display.side)
            found = partial(_includes_target, display) if until_found else None
            paths.append(scanpath(one, size, DURATION, inhibit=inhibit, found=found))
    return paths


def first_is_target(display: Display, path: list[Fixation]) -> bool:
    """最初の視線にいちばん近い項目が，標的か。"""
    if display.target is None or not path:
        return False
    apart = np.linalg.norm(display.xy - (path[0].x, path[0].y), axis=1)
    return int(apart.argmin()) == display.target


def shifts_to_target(display: Display, path: list[Fixation]) -> float:
    """注意の円が標的を含むまでの，視線の移動の回数。見つからなければ ``nan``。"""
    if display.target is None:
        return float("nan")
    for count, fixation in enumerate(path, start=1):
        if _includes_target(display, fixation):
            return float(count)
    return float("nan")


def _includes_target(display: Display, fixation: Fixation) -> bool:
    """注意の円が，標的を含むか。"""
    if display.target is None:
        return False
    x, y = display.xy[display.target]
    return bool(np.hypot(fixation.x - x, fixation.y - y) <= display.side / 6)


def random_shifts(display: Display, rng: np.random.Generator) -> int:
    """絵を見ず，まだ円に入っていない項目を無作為に訪ねたときの，移動の回数。

    モデルとの違いは，訪ねる順だけ：円の大きさも，見た円の中へ戻らないことも同じ。
    """
    if display.target is None:
        raise ValueError("標的のない画面では，見つけるまでの回数を数えられません。")
    seen = np.zeros(display.set_size, bool)
    count = 0
    while not seen[display.target]:
        item = rng.choice(np.flatnonzero(~seen))
        apart = np.linalg.norm(display.xy - display.xy[item], axis=1)
        seen |= apart <= display.side / 6
        count += 1
    return count


def search(task: Search | str, set_size: int, seeds: Iterable[int]) -> Found:
    """標的のある画面をたくさん見せて，モデルと，無作為に訪ねるときの成績を並べる。

    Args:
        task: 課題，または ``SEARCHES`` の名前。
        set_size: 項目の数。
        seeds: 画面の種。

    Returns:
        画面ごとの成績。見つからなかった画面の移動の回数は ``nan``。
    """
    seeds = list(seeds)
    displays = [make_display(task, set_size, True, seed) for seed in seeds]
    paths = paths_over(displays, until_found=True)
    pairs = list(zip(displays, paths, strict=True))
    random = []
    for seed, display in zip(seeds, displays, strict=True):
        rng = np.random.default_rng(seed)
        random.append(np.mean([random_shifts(display, rng) for _ in range(ORDERS)]))
    return Found(
        np.array([first_is_target(*pair) for pair in pairs]),
        np.array([shifts_to_target(*pair) for pair in pairs]),
        np.array(random),
    )


def pop_out_accuracy(seed: int, *, set_size: int = 25, displays: int = 8) -> float:
    """色または傾きの違う項目に，最初の視線が落ちる割合。偶然なら ``1 / set_size``。"""
    half = displays // 2
    seeds = range(1000 * seed, 1000 * seed + half)
    hits = [search(task, set_size, seeds).first for task in ("color", "orientation")]
    return float(np.mean(hits))


@lru_cache(maxsize=16)
def conjunction_cost(
    seed: int, *, displays: int = 8, few: int = 4, many: int = 36
) -> tuple[float, float]:
    """結合探索で，項目が ``few`` 個から ``many`` 個に増えたときの，視線の移動の増え方（回）。

    Returns:
        モデルでの増え方と，無作為に項目を訪ねたときの増え方。
    """
    seeds = range(1000 * seed, 1000 * seed + displays)
    less, more = (search("conjunction", n, seeds) for n in (few, many))
    model = np.nanmean(more.shifts) - np.nanmean(less.shifts)
    return float(model), float(more.random.mean() - less.random.mean())


def return_share(path: list[Fixation], radius: float, window: float = 500) -> float:
    """直前の ``window`` ms に見た円の中へ，視線が戻った割合。

    Args:
        path: 視線の列。二つ以上。
        radius: 円の半径（画素）。
        window: さかのぼる時間（ms）。
    """
    returned = [
        any(
            now.time - past.time <= window
            and np.hypot(now.x - past.x, now.y - past.y) <= radius
            for past in path[:count]
        )
        for count, now in enumerate(path)
    ]
    return float(np.mean(returned[1:]))


def returns_on_displays(seed: int, *, inhibit: bool = True, displays: int = 4) -> float:
    """無作為な画面の上で，0.5 秒のうちに視線が同じ場所へ戻った割合。"""
    seeds = range(1000 * seed, 1000 * seed + displays)
    shown = [make_display("conjunction", 16, True, one) for one in seeds]
    paths = paths_over(shown, inhibit=inhibit)
    shares = [return_share(path, shown[0].side / 6) for path in paths]
    return float(np.mean(shares))
