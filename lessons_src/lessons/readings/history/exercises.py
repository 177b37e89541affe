"""章 readings/history の練習。"""

from __future__ import annotations

from itertools import pairwise

from lessons.answers import choice, number
from lessons.exercises import Exercise
from lessons.readings.history.model import FIELDS, links, timeline

_YEARS = sorted({event.year for event in timeline()})
_GAPS = {after: after - before for before, after in pairwise(_YEARS)}
_LONGEST = max(_GAPS.values())
_ENDS = [year for year, gap in _GAPS.items() if gap == _LONGEST]
_TO_PSYCHOLOGY = sum(link.target.field == "心理学" and link.crosses for link in links())


def _without(field: str) -> float:
    """一つの分野を除いたときの，分野をまたぐつながりの割合。"""
    rest = [one for one in links() if field not in (one.source.field, one.target.field)]
    return sum(one.crosses for one in rest) / len(rest)


_WITHOUT = {field: _without(field) for field in FIELDS}
_LEAST = min(_WITHOUT, key=_WITHOUT.__getitem__)

EXERCISES = [
    Exercise(
        name="history/gap",
        answer=number(
            _ENDS,
            (
                [end - _LONGEST for end in _ENDS],
                "それは空白の始まりです。空白の後の，最初のできごとの年を答えてください。",
            ),
            *(
                (
                    [year for year, own in _GAPS.items() if own == gap],
                    f"その年の前の空白は {gap} 年です。もっと長い空白があります。",
                )
                for gap in sorted(set(_GAPS.values()) - {_LONGEST})
            ),
            otherwise="年表にある年を答えてください。",
            unit="年",
        ),
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
        answer=number(
            _TO_PSYCHOLOGY,
            otherwise="crosses が真で，target.field が「心理学」のつながりを数えてください。",
        ),
        solution=_TO_PSYCHOLOGY,
        praise="心理学は，ほかの分野からも考えを受け取ってきました。",
        known_wrong=((99, "crosses"),),
    ),
    Exercise(
        name="history/without",
        answer=choice(
            {
                field: None
                if field == _LEAST
                else f"{field}を除いたときの割合は {_WITHOUT[field]:.2f} です。もっと小さくなる分野があります。"
                for field in FIELDS
            }
        ),
        solution=_LEAST,
        praise="この年表では，心理学がほかの二つの分野を結んでいます。",
        known_wrong=tuple(
            (field, "もっと小さく") for field in FIELDS if field != _LEAST
        ),
    ),
]
