"""実行結果の鍵：何が変われば実行し直すか，何が変わったから実行し直すのか。

鍵は，コードのセルと札・使う ``lessons`` のモジュール・使う重み・版・装置の種類から作る。
文章・代替文・キャプションは入らない。
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bookkit.chapter import Cell, Chapter
from bookkit.execution.closure import PACKAGE, Library, digest, facts, facts_of
from bookkit.execution.machine import Machine

WEIGHTS = f"{PACKAGE}.weights"
DIGESTS = f"{PACKAGE}/weights/digests.json"
"""重みの名前と SHA-256 の表。"""


@dataclass(frozen=True)
class Components:
    """鍵の材料。比べると，変わったものが分かる。

    Attributes:
        cells: セルごとの ``[コードの SHA-256 の始め, 札]``。
        modules: ``{モジュールの名前: SHA-256}``。
        weights: ``{重みの名前: SHA-256}``。
        pins: ``{パッケージ: 版}``。
        device: 装置の種類。
    """

    cells: list[list[object]]
    modules: dict[str, str]
    weights: dict[str, str]
    pins: dict[str, str] = field(default_factory=dict)
    device: str = ""

    @functools.cached_property
    def key(self) -> str:
        """材料の SHA-256（32 桁）。"""
        parts = [self.cells, self.modules, self.weights, self.pins, self.device]
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Observed:
    """実行してはじめて分かった，使ったもの。``{名前: SHA-256}``。

    Attributes:
        files: ``lessons`` の中の，開いたファイルと，構文からは分からなかったモジュール。
        folders: ``lessons`` の中の，中身を並べたフォルダー。
    """

    files: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, library: Library, files: Iterable[str], folders: Iterable[str]
    ) -> Observed:
        """いまの中身で作る。名前は ``library.root`` から見た場所。"""
        return cls(
            {name: file_digest(library, name) for name in sorted(set(files))},
            {name: folder_digest(library, name) for name in sorted(set(folders))},
        )

    def changes(self, library: Library) -> list[str]:
        """いまと違うものを言う。"""
        now = Observed.of(library, self.files, self.folders)
        return _changes(self.files, now.files) + [
            f"{name} の中のファイルが増えたか，なくなりました"
            for name in self.folders
            if self.folders[name] != now.folders[name]
        ]


GONE = "なし"


def file_digest(library: Library, name: str) -> str:
    """ファイルの SHA-256。なければ「なし」。"""
    path = library.root / name
    return digest(path) if path.is_file() else GONE


def folder_digest(library: Library, name: str) -> str:
    """フォルダーにあるデータの名前の SHA-256。モジュールは読み込んだものだけを数える。"""
    path = library.root / name
    if not path.is_dir():
        return GONE
    names = sorted(
        p.name
        for p in path.iterdir()
        if p.suffix not in (".py", ".pyc") and p.name != "__pycache__"
    )
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def components(chapter: Chapter, library: Library, machine: Machine) -> Components:
    """章の鍵の材料。"""
    return _components(chapter.cells, library, machine.pins, machine.kind)


def recording_components(chapter: Chapter, number: int, library: Library) -> Components:
    """GPU 用のセルの記録の鍵の材料。

    そのセルまでのコードと，それが使うモジュールと重みから作る。
    版と装置は，記録に添えて書くだけにする。
    """
    return _components(chapter.cells[: number + 1], library, {}, "")


def _components(
    cells: tuple[Cell, ...], library: Library, pins: dict[str, str], device: str
) -> Components:
    sources = [cell.source for cell in cells]
    modules = library.closure(sources)
    return Components(
        cells=[[_short(cell.source), list(cell.execution_tags)] for cell in cells],
        modules={name: digest(path) for name, path in modules.items()},
        weights=weights_used(library, sources, modules),
        pins=dict(pins),
        device=device,
    )


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def weights_used(
    library: Library, sources: list[str], modules: dict[str, Path]
) -> dict[str, str]:
    """使う重みの名前と SHA-256。

    - 重みの表（``digests.json``）の名前のうち，コードに文字列として現れるもの。
    - ``lessons`` の中の ``.safetensors`` のうち，ファイルの名前が現れるもの。

    ``lessons.weights`` を使うのに名前が一つも現れないときは，表のすべてを使うとみなす。
    すべての名前が並ぶモジュール（登録簿）は，名前が現れた所に数えない。
    """
    table = _weights_table(library)
    shipped = {
        path.relative_to(library.root).as_posix(): path
        for path in sorted((library.root / PACKAGE).rglob("*.safetensors"))
    }
    names = {*table, *(path.stem for path in shipped.values())}
    if not names:
        return {}
    mentioned: set[str] = set()
    packages = (name.rpartition(".")[0] for name in modules)
    texts = [facts(code, "").strings for code in sources] + [
        facts_of(path, package).strings
        for path, package in zip(modules.values(), packages, strict=True)
    ]
    for strings in texts:
        here = {name for name in names if any(name in text for text in strings)}
        if len(names) == 1 or here != names:
            mentioned |= here
    uses_weights = any(n == WEIGHTS or n.startswith(WEIGHTS + ".") for n in modules)
    if uses_weights and not mentioned:
        mentioned = set(names)
    used = {
        name: value
        for name, value in table.items()
        if uses_weights and name in mentioned
    }
    used |= {
        name: digest(path) for name, path in shipped.items() if path.stem in mentioned
    }
    return dict(sorted(used.items()))


def _weights_table(library: Library) -> dict[str, str]:
    path = library.root / DIGESTS
    if not path.is_file():
        return {}
    table = json.loads(path.read_text("utf8"))
    return {
        name: str(value["sha256"] if isinstance(value, dict) else value)
        for name, value in table.items()
    }


def reasons(
    old: Components, new: Components, chapter: Chapter, library: Library
) -> list[str]:
    """``old`` から ``new`` へ，何が変わったかを言う。"""
    found = []
    if len(old.cells) != len(new.cells):
        found.append(
            f"コードのセルの数が変わりました（{len(old.cells)} → {len(new.cells)}）"
        )
    else:
        cells = chapter.cells[: len(new.cells)]  # 記録では，GPU 用のセルまで
        pairs = zip(old.cells, new.cells, cells, strict=True)
        for number, (was, now, cell) in enumerate(pairs):
            if was[0] != now[0]:
                found.append(f"{number + 1} 番めのセル（{cell.line} 行）が変わりました")
            elif was[1] != now[1]:
                found.append(
                    f"{number + 1} 番めのセル（{cell.line} 行）の札が変わりました"
                )
    found += _changes(_files(old.modules, library), _files(new.modules, library))
    found += [f"重み {text}" for text in _changes(old.weights, new.weights)]
    for name in sorted({*old.pins, *new.pins}):
        before, after = old.pins.get(name, GONE), new.pins.get(name, GONE)
        if before != after:
            found.append(f"{name} の版が変わりました（{before} → {after}）")
    if old.device != new.device:
        found.append(f"装置が変わりました（{old.device} → {new.device}）")
    return found


def _files(modules: dict[str, str], library: Library) -> dict[str, str]:
    """モジュールの名前を，ファイルの名前にする。もうないモジュールは，形から推しはかる。"""
    named = {}
    for name, value in modules.items():
        path = library.file_of(name)
        guess = name.replace(".", "/") + ".py"
        named[path.relative_to(library.root).as_posix() if path else guess] = value
    return named


def _changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """変わったもの，増えたもの，減ったものを，この順に言う。"""
    changed = [n for n in old if n in new and old[n] != new[n] != GONE]
    added = [n for n in new if n not in old]
    removed = [n for n in old if new.get(n, GONE) == GONE != old[n]]
    return [
        *(f"{name} が変わりました" for name in sorted(changed)),
        *(f"{name} を使うようになりました" for name in sorted(added)),
        *(f"{name} を使わなくなりました" for name in sorted(removed)),
    ]
