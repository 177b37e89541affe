"""章 neuropsychology/neglect の効果を測る関数。約束は ``protocols`` にある。

値は，人間と同じ向きを正とする。``control`` は対照の名前で，空なら損傷のあるモデル。
``parameters`` は損傷の大きさ ``damage`` と，探す人の設定（``Searcher`` の欄）。
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lessons.neuropsychology.neglect import bisection, cueing, measures, scoring
from lessons.neuropsychology.neglect.searching import Searcher

FOREVER = 1e9
"""復帰の抑制が弱まらない時定数。"""


def _who(
    control: str, damage: float, kind: str = "gradient", **parameters: Any
) -> Searcher:
    """探す人。対照 ``flat`` は左右同じだけ目立ちやすさが減り，``intact`` は損傷がない。"""
    if control == "intact":
        return Searcher(**parameters)
    if control == "flat":
        return Searcher(dimming=damage / 2, **parameters)
    return Searcher(**{kind: damage}, **parameters)  # type: ignore[arg-type]


def erasing(
    seed: int, control: str = "", *, damage: float = 1.0, **parameters: Any
) -> float:
    """線の抹消：印を付けるときの見落とし − 消すときの見落とし（割合）。"""
    who = _who(control, damage, **parameters)
    page = measures.test_page("線", seed)
    marked = measures.missed(page, "線", who, seed)
    return marked - measures.missed(page, "線", who.damaged(erase=True), seed)


def first_place(
    seed: int, control: str = "", *, damage: float = 0.3, **parameters: Any
) -> float:
    """星の抹消：最初に消した場所（−1〜1）− CoC。正なら，始める場所のほうが敏感。"""
    who = _who(control, damage, **parameters)
    return measures.start(who, seed) - measures.coc("星", who, seed)


def forgetting(
    seed: int, control: str = "", *, damage: float = 0.8, **parameters: Any
) -> float:
    """星の抹消：抑制が三倍速く弱まるときに増える，見落としの割合。"""
    who = _who(control, damage, **parameters)
    page = measures.test_page("星", seed)
    short = who.damaged(recovery=who.recovery / 3)
    return measures.missed(page, "星", short, seed) - measures.missed(
        page, "星", who, seed
    )


def others(
    seed: int, control: str = "", *, damage: float = 0.8, **parameters: Any
) -> float:
    """星の抹消：CoC が，標的でない物のために増える量。"""
    who = _who(control, damage, **parameters)
    bare = measures.coc_without_others("星", who, seed)
    return measures.coc("星", who, seed) - bare


COUNTS = (8, 16, 32, 64, 112)
"""小さい星の数。"""


def exponent(
    seed: int, control: str = "", *, damage: float = 0.8, **parameters: Any
) -> float:
    """小さい星の数と，消した数の，両対数の傾き。いつも同じ割合を消せば 1。"""
    who = _who(control, damage, **parameters)
    shown, done = [], []
    for count in COUNTS:
        page = measures.plain_page(count, seed)
        shown.append(len(page.x))
        done.append(len(page.x) * (1 - measures.missed(page, "星", who, seed)))
    return float(np.polyfit(np.log(shown), np.log(np.maximum(done, 0.5)), 1)[0])


def power(seed: int, control: str = "", **parameters: Any) -> float:
    """1 − べき。正なら，数が多いほど見落としの割合が増える。"""
    return 1 - exponent(seed, control, **parameters)


def short_lines(
    seed: int,
    control: str = "",
    *,
    damage: float = 0.6,
    items: int = 24,
    longest: float = 25.0,
) -> np.ndarray:
    """短い線の印の，左へのずれ（長さに対する %）``(items,)``。抹消と同じ紙の勾配で測る。"""
    rng = np.random.default_rng(seed)
    found = []
    for length, center in zip(
        rng.uniform(10, longest, items), rng.uniform(-60, 60, items), strict=True
    ):
        hurt = 0.0 if control == "intact" else damage
        error = bisection.bisect(bisection.placed(float(center)), float(length), hurt)
        found.append(-100 * error / length)
    return np.array(found)


LEVELS = tuple(np.round(np.arange(0.3, 1.01, 0.1), 1).tolist())
"""患者の集まりと見なす，損傷の大きさ。"""


def bisection_misses(seed: int, control: str = "", **parameters: Any) -> float:
    """線の二等分が見逃す患者の割合 − 字の抹消が見逃す割合。

    二等分は 9 点のうち境の 7 点以下，字の抹消は CoC が境を超えるとき，無視とみなす。
    """
    caught = []
    for damage in LEVELS:
        who = _who(control, damage, **parameters)
        letters = measures.coc("字", who, seed) > scoring.COC_CUT_OFF
        hurt = 0.0 if control else damage
        error = bisection.bisect(bisection.page, 205.0, hurt)
        points = 3 * scoring.bisection_points(error)
        caught.append((points <= scoring.CUT_OFF["二等分"], letters))
    lines, letters = np.mean(caught, axis=0)
    return float(letters - lines)


def disengaging(
    seed: int,
    control: str = "",
    *,
    damage: float = 0.8,
    offset: float = 0.0,
    **parameters: Any,
) -> float:
    """左の標的の，外れ ÷ 当たりの対数が，損傷で増える量。

    ``offset`` は，反応時間に足す一定の時間（手を動かす時間など）。
    """
    if control == "disengage":  # 測り方の検査：離れられない損傷なら，必ず増える
        hurt = cueing.response_times(disengage=damage, seed=seed, **parameters)
    elif control == "intact":
        hurt = cueing.response_times(seed=seed + 1_000_000, **parameters)
    else:
        hurt = cueing.response_times(damage, seed=seed, **parameters)
    healthy = cueing.response_times(seed=seed, **parameters)
    ratio = [
        (t.left_invalid + offset) / (t.left_valid + offset) for t in (hurt, healthy)
    ]
    return float(np.log(ratio[0] / ratio[1]))


MEASURES: dict[str, Callable[..., Any]] = {
    "neglect_erasing": erasing,
    "neglect_erasing_kept": partial(erasing, recovery=FOREVER),
    "neglect_first_place": first_place,
    "neglect_first_place_disengage": partial(first_place, kind="disengage"),
    "neglect_others": others,
    "neglect_power": power,
    "neglect_short_lines": short_lines,
    "neglect_bisection_misses": bisection_misses,
    "neglect_disengaging": disengaging,
}
"""約束の名前から，測る関数を引く表。"""
