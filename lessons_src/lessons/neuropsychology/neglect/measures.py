"""シートの種から，探す人の成績（点数，CoC，見落とし，始める場所，後戻り）を測る。"""

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


def revisit_rate(who: Searcher, seed: int) -> float:
    """星の抹消で，移動のうち，もう消した星へ戻った割合。"""
    runs = _runs(test_page("星", seed), "星", who, seed)
    return float(np.mean([trace.revisit_rate for trace in runs]))
