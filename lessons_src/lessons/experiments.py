"""読者の実験：手順・刺激・答え・まとめ方を Python で書き，頁の中で動かす。

章の部屋の ``experiment.py`` が ``Experiment`` を作り，章のセルが ``show`` で頁に置きます。
頁では jsPsych が動かし，記録は読者の端末の中だけに残ります。
一クラス分の CSV は ``read_class`` が読みます。
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from lessons.figures.style import COLORS, new

SCORES = {
    "mean": "正答の反応時間の平均",
    "slope": "反応時間の傾き",
    "share": "正答の割合",
}
"""まとめ方。"""
MOST_STIMULUS = 20 * 1024
"""刺激一つの大きさの上限（バイト）。"""
MOST_BYTES = 60 * 1024
"""実験一つの大きさの上限（gzip したバイト数）。"""
MARKS = (("s", "blue"), ("^", "orange"), ("v", "green"), ("P", "amber"))
"""並べる値の印と色。"""
RESERVED = {"escape", "tab", "enter", " "}
FASTEST, SLOWEST = 150.0, 10_000.0
"""まとめに使う反応時間（ms）。頁の上の実験と同じ。"""


@dataclass(frozen=True)
class Response:
    """答え方一つ：記録する値，ボタンの言葉，キー。"""

    value: str
    label: str
    key: str


@dataclass(frozen=True)
class Trial:
    """試行一つ。

    Attributes:
        condition: まとめるときの条件。
        answer: 正しい答え（``Response.value``）。
        stimulus: 刺激の SVG（か HTML）。
        level: 条件の中の水準（項目の数など）。
        block: まとまりの番号。
    """

    condition: str
    answer: str
    stimulus: str
    level: float = 0
    block: int = 0


@dataclass(frozen=True)
class Experiment:
    """実験一つ。

    Attributes:
        name: 英小文字と ``-``。端末に残す記録とファイルの名前になる。
        title: 題。
        instructions: 教示。一文か二文ずつ。
        example: 例の刺激。
        responses: 答え方。
        trials: 刺激の蓄え。条件・水準・まとまりごとに同じ数を，端末が無作為に選ぶ。
        repeats: 組ごとに使う試行の数。
        score: まとめ方（``SCORES`` の名前）。
        unit: まとめた値の単位。
        blocks: まとまりの説明。一つなら空でよい。
        practice: まとまりごとの練習の数。
        fixation: 注視点を見せる時間（ms）。
        shown: 刺激を見せる時間（ms）。0 なら答えるまで。
        feedback: 本番でも正誤を知らせるか。
        others: 並べて見せる値。``{"モデル": {条件: 値}, "人間": {…}}``。
        caution: 結果の読み方の注意。
    """

    name: str
    title: str
    instructions: Sequence[str]
    example: str
    responses: Sequence[Response]
    trials: Sequence[Trial]
    repeats: int
    score: str = "mean"
    unit: str = "ms"
    blocks: Sequence[str] = ()
    practice: int = 2
    fixation: int = 500
    shown: int = 0
    feedback: bool = False
    others: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    caution: str = "一人の結果は，大きく揺れます。"

    @property
    def conditions(self) -> list[str]:
        """条件。書かれた順。"""
        return list(dict.fromkeys(trial.condition for trial in self.trials))

    def check(self) -> None:
        """困るところがないかを調べる。

        Raises:
            ValueError: 条件がない，そろわない，刺激が大きい，答えやキーが合わないとき。
        """
        where = f"実験「{self.name}」"
        if not self.trials or not self.responses:
            raise ValueError(
                f"{where}に試行か答え方がありません。一つ以上書いてください。"
            )
        if self.score not in SCORES:
            raise ValueError(
                f"{where}のまとめ方 {self.score!r} はありません。使える名前: {', '.join(SCORES)}"
            )
        keys = [response.key for response in self.responses]
        if len(set(keys)) < len(keys) or RESERVED & {key.lower() for key in keys}:
            raise ValueError(
                f"{where}のキーが重なるか，頁の操作のキーです（{keys}）。別の字にしてください。"
            )
        values = {response.value for response in self.responses}
        cells = Counter((t.block, t.condition, t.level) for t in self.trials)
        short = [cell for cell, count in cells.items() if count < self.repeats]
        if short:
            raise ValueError(
                f"{where}の {short[0]} の刺激が {cells[short[0]]} 枚しかありません。"
                f"{self.repeats} 枚以上にそろえてください。"
            )
        if self.blocks and {t.block for t in self.trials} != set(
            range(len(self.blocks))
        ):
            raise ValueError(f"{where}のまとまりの番号と説明の数が合いません。")
        for number, trial in enumerate(self.trials, 1):
            if trial.answer not in values:
                raise ValueError(
                    f"{where}の {number} 番めの答え {trial.answer!r} が，答え方にありません。"
                )
            if len(trial.stimulus.encode()) > MOST_STIMULUS:
                raise ValueError(
                    f"{where}の {number} 番めの刺激が {len(trial.stimulus.encode()) // 1024} KB あります。"
                    f"{MOST_STIMULUS // 1024} KB までにしてください。"
                )
        for name, own in self.others.items():
            missing = sorted(set(own) - set(self.conditions))
            if missing:
                raise ValueError(
                    f"{where}の{name}の条件 {missing} が，試行にありません。"
                )


def to_html(experiment: Experiment) -> str:
    """実験を，頁に置く HTML にする。頁のスクリプト（``experiment.js``）が動かす。"""
    experiment.check()
    plan = asdict(experiment) | {
        "conditions": experiment.conditions,
        "measure": SCORES[experiment.score],
        "others": [
            {"name": name, "values": dict(own)}
            for name, own in experiment.others.items()
        ],
    }
    text = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    plan["version"] = hashlib.sha256(text.encode()).hexdigest()[:12]
    text = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    size = len(gzip.compress(text.encode(), 9, mtime=0))
    if size > MOST_BYTES:
        raise ValueError(
            f"実験「{experiment.name}」が {size // 1024} KB あります（上限 {MOST_BYTES // 1024} KB）。"
            "刺激の枚数か，線の点を減らしてください。"
        )
    return (
        f'<div class="experiment" role="group" aria-label="{escape(experiment.title)}" '
        f'data-state="off" data-plan="{escape(text, quote=True)}">'
        f'<p class="ex-title"><b>{escape(experiment.title)}</b></p>'
        '<p class="ex-off">この実験は，本の頁で，JavaScript が動くときに試せます。</p>'
        '<div class="ex-place"></div>'
        '<p class="ex-status" role="status" aria-live="polite"></p></div>'
    )


def show(experiment: Experiment) -> None:
    """実験を頁に置く。ノートブックでは，頁で試せることだけを書く。"""
    from IPython.display import display

    words = f"（実験「{experiment.title}」は，本の頁で試せます。）"
    display({"text/html": to_html(experiment), "text/plain": words}, raw=True)


@dataclass(frozen=True)
class Class:
    """一クラス分の結果。

    Attributes:
        values: 人ごとの，条件から値への対応。値が求まらない条件は入らない。
        unreadable: 読めなかったファイルと，そのわけ。
        duplicates: 中身が同じなので除いたファイル。
    """

    values: Mapping[str, Mapping[str, float]]
    unreadable: Mapping[str, str]
    duplicates: Sequence[str]


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
    values: dict[str, dict[str, float]] = {}
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
        values[code if code not in values else f"{code}（{file.stem}）"] = found
    return Class(values, unreadable, duplicates)


def summarise(
    rows: Sequence[Mapping[str, str]], experiment: Experiment
) -> dict[str, float]:
    """一人の試行の列を，条件ごとの値にする。頁の上のまとめと同じ計算。

    Raises:
        ValueError: 行がないとき，知らない条件のとき，数でないとき。
    """
    if not rows:
        raise ValueError("行がありません")
    unknown = {row["condition"] for row in rows} - set(experiment.conditions)
    if unknown:
        raise ValueError(f"知らない条件 {sorted(unknown)}")
    found: dict[str, float] = {}
    for condition in experiment.conditions:
        mine = [row for row in rows if row["condition"] == condition]
        if experiment.score == "share" and mine:
            found[condition] = 100 * float(
                np.mean([row["correct"] == "1" for row in mine])
            )
            continue
        used = [
            (float(row["level"]), float(row["rt_ms"]))
            for row in mine
            if row["correct"] == "1" and FASTEST <= float(row["rt_ms"]) <= SLOWEST
        ]
        if not used:
            continue
        level, rt = np.array(used).T
        if experiment.score == "mean":
            found[condition] = float(rt.mean())
        elif np.ptp(level) > 0:
            found[condition] = float(np.polyfit(level, rt, 1)[0])
    return found


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
    conditions = experiment.conditions
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
    ax.set_xlabel(f"{SCORES[experiment.score]}（{experiment.unit}）")
    fig.legend(loc="outside upper center", ncols=2)
    return fig
