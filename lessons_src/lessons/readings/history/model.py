"""年表 ``timeline.csv`` を読み，探し，分野のあいだの行き来を数える。

列は ``year``（年），``name``（できごと），``who``（人），``field``（分野），``key``（文献），
``chapter``（この本の章。なければ空），``draws``（もとにした，年表の中の文献），``what``（一文）。
分野は，何を調べ，どこに発表したかから，この本が決めたもの。
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

FIELDS = ("心理学", "神経科学", "工学・数理")


@dataclass(frozen=True)
class Event:
    """年表の一行。``draws`` は，もとにした文献の見出し。"""

    year: int
    name: str
    who: str
    field: str
    key: str
    chapter: str
    draws: tuple[str, ...]
    what: str


@lru_cache(maxsize=1)
def timeline() -> tuple[Event, ...]:
    """年表。年の順。"""
    text = resources.files(__package__).joinpath("timeline.csv").read_text("utf8")
    return tuple(
        Event(
            year=int(row["year"]),
            draws=tuple(row["draws"].split()),
            **{
                key: row[key]
                for key in ("name", "who", "field", "key", "chapter", "what")
            },
        )
        for row in csv.DictReader(text.splitlines())
    )


def search(word: str) -> list[Event]:
    """できごと，人，分野，説明のどこかに ``word`` を含む行。大文字と小文字は区別しない。

    Raises:
        ValueError: ``word`` が空のとき。
    """
    if not word.strip():
        raise ValueError("探す言葉が空です。「視覚」や「1986」のように書いてください。")
    return [
        event
        for event in timeline()
        if word.lower()
        in f"{event.year} {event.name} {event.who} {event.field} {event.what}".lower()
    ]


@dataclass(frozen=True)
class Link:
    """もとにしたできごと ``source`` から，新しいできごと ``target`` へのつながり。"""

    source: Event
    target: Event

    @property
    def crosses(self) -> bool:
        """分野をまたぐか。"""
        return self.source.field != self.target.field

    @property
    def years(self) -> int:
        """もとのできごとからの年数。"""
        return self.target.year - self.source.year


def links() -> list[Link]:
    """すべてのつながり。新しい方の年の順。"""
    by_key = {event.key: event for event in timeline()}
    return [Link(by_key[key], event) for event in timeline() for key in event.draws]


def directions() -> Counter[tuple[str, str]]:
    """``(もとの分野, 新しい分野)`` ごとの，つながりの数。"""
    return Counter((link.source.field, link.target.field) for link in links())
