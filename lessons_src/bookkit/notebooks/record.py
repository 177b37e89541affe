"""リハーサルの記録。``_build/.rehearsal.json`` に，章ごとに残る。"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bookkit.execution.trace import Trace

FILE = ".rehearsal.json"
"""``_build`` の中の，記録のファイルの名前。"""


@dataclass(frozen=True)
class Record:
    """一回のリハーサルの記録。"""

    code: str
    """実行したコードを表す文字列。"""
    date: str
    python: str
    torch: str
    device: str
    seconds: float
    packages: str = ""
    """そのときのパッケージの版を表す文字列。"""
    trace: Trace = field(default_factory=Trace)
    """使った ``lessons`` のファイル。"""

    def is_true_of(self, code: str, lessons: Path) -> bool:
        """この記録の後で，コードも，使った部品も変わっていないか。"""
        return self.code == code and not self.trace.changes(lessons)

    def __str__(self) -> str:
        """頁に載せる文。"""
        return (
            f"{self.date}・Python {self.python}・torch {self.torch}・{self.device}・"
            f"{max(1, round(self.seconds))} 秒"
        )


def load(path: Path) -> dict[str, Record]:
    """記録を章の名前で引けるようにして返す。なければ，また読めなければ空。"""
    try:
        found = json.loads(path.read_text("utf8"))
        return {
            chapter: Record(**values | {"trace": Trace(**values["trace"])})
            for chapter, values in found.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return {}


def save(path: Path, records: Mapping[str, Record]) -> None:
    """記録を書く。途中で止まっても，前の記録が残る。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {chapter: asdict(records[chapter]) for chapter in sorted(records)},
        ensure_ascii=False,
        indent=1,
    )
    new = path.with_suffix(".new")
    new.write_text(text + "\n", "utf8")
    new.replace(path)
