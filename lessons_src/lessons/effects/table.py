"""効果の表と図。頁では，一行が一枚の札になる（列の名前を各欄が持つ）。"""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from lessons import human
from lessons.effects.protocol import Protocol
from lessons.effects.record import Measured, named
from lessons.effects.verdict import Estimate, Verdict
from lessons.figures.comparison import Interval, Row

CONTROLS = {
    "pixels": "画素",
    "untrained": "学習なし",
    "shuffled": "並べ替え",
}
"""多くの約束が使う対照の，短い名前。ほかの対照は，約束の説明をそのまま書く。"""
HEADS = (
    "効果",
    "予想",
    "報告",
    "人間の値",
    "モデル",
    "測った量",
    "モデルの値",
    "対照",
    "条件を変えても同じ向き",
    "出どころ",
    "判定",
)


SURNAMES = {
    "devalois": "De Valois",
    "feherdasilva": "Feher da Silva",
    "lambonralph": "Lambon Ralph",
    "oreilly": "O’Reilly",
}
"""見出しの綴りを大文字で始めるだけでは，正しくならない名字。"""


def source_name(key: str) -> str:
    """文献の見出し（``jacob2021qualitative``）から，「Jacob（2021）」の形を作る。"""
    found = re.match(r"([a-z]+)(\d{4})", key)
    if not found:
        return key
    return f"{SURNAMES.get(found[1], found[1].capitalize())}（{found[2]}）"


def by_chapter(found: Sequence[Measured]) -> str:
    """章ごとに畳んだ表にする。畳んだ行にも，章の題名と，判定ごとの数が見える。

    Args:
        found: 章ごとに並んだ記録。番号は，全体で通す。
    """
    parts, start = [], 1
    for chapter, group in groupby(found, lambda one: one.protocol.chapter):
        rows = list(group)
        words = "，".join(f"{word} {n}" for word, n in counted(rows).items())
        parts.append(
            f'<details class="effects"><summary>{escape(title(chapter))}'
            f" <small>{words}</small></summary>{to_html(rows, start)}</details>"
        )
        start += len(rows)
    return "".join(parts)


def title(chapter: str) -> str:
    """章の題名。部屋の説明（``章「題名」の部屋。``）から読む。"""
    room = importlib.import_module(f"lessons.{chapter.replace('/', '.')}")
    return (room.__doc__ or chapter).removeprefix("章「").removesuffix("」の部屋。")


def to_html(found: Sequence[Measured], start: int = 1) -> str:
    """表にする。番号は ``start`` から。"""
    rows = []
    for number, one in enumerate(found, start=start):
        protocol = one.protocol
        cells = (
            f"{number}. {protocol.name}",
            protocol.claim,
            f"{protocol.reported}{_source(protocol)}",
            _people(protocol),
            f"{protocol.network}，{protocol.read_out}",
            protocol.index,
            *_found(one),
            f"{protocol.origin}：{protocol.because}",
            _decided(one),
        )
        columns = "".join(
            f'<td data-label="{head}">{escape(cell)}</td>'
            for head, cell in zip(HEADS, cells, strict=True)
        )
        rows.append(f'<tr id="effect-{protocol.id}">{columns}</tr>')
    head = "".join(f'<th scope="col">{text}</th>' for text in HEADS)
    return (
        '<table class="effects"><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def card(*names: str) -> str:
    """名前の効果だけの表。章の中で使う。"""
    return to_html(named(*names))


def _source(protocol: Protocol) -> str:
    return f"（{source_name(protocol.source)}）" if protocol.source else ""


def _people(protocol: Protocol) -> str:
    number = protocol.human
    if number is None:
        return protocol.no_number or "同じ単位の人間の数はない"
    interval = "" if math.isnan(number.low) else f" [{number.low:g}, {number.high:g}]"
    other = "" if protocol.comparable else "。モデルの値とは単位が違う"
    return f"{number.value:g}{interval}（{source_name(number.source)}，{number.reading}）{other}"


def _found(one: Measured) -> tuple[str, str, str]:
    """モデルの値，対照，頑健さ。"""
    if one.verdict is None or one.record is None:
        return "－", "－", "－"
    return _model(one), _controls(one.protocol, one.verdict), _robust(one)


def _model(one: Measured) -> str:
    assert one.verdict is not None
    assert one.record is not None
    units, items = len(one.record["seeds"]), len(one.record["model"][0])
    each = f"，{items} 項目ずつ" if items > 1 else ""
    ratio, low, high = one.verdict.ratio
    size = (
        "" if math.isnan(ratio) else f"。人間の {ratio:.2g} 倍 [{low:.2g}, {high:.2g}]"
    )
    return (
        f"{interval(one.verdict.model)}（{one.protocol.unit} {units} 個{each}）{size}"
    )


def interval(found: Estimate) -> str:
    """「平均 [下, 上]」。"""
    return f"{found.mean:.3g} [{found.low:.3g}, {found.high:.3g}]"


def _controls(protocol: Protocol, verdict: Verdict) -> str:
    said = [
        f"{CONTROLS.get(name, protocol.controls.get(name, name))} {control.mean:.2g}"
        + (_passing(verdict, control) if name in verdict.passing else "")
        for name, control in verdict.controls.items()
    ]
    return "，".join(said) or "－"


def _passing(verdict: Verdict, control: Estimate) -> str:
    """対照が決まりを満たしてしまったことの言い方。"""
    if verdict.word != "構造":
        return "（モデルと区別できない）"
    return "（逆向きに大きく動いた）" if control.mean < 0 else "（効果を示した）"


def _robust(one: Measured) -> str:
    assert one.verdict is not None
    assert one.record is not None
    cells = len(one.record["grid"])
    if not cells:
        return "－"
    return f"{cells} 条件のうち {round(one.verdict.robust * cells)}"


def _decided(one: Measured) -> str:
    if one.verdict is None or one.word == one.verdict.word:
        return one.word
    return f"{one.word}（いまの記録では {one.verdict.word}）" if one.stale else one.word


def row(one: Measured, title: str = "", yours: float | None = None) -> Row:
    """図の一段にする。人間の値は，同じ単位のときだけ入れる。

    Raises:
        ValueError: まだ測っていないとき。
    """
    if one.verdict is None:
        raise ValueError(
            f"効果 {one.protocol.id} はまだ測っていません。"
            f"python -m bookkit effects {one.protocol.id} で測ってください。"
        )
    number = one.protocol.human if one.protocol.comparable else None
    return Row(
        title or one.protocol.name,
        _ends(one.verdict.model),
        None if number is None else _ends(number),
        [control.mean for control in one.verdict.controls.values()],
        yours,
    )


def _ends(found: Estimate | human.Number) -> Interval:
    value = found.mean if isinstance(found, Estimate) else found.value
    return value, found.low, found.high


def counted(found: Iterable[Measured]) -> dict[str, int]:
    """判定ごとの数（組み込みと，まだ測っていないものは数えない）。"""
    words = [one.word for one in found if one.verdict is not None]
    return {word: words.count(word) for word in dict.fromkeys(words)}
