"""章 readings/history の練習。"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from lessons.exercises import Exercise
from lessons.readings.history.model import links, timeline

_YEARS = sorted({event.year for event in timeline()})
_GAPS = {after: after - before for before, after in pairwise(_YEARS)}
_LONGEST = max(_GAPS.values())
_ENDS = [year for year, gap in _GAPS.items() if gap == _LONGEST]
_TO_PSYCHOLOGY = sum(link.target.field == "心理学" and link.crosses for link in links())
_FROM_PSYCHOLOGY = sum(
    link.source.field == "心理学" and link.crosses for link in links()
)


def _gap(answer: Any) -> str | None:
    year = int(answer)
    if year in _ENDS:
        return None
    if any(year == end - _LONGEST for end in _ENDS):
        return (
            "それは空白の始まりです。空白の後の，最初のできごとの年を答えてください。"
        )
    if year in _GAPS:
        return f"その年の前の空白は {_GAPS[year]} 年です。もっと長い空白があります。"
    return "年表にある年を答えてください。"


def _into(answer: Any) -> str | None:
    number = int(answer)
    if number == _TO_PSYCHOLOGY:
        return None
    if number == _FROM_PSYCHOLOGY:
        return "それは，心理学から出ていったつながりです。target が心理学のものを数えます。"
    return "crosses が真で，target.field が「心理学」のつながりを数えてください。"


def _mean(answer: Any) -> str | None:
    value = float(answer)
    across = [link.years for link in links() if link.crosses]
    within = [link.years for link in links() if not link.crosses]
    if abs(value - sum(across) / len(across)) < 0.06:
        return None
    if abs(value - sum(within) / len(within)) < 0.06:
        return "それは，同じ分野の中のつながりの平均です。"
    return "crosses が真のつながりの years を平均してください。"


_ACROSS = [link.years for link in links() if link.crosses]
_WITHIN = [link.years for link in links() if not link.crosses]

EXERCISES = [
    Exercise(
        name="history/gap",
        judge=_gap,
        solution=_ENDS[0],
        praise="空白は，研究がなかったという意味ではありません。この年表が選ばなかっただけです。",
        known_wrong=(
            (_ENDS[0] - _LONGEST, "始まり"),
            (2016, "もっと長い"),
            (1900, "年表"),
        ),
    ),
    Exercise(
        name="history/into_psychology",
        judge=_into,
        solution=_TO_PSYCHOLOGY,
        praise="心理学は，ほかの分野からも考えを受け取ってきました。",
        known_wrong=((99, "crosses"),),
    ),
    Exercise(
        name="history/years",
        judge=_mean,
        solution=sum(_ACROSS) / len(_ACROSS),
        praise="分野をまたぐには，同じ分野の中より長い年月がかかっています。",
        known_wrong=((sum(_WITHIN) / len(_WITHIN), "同じ分野"), (0, "years")),
    ),
]
