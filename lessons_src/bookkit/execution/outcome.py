"""章を実行した結果の形。"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bookkit.execution.cache import CellResult

LONGEST = 10_000
"""一つのセルの印字を，頁に載せる字数。長い一行は，読むだけで何分もかかる。"""
CUT = (
    f"\n…（出力が {LONGEST} 字を超えたので，ここまでを載せます。"
    "print する量を減らしてください。）\n"
)


@dataclass(frozen=True)
class Failure:
    """章が最後まで動かなかったこと。

    Attributes:
        cell: 止まったセルの番号（0 から）。カーネルが始まらなければ -1。
        line: 原稿での行。
        what: 一行の説明。
        traceback: Python の報告。
    """

    cell: int
    line: int
    what: str
    traceback: str = ""


@dataclass
class Outcome:
    """章を実行した結果。失敗しても，そこまでの出力を持つ。

    Attributes:
        cells: セルごとの結果。
        seconds: かかった時間。
        report: ``probe`` の記録。
        failure: 止まったわけ。
    """

    cells: list[CellResult]
    seconds: float = 0.0
    report: dict[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
