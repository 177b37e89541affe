"""前の決まりの効果：まだ約束を決めていないもの。頁を作るたびに測る。

章の部屋の ``effects.py``（``lessons/<部>/<章>/effects.py``）が，``EFFECTS`` に並べます。
頁の表と ``tests/effects`` の検査は，同じ ``EFFECTS`` から作られます。
約束（``protocols``）に移した効果は，ここから消します。
"""

from __future__ import annotations

import importlib
import json
import math
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

SEEDS = range(10)
"""効果を測るときの乱数の種。"""

SHARE = 0.8
"""基準を満たす種の割合の下限。"""


@dataclass(frozen=True)
class Effect:
    """効果一つ。

    Attributes:
        name: 効果の名前。
        chapter: 効果を扱う章（``attention/visual_search`` の形）。
        paper: 報告した論文（著者，年）。
        reported: 論文が報告したこと。確かめた事実だけを書く。
        quantity: ``measure`` が返す数の意味と単位。
        measure: 乱数の種を受け取り，モデルの示した数を返す関数。
        low, high: 効果があると言える範囲。
        shown: モデルが効果を示さないとわかっているとき ``False``。
    """

    name: str
    chapter: str
    paper: str
    reported: str
    quantity: str
    measure: Callable[[int], float]
    low: float = -math.inf
    high: float = math.inf
    shown: bool = True

    def __post_init__(self) -> None:
        if math.isinf(self.low) and math.isinf(self.high):
            raise ValueError(
                f"効果「{self.name}」に基準がありません。low か high を決めてください。"
            )


@dataclass(frozen=True)
class Result:
    """効果を測った結果。"""

    effect: Effect
    values: np.ndarray  # (種の数,)

    @property
    def mean(self) -> float:
        """種の間の平均。"""
        return float(self.values.mean())

    @property
    def spread(self) -> float:
        """種の間の標準偏差。"""
        return float(self.values.std(ddof=1)) if len(self.values) > 1 else 0.0

    @property
    def passed(self) -> bool:
        """平均が基準の中にあり，八割以上の種でも基準を満たすか。"""
        low, high = self.effect.low, self.effect.high
        inside = (self.values >= low) & (self.values <= high)
        return low <= self.mean <= high and float(inside.mean()) >= SHARE

    @property
    def criterion(self) -> str:
        """基準を言葉にする。"""
        low, high = self.effect.low, self.effect.high
        if math.isinf(high):
            return f"{low:g} 以上"
        if math.isinf(low):
            return f"{high:g} 以下"
        return f"{low:g}〜{high:g}"


def all_effects() -> list[Effect]:
    """すべての部屋の効果を，章の名前の順に返す。"""
    found: list[Effect] = []
    rooms = [path.parent for path in Path(__file__).parents[1].glob("*/*/effects.py")]
    for room in sorted(rooms, key=lambda path: path.name):
        module = f"lessons.{room.parent.name}.{room.name}.effects"
        effects: list[Effect] = getattr(importlib.import_module(module), "EFFECTS", [])
        chapter = f"{room.parent.name}/{room.name}"
        for effect in effects:
            if effect.chapter != chapter:
                raise ValueError(
                    f"{module}: 効果「{effect.name}」の章 {effect.chapter!r} を，"
                    f"部屋と同じ {chapter!r} にしてください。"
                )
        found += effects
    names = [effect.name for effect in found]
    if len(set(names)) != len(names):
        raise ValueError("同じ名前の効果が二つあります。名前を変えてください。")
    return found


def evaluate(effect: Effect, seeds: Iterable[int] = SEEDS) -> Result:
    """効果を，いくつもの種で測る。"""
    values = np.array([effect.measure(seed) for seed in seeds], float)
    if not np.isfinite(values).all():
        raise ValueError(
            f"効果「{effect.name}」の値に NaN があります。measure を調べてください。"
        )
    return Result(effect, values)


def evaluate_all(effects: list[Effect], processes: int = 2) -> list[Result]:
    """効果をすべて測る。章ごとに分け，いくつかのプロセスで並べて進める。

    同じ章の効果は同じ計算を分け合うので，一つのプロセスで続けて測る。
    """
    chapters: dict[str, list[int]] = {}
    for number, effect in enumerate(effects):
        chapters.setdefault(effect.chapter, []).append(number)
    names = [effect.name for effect in effects]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_end_with_parent
    ) as pool:
        jobs = [
            pool.submit(_values, [names[i] for i in numbers])
            for numbers in chapters.values()
        ]
        found = dict(pair for job in jobs for pair in job.result())
    return [Result(effect, found[effect.name]) for effect in effects]


def _end_with_parent() -> None:
    """呼んだ側が途中で止められたら，測っているプロセスも終える。"""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _values(names: list[str]) -> list[tuple[str, np.ndarray]]:
    """名前の効果を測る（別のプロセスで動く）。"""
    import torch

    torch.set_num_threads(1)
    known = {effect.name: effect for effect in all_effects()}
    return [(name, evaluate(known[name]).values) for name in names]


def to_record(results: list[Result]) -> str:
    """測った値の JSON ``{効果の名前: 種ごとの値}``。検査は，頁が渡したこれを読む。"""
    return json.dumps(
        {result.effect.name: result.values.tolist() for result in results}
    )


def to_html(results: list[Result]) -> str:
    """結果を HTML の表にする。頁では一行が一枚の札になる（列の名前を各欄が持つ）。"""
    heads = (
        "効果",
        "論文と，報告されたこと",
        "モデルで測った量",
        "平均（ばらつき）",
        "基準",
        "判定",
    )
    rows = []
    for number, result in enumerate(results, start=1):
        effect = result.effect
        cells = (
            f"{number}. {escape(effect.name)}",
            f"{escape(effect.paper)}：{escape(effect.reported)}",
            escape(effect.quantity),
            f"{result.mean:.3g}（{result.spread:.2g}）",
            result.criterion,
            "基準の中" if result.passed else "基準の外",
        )
        columns = "".join(
            f'<td data-label="{head}">{cell}</td>'
            for head, cell in zip(heads, cells, strict=True)
        )
        rows.append(f"<tr>{columns}</tr>")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return (
        '<table class="effects"><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
