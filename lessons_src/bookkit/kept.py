"""読んだ原稿を ``_build/.pages`` に覚えておき，変わらない頁は読み直さない。"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from bookkit.chapter import Chapter
from bookkit.reading import chapter_name, parse_chapter, read_text
from bookkit.writing import write_atomically

FILE = ".pages"
Kept = dict[tuple[str, str, frozenset[str]], Chapter]
"""``(場所, 全文, 拡張)`` から引く，読んだ原稿。"""


def read_all(
    root: Path, paths: Iterable[Path], extensions: frozenset[str]
) -> list[Chapter]:
    """原稿をすべて読む。"""
    store = root / "_build" / FILE
    before = _load(store, store.stat().st_mtime_ns) if store.is_file() else {}
    found: Kept = {}
    for path in paths:
        text, name = read_text(path), chapter_name(root, path)
        key = (str(path), text, extensions)
        known = None if ":load:" in text else before.get(key)  # ほかのファイルも読む
        found[key] = known or parse_chapter(text, name, path, extensions)
    if found.keys() != before.keys() and store.parent.is_dir():
        write_atomically(store, pickle.dumps((_stamp(), found)))
    return list(found.values())


@functools.lru_cache(maxsize=1)
def _load(store: Path, changed: int) -> Kept:
    """前に覚えたもの。道具か文法の部品が変わっていれば，空。"""
    try:
        stamp, kept = pickle.loads(store.read_bytes())
    except Exception:  # 壊れた，または古い形のもの。読み直せばよい
        return {}
    return kept if stamp == _stamp() else {}


@functools.cache
def _stamp() -> list[object]:
    here = Path(__file__).parent
    own = ("chapter", "outline", "reading", "english")
    times = [(here / f"{name}.py").stat().st_mtime_ns for name in own]
    versions = [metadata.version(name) for name in ("myst-parser", "markdown-it-py")]
    return [*times, *versions]
