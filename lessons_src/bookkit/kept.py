"""求めたことを ``_build`` に覚えておき，もとが変わらないうちは，求め直さない。

鍵は，答えの頼るもののすべて。道具の中身か，入っている部品の版が変われば，みな忘れます。
"""

from __future__ import annotations

import contextlib
import functools
import pickle
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from bookkit.chapter import Chapter
from bookkit.writing import write_atomically

T = TypeVar("T")
TOOLS = (".py", ".json", ".csv", ".toml")
"""中身が答えを変える，道具のファイル。"""


class Kept:
    """答えの置き場所一つ。"""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.used: dict[bytes, Any] = {}
        changed = path.stat().st_mtime_ns if path.is_file() else 0
        self.before = _load(path, changed) if changed else {}

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """``make()`` の答え。``key`` が同じなら，前の答え。"""
        name = sha256(repr(key).encode("utf8", "replace")).digest()
        for known in (self.used, self.before):
            if name in known:
                found: T = known[name]
                break
        else:
            found = make()
        self.used[name] = found
        return found

    def of(self, page: Chapter, make: Callable[[Chapter], T]) -> T:
        """``make(page)`` の答え。``make`` は，原稿だけを見る。"""
        key = make.__module__, make.__qualname__, page.key
        return self.once(key, lambda: make(page))

    def save(self, *, all_used: bool = True) -> None:
        """覚える。``all_used`` なら，今回使わなかったものは忘れる。"""
        found = self.used if all_used else self.before | self.used
        if found.keys() != self.before.keys():
            with contextlib.suppress(OSError):  # 書けない所では，覚えない
                write_atomically(self.path, pickle.dumps((_stamp(), found)))


@functools.lru_cache(maxsize=4)
def _load(path: Path, changed: int) -> dict[bytes, Any]:
    try:
        stamp, found = pickle.loads(path.read_bytes())
    except Exception:  # 壊れた，または古い形のもの。求め直せばよい
        return {}
    return dict(found) if stamp == _stamp() else {}


@functools.cache
def _stamp() -> bytes:
    """道具の中身と，Python と部品の版の名札。"""
    found = sha256(sys.version.encode())
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in TOOLS:
            found.update(path.read_bytes())
    installed = {
        one.name for place in sys.path for one in Path(place).glob("*.dist-info")
    }
    found.update(repr(sorted(installed)).encode())
    return found.digest()
