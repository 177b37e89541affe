"""実行結果の鍵：実行する前に分かる材料。実行して分かるものは ``trace``。

鍵は，コードのセルと札・版・装置の種類・CPU の型から作る。
文章・代替文・キャプションは入らない。
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import asdict, dataclass, field

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
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def components(chapter: Chapter, machine: Machine) -> Components:
    """章の鍵の材料。"""
    cells = _cells(chapter, len(chapter.cells))
    return Components(cells, dict(machine.pins), machine.kind, machine.cpu)


def recording_components(chapter: Chapter, number: int) -> Components:
    """GPU 用のセルの記録の鍵の材料：そのセルまでのコード。

    版と装置は，記録に添えて書くだけにする。
    """
    return Components(_cells(chapter, number + 1))


def _cells(chapter: Chapter, count: int) -> list[list[object]]:
    return [
        [hashlib.sha256(cell.source.encode()).hexdigest()[:16], [*cell.execution_tags]]
        for cell in chapter.cells[:count]
    ]


def reasons(old: Components, new: Components, chapter: Chapter) -> list[str]:
    """``old`` から ``new`` へ，何が変わったかを言う。"""
    found = []
    if len(old.cells) != len(new.cells):
        found.append(
            f"コードのセルの数が変わりました（{len(old.cells)} → {len(new.cells)}）"
        )
    else:
        cells = chapter.cells[: len(new.cells)]  # 記録では，GPU 用のセルまで
        pairs = zip(old.cells, new.cells, cells, strict=True)
        for number, (was, now, cell) in enumerate(pairs, start=1):
            if was != now:
                what = "が" if was[0] != now[0] else "の札が"
                found.append(f"{number} 番めのセル（{cell.line} 行）{what}変わりました")
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
