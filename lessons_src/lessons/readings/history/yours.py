"""あなたの答え：五つのできごとを，古い順に並べる。"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from types import EllipsisType

import numpy as np

from lessons.readings.history.model import Event, timeline

ASKED = 5


def asked(seed: int = 0) -> list[Event]:
    """年の違うできごとを五つ，でたらめな順に選ぶ。"""
    chosen: dict[int, Event] = {}
    for i in np.random.default_rng(seed).permutation(len(timeline())):
        event = timeline()[i]
        chosen.setdefault(event.year, event)
        if len(chosen) == ASKED:
            break
    return list(chosen.values())


def agreement(order: Sequence[int] | EllipsisType, events: Sequence[Event]) -> str:
    """並べた順と年の順が，いくつの組で合うかを数える。

    Args:
        order: 古いと思う順に並べた番号（1 から）。``...`` なら，まだ答えていない。
        events: ``asked`` の返したできごと。

    Raises:
        ValueError: 1 から 5 を一度ずつ使っていないとき。
    """
    if isinstance(order, EllipsisType):
        return "まだ答えが入っていません。番号を，古い順に並べてください。"
    if sorted(order) != list(range(1, len(events) + 1)):
        raise ValueError(
            f"答え {list(order)} を，1 から {len(events)} を一度ずつ使った並びにしてください。"
        )
    years = [events[i - 1].year for i in order]
    pairs = list(combinations(years, 2))
    right = sum(a < b for a, b in pairs)
    return f"{len(pairs)} 組のうち {right} 組が，年の順と合いました。年：{years}"
