"""効果の測り方：シートの種一つから，効果の大きさを一つの数で返す。

``control`` は対照の名前で，空なら損傷のあるモデル。``parameters`` は探す人の設定
（``Searcher`` の欄）で，頑健さを調べるときに変える。
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lessons.neuropsychology.neglect import finding, scoring
from lessons.neuropsychology.neglect.searching import Searcher, Trace, hits, search
from lessons.segmentation.one_stage.model import GridDetector
from lessons.stimuli.neglect_sheets import CANCELLATION, star_cancellation
from lessons.stimuli.paper import WIDTH, Sheet, pixels

RUNS = 4
"""シート一枚で，探索をくり返す回数。"""
DAMAGE = 0.8
"""効果を測るときの損傷の大きさ。"""


@lru_cache(maxsize=1)
def _detector() -> GridDetector:
    return finding.pretrained()


@dataclass(frozen=True)
class Page:
    """シートと，検出器が見つけた物。"""

    sheet: Sheet
    found: finding.Found

    @property
    def boxes(self) -> np.ndarray:
        """標的の四角 ``(n, 4)``（mm）。"""
        return np.array([item.box for item in self.sheet.targets])

    @property
    def x(self) -> np.ndarray:
        """標的の横の位置 ``(n,)``（mm）。"""
        return np.array([item.x for item in self.sheet.targets])

    def hit(self, trace: Trace) -> np.ndarray:
        """標的を消したか ``(n,)``。"""
        return hits(self.found, self.boxes, trace.cancelled)


def page(sheet: Sheet) -> Page:
    """シートを検出器に見せる。"""
    return Page(sheet, finding.find(_detector(), pixels(sheet)))


@lru_cache(maxsize=64)
def test_page(test: str, seed: int) -> Page:
    """検査 ``test`` の，種 ``seed`` のシート。"""
    return page(CANCELLATION[test](seed))


@lru_cache(maxsize=64)
def plain_page(count: int, seed: int) -> Page:
    """小さい星だけを ``count`` 個散らしたシート。"""
    return page(star_cancellation(seed, small=count, large=0, letters=0, words=0))


def _runs(seen: Page, test: str, who: Searcher, seed: int) -> list[Trace]:
    return [search(seen.found, test, who, RUNS * seed + run) for run in range(RUNS)]


def missed(seen: Page, test: str, who: Searcher, seed: int) -> float:
    """標的を見落とした割合の平均。"""
    runs = _runs(seen, test, who, seed)
    return float(np.mean([1 - seen.hit(trace).mean() for trace in runs]))


def score(test: str, who: Searcher, seed: int) -> float:
    """検査の点数の平均。"""
    seen = test_page(test, seed)
    return scoring.MOST[test] * (1 - missed(seen, test, who, seed))


def coc(test: str, who: Searcher, seed: int) -> float:
    """CoC の平均。"""
    return _coc(test_page(test, seed), test, who, seed)


def _coc(seen: Page, test: str, who: Searcher, seed: int) -> float:
    runs = [seen.hit(trace) for trace in _runs(seen, test, who, seed)]
    return float(np.mean([scoring.centre_of_cancellation(seen.x, h) for h in runs]))


def coc_without_others(test: str, who: Searcher, seed: int) -> float:
    """検出器が標的と見なした物だけを残した紙での，CoC の平均。"""
    seen = test_page(test, seed)
    keep = np.isin(seen.found.kinds.argmax(axis=1), finding.WANTED[test])
    found = finding.Found(
        seen.found.boxes[keep], seen.found.presence[keep], seen.found.kinds[keep]
    )
    return _coc(Page(seen.sheet, found), test, who, seed)


def start(who: Searcher, seed: int) -> float:
    """星の抹消で，最初に消した星の横の位置（−1 が左の縁，1 が右の縁）。"""
    seen = test_page("星", seed)
    starts = [
        seen.found.places[trace.cancelled[0], 0]
        for trace in _runs(seen, "星", who, seed)
        if trace.cancelled.size
    ]
    return float(np.mean(starts) * 2 / WIDTH - 1)


def _who(control: str, damage: float = DAMAGE, **parameters: float) -> Searcher:
    """損傷のある探す人。対照 ``flat`` は，左右で同じだけ目立ちやすさが減った人。"""
    if control == "intact":
        return Searcher(**parameters)
    if control == "flat":
        return Searcher(dimming=damage / 2, **parameters)
    return Searcher(gradient=damage, **parameters)


def erasing(seed: int, control: str = "", **parameters: float) -> float:
    """線の抹消：印を付けるときの見落とし − 消すときの見落とし。

    対照 ``flat`` は左右同じ損傷，``memory`` は復帰の抑制が弱まらない人。
    """
    who = _who(control, **{"damage": 1.0, **parameters})
    if control == "memory":
        who = who.damaged(recovery=1e9)
    seen = test_page("線", seed)
    marks = missed(seen, "線", who, seed)
    return marks - missed(seen, "線", who.damaged(erase=True), seed)


def first_place(seed: int, control: str = "", **parameters: float) -> float:
    """軽い損傷で，最初に消した星の横の位置（−1 が左の縁，1 が右の縁）。"""
    return start(_who(control, **{"damage": 0.3, **parameters}), seed)


def revisits(seed: int, control: str = "", **parameters: float) -> float:
    """星の抹消：移動のうち，もう消した星へ戻った割合。"""
    who = _who(control, **parameters)
    seen = test_page("星", seed)
    return float(np.mean([t.revisit_rate for t in _runs(seen, "星", who, seed)]))


def forgetting(seed: int, control: str = "", **parameters: float) -> float:
    """星の抹消：覚えが短い（抑制が三倍速く弱まる）ときに増える，見落としの割合。"""
    who = _who(control, **parameters)
    seen = test_page("星", seed)
    short = who.damaged(recovery=who.recovery / 3)
    return missed(seen, "星", short, seed) - missed(seen, "星", who, seed)


COUNTS = (8, 16, 32, 64, 112)


def exponent(seed: int, control: str = "", **parameters: float) -> float:
    """小さい星の数と，消した数の，両対数の傾き。すべて消せば 1。"""
    who = _who(control, **parameters)
    done = []
    for count in COUNTS:
        seen = plain_page(count, seed)
        done.append(len(seen.x) * (1 - missed(seen, "星", who, seed)))
    shown = [len(plain_page(count, seed).x) for count in COUNTS]
    return float(np.polyfit(np.log(shown), np.log(np.maximum(done, 0.5)), 1)[0])
