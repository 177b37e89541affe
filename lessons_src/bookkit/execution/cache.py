"""実行結果の置き場所。書きかけが見えることはない。

::

    _build/.execution/runs/<章>/<鍵>-<足あと>.json   材料，足あと，セルの出力，測った値
    _build/.execution/assets/<中身の SHA-256>.<種類>  章が，頁と一緒に配るために置いたファイル

鍵が同じ結果が，足あとの違いだけいくつもあってよい（枝を行き来しても，実行し直さない）。
ファイルの一行めは，版と，残りの SHA-256。合わなければ使わない。
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bookkit.execution.keys import Components
from bookkit.execution.trace import DIGESTS, Trace
from bookkit.writing import write_atomically

VERSION = 4
"""ファイルの形の版。形を変えたら増やす。"""
KEEP_DAYS = 30
"""使われないまま，この日数を過ぎた結果は消す。"""
KEEP_RUNS = 20
"""一つの章に残す結果の数。"""


@dataclass
class Run:
    """一度の実行で測ったこと。

    Attributes:
        seconds: かかった時間（秒）。
        cpu_seconds: CPU が働いた時間（秒）。
        memory: 記憶のいちばん多いとき（バイト）。
        gpu_memory: GPU の記憶のいちばん多いとき（バイト）。GPU を使わなければ 0。
        device: 装置の種類。
        device_name: 装置の名前。
        simulated: GPU をまねただけで，CPU で全規模を計算したなら真。
        when: 終えた時刻（ISO 8601，秒まで）。
        downloads: 使った，網から取る重みの ``{ファイルの名前: バイト}``。
        hosts: つないだ先。
    """

    seconds: float
    cpu_seconds: float = 0.0
    memory: int = 0
    gpu_memory: int = 0
    device: str = "cpu"
    device_name: str = ""
    simulated: bool = False
    when: str = ""
    downloads: dict[str, int] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=list)


@dataclass
class CellResult:
    """セル一つの結果。``outputs`` は nbformat の出力。"""

    outputs: list[dict[str, Any]]
    count: int | None
    seconds: float = 0.0


@dataclass
class Entry:
    """章一つの実行結果。"""

    chapter: str
    components: Components
    trace: Trace
    cells: list[CellResult]
    run: Run

    @property
    def key(self) -> str:
        return self.components.key

    @property
    def assets(self) -> list[str]:
        """頁と一緒に配るファイルの名前（出力の ``metadata`` にある）。"""
        return assets_of(output for cell in self.cells for output in cell.outputs)


def assets_of(outputs: Iterable[dict[str, Any]]) -> list[str]:
    """出力が指す，頁と一緒に配るファイルの名前。"""
    return [
        name for one in outputs for name in one.get("metadata", {}).get("assets", ())
    ]


class Unusable(ValueError):
    """使えない結果のファイル。文は「…ので」に続く。"""


def seal(data: dict[str, Any], indent: int | None = None) -> bytes:
    """結果のファイルの中身：一行めは，版と，残りの SHA-256。"""
    body = json.dumps(data, ensure_ascii=False, indent=indent)
    content = body.encode("utf8", "surrogatepass")
    header = {"version": VERSION, "sha256": hashlib.sha256(content).hexdigest()}
    return json.dumps(header).encode() + b"\n" + content


def unseal(content: bytes) -> dict[str, Any]:
    """``seal`` の逆。

    Raises:
        Unusable: 壊れているとき，または別の版のとき。
    """
    head, _, body = content.partition(b"\n")
    try:
        header = json.loads(head)
        version, checksum = header["version"], header["sha256"]
    except (ValueError, TypeError, KeyError) as error:
        raise Unusable("壊れている") from error
    if version != VERSION:
        raise Unusable(f"別の版（{version}）である")
    if hashlib.sha256(body).hexdigest() != checksum:
        raise Unusable("壊れている")
    return dict(json.loads(body))


def entry_of(data: dict[str, Any]) -> Entry:
    """``asdict(結果)`` から，もとの結果を作る。

    Raises:
        Unusable: 欄が足りないとき。
    """
    try:
        trace = Trace(data["trace"]["seen"])
        if not DIGESTS.keys() - {"globs"} <= trace.seen.keys() <= DIGESTS.keys():
            raise ValueError("足あとが足りません")  # globs は，後から加わった
        return Entry(
            data["chapter"],
            Components(**data["components"]),
            trace,
            [CellResult(**cell) for cell in data["cells"]],
            Run(**data["run"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unusable("壊れている") from error


READ: dict[Path, tuple[float, Entry | None]] = {}
"""読んだ結果（使えなければ ``None``）と，その時刻。変わらないものは読み直さない。"""


class Cache:
    """実行結果の置き場所。

    Args:
        root: フォルダー。なければ，書くときに作る。
        say: 使えないファイルを見つけたときに，一行を伝える関数。
    """

    def __init__(self, root: Path, say: Callable[[str], None] = print) -> None:
        self.root = root
        self.assets = root / "assets"
        self.say = say

    def entries(self, chapter: str, key: str = "") -> Iterator[Entry]:
        """章の結果を，新しく使った順に読む。``key`` があれば，その鍵のものだけ。"""
        paths = (self.root / "runs" / chapter).glob(f"{key}*.json")
        for path in sorted(paths, key=_used, reverse=True):
            entry = self._load(path)
            if entry is not None:
                yield entry

    def _load(self, path: Path) -> Entry | None:
        try:
            when = path.stat().st_mtime
            if READ.get(path, (0,))[0] != when:
                READ[path] = when, None
                READ[path] = when, entry_of(unseal(path.read_bytes()))
            return READ[path][1]
        except FileNotFoundError:  # ちょうど消されたところ
            return None
        except Unusable as error:
            self.say(f"実行結果 {path.name} は{error}ので，使わずに作り直します。")
            return None

    def _path(self, entry: Entry) -> Path:
        name = f"{entry.key}-{entry.trace.short}.json"
        return self.root / "runs" / entry.chapter / name

    def store(self, entry: Entry) -> None:
        """結果を書く。

        Raises:
            OSError: 書けないとき（空きがないなど）。前の結果はそのまま残る。
        """
        write_atomically(self._path(entry), seal(asdict(entry)))

    def forget(self, chapter: str) -> None:
        """章の結果をすべて消す。"""
        shutil.rmtree(self.root / "runs" / chapter, ignore_errors=True)

    def has_assets(self, entry: Entry) -> bool:
        """頁と一緒に配るファイルが，すべて残っているか。"""
        return all((self.assets / name).is_file() for name in entry.assets)

    def used(self, entry: Entry) -> None:
        """いま使ったことを残す。"""
        with contextlib.suppress(OSError):
            for path in (self._path(entry), *(self.assets / n for n in entry.assets)):
                os.utime(path)
            path = self._path(entry)
            READ[path] = path.stat().st_mtime, entry

    def prune(self) -> None:
        """長く使われていない結果と，途中で終わったビルドの書きかけを消す。"""
        kept = Counter[Path]()
        found = [
            p for kind in ("runs", "assets") for p in self.root.glob(f"{kind}/**/*.*")
        ]
        for path in sorted(found, key=_used, reverse=True):
            days = 1 if path.suffix == ".tmp" else KEEP_DAYS
            is_run = path.suffix == ".json" and path.parent != self.assets
            kept[path.parent] += is_run
            old = _used(path) < time.time() - days * 86400
            if old or (is_run and kept[path.parent] > KEEP_RUNS):
                with contextlib.suppress(OSError):
                    path.unlink()


def _used(path: Path) -> float:
    """最後に使った時刻。ちょうど消されたところなら 0。"""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
