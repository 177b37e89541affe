"""実行結果の鍵：実行する前に分かる材料。実行して分かるものは ``trace``。

鍵は，コードのセルと札・版・装置の種類・CPU の型から作る。
文章・代替文・キャプションは入らない。
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, field, fields

from bookkit.chapter import Chapter
from bookkit.execution.machine import Machine
from bookkit.execution.trace import GONE


@dataclass(frozen=True)
class Components:
    """鍵の材料。比べると，変わったものが分かる。

    Attributes:
        cells: セルごとの ``[コードの SHA-256 の始め, 札]``。
        pins: ``{パッケージ: 版}``。
        device: 装置の種類。
        cpu: CPU の型。同じ版でも，CPU が違えば，計算の終わりの桁が違う。
    """

    cells: list[list[object]]
    pins: dict[str, str] = field(default_factory=dict)
    device: str = ""
    cpu: str = ""

    @functools.cached_property
    def key(self) -> str:
        """材料の SHA-256（32 桁）。"""
        parts = {one.name: getattr(self, one.name) for one in fields(self)}
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def components(chapter: Chapter, machine: Machine) -> Components:
    """章の鍵の材料。"""
    return Components(cells(chapter), dict(machine.pins), machine.kind, machine.cpu)


def cells(chapter: Chapter) -> list[list[object]]:
    """鍵の材料のうち，コードのセル。"""
    return [
        [hashlib.sha256(cell.source.encode()).hexdigest()[:16], [*cell.execution_tags]]
        for cell in chapter.cells
    ]


def changed_cells(
    old: list[list[object]], new: list[list[object]], chapter: Chapter
) -> list[str]:
    """``old`` から ``new`` へ，どのセルが変わったかを言う。"""
    if len(old) != len(new):
        return [f"コードのセルの数が変わりました（{len(old)} → {len(new)}）"]
    return [
        f"{number} 番めのセル（{cell.line} 行）"
        f"{'が' if was[0] != now[0] else 'の札が'}変わりました"
        for number, (was, now, cell) in enumerate(
            zip(old, new, chapter.cells, strict=False), 1
        )
        if was != now
    ]


def reasons(old: Components, new: Components, chapter: Chapter) -> list[str]:
    """``old`` から ``new`` へ，何が変わったかを言う。"""
    found = changed_cells(old.cells, new.cells, chapter)
    for name in sorted({*old.pins, *new.pins}):
        before, after = old.pins.get(name, GONE), new.pins.get(name, GONE)
        if before != after:
            found.append(f"{name} の版が変わりました（{before} → {after}）")
    for what, before, after in (
        ("装置", old.device, new.device),
        ("CPU の型", old.cpu, new.cpu),
    ):
        if before != after:
            found.append(f"{what}が変わりました（{before} → {after}）")
    return found
