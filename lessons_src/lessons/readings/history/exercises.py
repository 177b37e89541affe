"""章 readings/history の練習。"""

from __future__ import annotations

from itertools import pairwise

from lessons.answers import near, number
from lessons.exercises import Exercise
from lessons.readings.history.model import links, timeline

_YEARS = sorted({event.year for event in timeline()})
_GAPS = {after: after - before for before, after in pairwise(_YEARS)}
_LONGEST = max(_GAPS.values())
_ENDS = [year for year, gap in _GAPS.items() if gap == _LONGEST]
_TO_PSYCHOLOGY = sum(link.target.field == "心理学" and link.crosses for link in links())


_ACROSS = [link.years for link in links() if link.crosses]
_WITHIN = [link.years for link in links() if not link.crosses]

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
        name="history/years",
        answer=number(
            near(sum(_ACROSS) / len(_ACROSS), 0.06),
            (
                near(sum(_WITHIN) / len(_WITHIN), 0.06),
                "それは，同じ分野の中のつながりの平均です。",
            ),
            otherwise="crosses が真のつながりの years を平均してください。",
            unit="年",
        ),
        solution=sum(_ACROSS) / len(_ACROSS),
        praise="分野をまたぐには，同じ分野の中より長い年月がかかっています。",
        known_wrong=((sum(_WITHIN) / len(_WITHIN), "同じ分野"), (0, "years")),
    ),
]
