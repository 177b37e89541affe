"""保存した記録（CSV）を読み，条件ごとにまとめ，一クラス分を描く。"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from lessons.experiments.plan import FASTEST, Experiment
from lessons.experiments.scores import SCORES, missing, values
from lessons.figures.style import COLORS, new

MARKS = (("s", "blue"), ("^", "orange"), ("v", "green"), ("P", "amber"))
"""並べる値の印と色。"""


@dataclass(frozen=True)
class Class:
    """一クラス分の結果。

    Attributes:
        values: 人ごとの，条件から値への対応。値が求まらない条件は入らない。
        unreadable: 読めなかったファイルと，そのわけ。
        duplicates: 中身が同じなので除いたファイル。
        short: 人ごとの，求まらない条件を言う一文。すべて求まった人は入らない。
    """

    values: Mapping[str, Mapping[str, float]]
    unreadable: Mapping[str, str]
    duplicates: Sequence[str]
    short: Mapping[str, str] = field(default_factory=dict)


def read_class(folder: Path | str, experiment: Experiment) -> Class:
    """フォルダーの中の CSV をすべて読み，人ごとにまとめる。

    Args:
        folder: 実験が保存した CSV を集めたフォルダー。
        experiment: どの実験の記録か。

    Raises:
        ValueError: フォルダーに CSV が一つもないとき。
    """
    files = sorted(Path(folder).glob("*.csv"))
    if not files:
        raise ValueError(
            f"{folder} に CSV がありません。集めたファイルを入れてください。"
        )
    people: dict[str, dict[str, float]] = {}
    short: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    duplicates: list[str] = []
    seen: set[str] = set()
    for file in files:
        try:
            text = file.read_text("utf-8-sig")
            rows = list(csv.DictReader(text.splitlines()))
            found = summarise(rows, experiment)
        except (ValueError, KeyError) as error:
            unreadable[file.name] = f"この実験の記録として読めません（{error}）"
            continue
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest in seen:
            duplicates.append(file.name)
            continue
        seen.add(digest)
        code = rows[0]["code"] or file.stem
        name = code if code not in people else f"{code}（{file.stem}）"
        people[name] = found
        if words := missing(found, experiment):
            short[name] = words
    return Class(people, unreadable, duplicates, short)


def summarise(
    rows: Sequence[Mapping[str, str]], experiment: Experiment
) -> dict[str, float]:
    """一人の試行の列を，条件ごとの値にする。頁の上のまとめと同じ計算。

    Raises:
        ValueError: 行がないとき，知らない条件のとき，数でないとき。
    """
    if not rows:
        raise ValueError("行がありません")
    known = {trial.condition for trial in experiment.trials}
    unknown = {row["condition"] for row in rows} - known
    if unknown:
        raise ValueError(f"知らない条件 {sorted(unknown)}")
    return values(rows, experiment)


def simulate(
    folder: Path | str,
    experiment: Experiment,
    lines: Mapping[str, tuple[float, float]],
    people: int,
    seed: int = 0,
) -> None:
    """作り物の参加者の CSV を書く。集め方と読み方を，本物の前に試すため。

    Args:
        folder: 書くフォルダー。
        experiment: どの実験か。
        lines: 条件から，反応時間の切片（ms）と傾き（ms／水準）。
        people: 人数。切片と傾きは人ごとに 1 割ほど，反応時間は試行ごとに 60 ms ほど揺れる。
    """
    rng = np.random.default_rng(seed)
    cells = list(dict.fromkeys((t.condition, t.level) for t in experiment.trials))
    for number in range(people):
        start, slope = rng.normal(1, 0.1, 2)
        rows = ["code,condition,level,correct,rt_ms"]
        for condition, level in cells * experiment.repeats:
            a, b = lines[condition]
            rt = max(a * start + b * slope * level + rng.normal(0, 60), FASTEST)
            rows.append(f"作り物{number + 1},{condition},{level},1,{rt:.1f}")
        Path(folder, f"{number + 1:02d}.csv").write_text("\n".join(rows), "utf8")


def draw_class(found: Class, experiment: Experiment) -> Figure:
    """一人一人の点，平均と 95 % 区間，ほかの値を，条件ごとに並べて描く。"""
    conditions = experiment.entries
    fig, ax = new(height=0.7 * len(conditions) + 1.6)
    for place, condition in enumerate(conditions):
        own = np.array([v[condition] for v in found.values.values() if condition in v])
        ax.plot(own, np.full(len(own), place), "o", alpha=0.4, color=COLORS["purple"])
        if len(own) > 1:
            half = 1.96 * own.std(ddof=1) / np.sqrt(len(own))
            ax.errorbar(
                own.mean(), place - 0.25, xerr=half, fmt="D", color=COLORS["ink"]
            )
        for (name, other), (mark, color) in zip(
            experiment.others.items(), MARKS, strict=False
        ):
            if condition in other:
                label = name if not place else "_"
                x, y = other[condition], place + 0.25
                ax.plot(x, y, mark, ms=8, label=label, color=COLORS[color])
    ax.set_yticks(range(len(conditions)), conditions)
    ax.invert_yaxis()
    words = experiment.measure or SCORES[experiment.score].words
    ax.set_xlabel(f"{words}（{experiment.unit}）")
    fig.legend(loc="outside upper center", ncols=2)
    return fig
