"""章 readings/history：年表の行，探す，つながりを数える。"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lessons.exercises import judge
from lessons.readings.history import yours
from lessons.readings.history.model import (
    FIELDS,
    directions,
    links,
    search,
    timeline,
)

ROOT = Path(__file__).resolve().parents[3]


def years_of_works() -> dict[str, int]:
    """文献の見出しから，出版の年を引く表。"""
    text = (ROOT / "book/references.bib").read_text("utf8")
    entries = re.findall(r"^@\w+\{([^,]+),(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    found = {key: re.search(r"year\s*=\s*\{(\d{4})\}", body) for key, body in entries}
    return {key: int(year[1]) for key, year in found.items() if year}


def test_every_event_has_a_source_of_its_year() -> None:
    works = years_of_works()
    assert len(timeline()) > 40
    for event in timeline():
        assert works.get(event.key) == event.year, event.key


def test_every_event_is_cited_on_the_page() -> None:
    page = (ROOT / "book/readings/history.md").read_text("utf8")
    cited = set(
        re.findall(r"[\w]+", " ".join(re.findall(r"\{cite:\w\}`([^`]+)`", page)))
    )
    assert {event.key for event in timeline()} <= cited


def test_rows_are_in_order_and_complete() -> None:
    events = timeline()
    assert [event.year for event in events] == sorted(event.year for event in events)
    assert len({event.key for event in events}) == len(events)
    assert len({event.name for event in events}) == len(events)
    for event in events:
        assert event.field in FIELDS
        assert event.who
        assert event.what
        if event.chapter:
            assert (ROOT / f"book/{event.chapter}.md").is_file(), event.chapter


def test_links_go_forward_in_time() -> None:
    found = links()
    assert len(found) == sum(len(event.draws) for event in timeline()) > 20
    assert all(link.years >= 0 for link in found)
    assert sum(directions().values()) == len(found)
    names = {(link.source.key, link.target.key) for link in found if link.crosses}
    assert ("hubel1962receptive", "fukushima1980neocognitron") in names
    assert ("vaswani2017attention", "carion2020end") not in names


def test_search() -> None:
    assert [event.key for event in search("ネオコグニトロン")] == [
        "fukushima1980neocognitron"
    ]
    assert search("alexnet") == search("AlexNet") != []
    assert {event.year for event in search("1986")} == {1986}
    assert search("どこにもない言葉") == []
    with pytest.raises(ValueError, match="探す言葉が空です"):
        search(" ")


def test_reader_order_is_compared_with_the_years() -> None:
    quiz = yours.asked(3)
    assert len({event.year for event in quiz}) == yours.ASKED
    order = sorted(range(1, 6), key=lambda i: quiz[i - 1].year)
    assert yours.agreement(order, quiz).startswith("10 組のうち 10 組が")
    assert yours.agreement(order[::-1], quiz).startswith("10 組のうち 0 組が")
    assert "まだ" in yours.agreement(..., quiz)
    with pytest.raises(ValueError, match="1 から 5 を一度ずつ"):
        yours.agreement([1, 1, 2, 3, 4], quiz)


def test_exercises_follow_the_table() -> None:
    count = sum(link.crosses and link.target.field == "心理学" for link in links())
    assert judge("history/into_psychology", count)[0]
    assert not judge("history/into_psychology", count + 1)[0]
    between = [  # 心理学と，神経科学や工学を結ぶもの
        link
        for link in links()
        if link.crosses and "心理学" in (link.source.field, link.target.field)
    ]
    assert 2 * len(between) > sum(link.crosses for link in links())
    neural = [
        link
        for link in links()
        if link.crosses and "神経科学" in (link.source.field, link.target.field)
    ]
    assert len(between) == 2 * len(neural)  # 神経科学より，またぐつながりに多く関わる
    assert judge("history/without", "心理学")[0]
    assert judge("history/gap", 1958)[0]


def test_the_longer_way_across_fields_reverses_before_2000() -> None:
    def mean(crosses: bool, first: int, last: int) -> float:
        years = [
            link.years
            for link in links()
            if link.crosses is crosses and first <= link.target.year <= last
        ]
        return sum(years) / len(years)

    assert mean(True, 1900, 2100) > mean(False, 1900, 2100)
    assert mean(True, 1900, 1999) == pytest.approx(10.5)
    assert mean(False, 1900, 1999) == pytest.approx(14.0)
    assert mean(True, 1900, 2014) > mean(False, 1900, 2014) + 1  # 2015 年で分けたとき
    page = (ROOT / "book/readings/history.md").read_text("utf8")
    assert "分野をまたぐには，同じ分野の中より長い年月" not in page


def test_engineering_gave_and_took_before_2000_and_only_gave_after() -> None:
    across = [link for link in links() if link.crosses]
    engineering = FIELDS[2]

    def count(side: str, first: int, last: int) -> int:
        return sum(
            getattr(link, side).field == engineering
            and first <= link.target.year <= last
            for link in across
        )

    assert (count("target", 1900, 1999), count("source", 1900, 1999)) == (4, 2)
    assert (count("target", 2000, 2023), count("source", 2000, 2023)) == (0, 4)
    assert count("target", 2000, 2100) == 1  # 2024 年の賞も数えたとき
    page = (ROOT / "book/readings/history.md").read_text("utf8")
    assert "1998 年までは，神経科学と心理学の考えが，工学に入りました" not in page


def test_the_short_links_of_the_2010s_are_most_of_the_difference() -> None:
    across = [link.years for link in links() if link.crosses]
    within = [link for link in links() if not link.crosses]
    rest = [
        link.years
        for link in within
        if link.target.field != FIELDS[2] or link.target.year // 10 != 201
    ]
    whole = sum(across) / len(across) - sum(k.years for k in within) / len(within)
    left = sum(across) / len(across) - sum(rest) / len(rest)
    assert 0 < left < whole / 2  # 縮まるが，なくなりはしない


def test_engineering_takes_part_in_as_many_crossings_as_psychology() -> None:
    """心理学を除くと割合が最小なのは，またぐつながりの多さのためではない。"""
    taken = {
        field: [
            sum(
                field in (link.source.field, link.target.field)
                for link in links()
                if link.crosses is crosses
            )
            for crosses in (True, False)
        ]
        for field in FIELDS
    }
    assert taken["工学・数理"][0] >= taken["心理学"][0]
    assert taken["工学・数理"][1] > 3 * taken["心理学"][1]
