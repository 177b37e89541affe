"""リハーサルの記録。``_build/.rehearsal.json`` に，章ごとに残る。"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bookkit.execution.cache import write_atomically
from bookkit.execution.closure import Library
from bookkit.execution.keys import Observed
from bookkit.execution.machine import pins

FILE = ".rehearsal.json"
"""``_build`` の中の，記録のファイルの名前。"""


@dataclass(frozen=True)
class Record:
    """最後まで動いた，一回のリハーサルの記録。"""

    code: str
    """実行したコードの ``code_digest``。"""
    date: str
    python: str
    torch: str
    device: str
    seconds: float
    packages: str = ""
    """そのときのパッケージの版を表す文字列。"""
    used: Observed = field(default_factory=Observed)
    """使った ``lessons`` のファイル。"""

    def is_true_of(self, code: str, library: Library) -> bool:
        """この記録の後で，コードも，使った部品も変わっていないか。"""
        return self.code == code and not self.used.changes(library)

    def __str__(self) -> str:
        """頁に載せる文。"""
        return (
            f"{self.date}・Python {self.python}・torch {self.torch}・{self.device}・"
            f"{max(1, round(self.seconds))} 秒"
        )


def packages(root: Path) -> str:
    """いま入っている Python とパッケージの版を表す短い文字列。"""
    return hashlib.sha256(repr(sorted(pins(root).items())).encode()).hexdigest()[:16]


def load(path: Path) -> dict[str, Record]:
    """記録を文書の名前で引けるようにして返す。なければ，また読めなければ空。"""
    try:
        found = json.loads(path.read_text("utf8"))
        return {
            chapter: Record(**values | {"used": Observed(**values["used"])})
            for chapter, values in found.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return {}


def save(path: Path, records: Mapping[str, Record]) -> None:
    """記録を書く。途中で止まっても，前の記録が残る。"""
    found = {chapter: asdict(records[chapter]) for chapter in sorted(records)}
    text = json.dumps(found, ensure_ascii=False, indent=1)
    write_atomically(path, f"{text}\n".encode())
