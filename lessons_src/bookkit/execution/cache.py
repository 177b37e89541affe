"""実行結果の置き場所。鍵ごとに一つのファイルで，書きかけが見えることはない。

::

    _build/.execution/results/<章>/<鍵>.json   セルの出力と，測った値
    _build/.execution/chapters/<章>.json       その章を最後に実行したときの鍵と材料

ファイルの一行めは，版と，残りの SHA-256。合わなければ使わない。
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bookkit.execution.keys import Components, Observed

VERSION = 3
"""ファイルの形の版。形を変えたら増やす。"""
KEEP_DAYS = 30
"""使われないまま，この日数を過ぎた結果は消す。"""


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
    observed: Observed
    cells: list[CellResult]
    run: Run

    @property
    def key(self) -> str:
        return self.components.key


@dataclass
class Last:
    """章を最後に実行したときのこと（出力を除く）。"""

    components: Components
    run: Run
    cell_seconds: list[float]


class Cache:
    """実行結果の置き場所。

    Args:
        root: フォルダー。なければ，書くときに作る。
        say: 使えないファイルを見つけたときに，一行を伝える関数。
    """

    def __init__(self, root: Path, say: Callable[[str], None] = print) -> None:
        self.root = root
        self.say = say

    def _result(self, chapter: str, key: str) -> Path:
        return self.root / "results" / chapter / f"{key}.json"

    def _chapter(self, name: str) -> Path:
        return self.root / "chapters" / f"{name}.json"

    def load(self, chapter: str, key: str) -> Entry | None:
        """結果を読む。なければ，または使えなければ ``None``。"""
        path = self._result(chapter, key)
        data = self._read(path)
        if data is None:
            return None
        with contextlib.suppress(OSError):  # 最後に使った日を残す
            os.utime(path)
        return Entry(
            data["chapter"],
            Components(**data["components"]),
            Observed(**data["observed"]),
            [CellResult(**cell) for cell in data["cells"]],
            Run(**data["run"]),
        )

    def store(self, entry: Entry) -> None:
        """結果を書く。

        Raises:
            OSError: 書けないとき（空きがないなど）。前の結果はそのまま残る。
        """
        self._write(self._result(entry.chapter, entry.key), asdict(entry))
        self.remember(entry)

    def remember(self, entry: Entry) -> None:
        """章が最後に使った結果の，材料と測った値を覚える。"""
        data = {
            "components": asdict(entry.components),
            "run": asdict(entry.run),
            "cell_seconds": [cell.seconds for cell in entry.cells],
        }
        self._write(self._chapter(entry.chapter), data)

    def last(self, chapter: str) -> Last | None:
        """章を最後に実行したときのこと。"""
        data = self._read(self._chapter(chapter))
        if data is None:
            return None
        return Last(
            Components(**data["components"]), Run(**data["run"]), data["cell_seconds"]
        )

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            head, _, body = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        try:
            header = json.loads(head)
            version, checksum = header["version"], header["sha256"]
        except (ValueError, TypeError, KeyError):
            self.say(f"実行結果 {path.name} は壊れているので，使わずに作り直します。")
            return None
        if version != VERSION:
            self.say(
                f"実行結果 {path.name} は別の版（{version}）なので，使わずに作り直します。"
            )
            return None
        if hashlib.sha256(body).hexdigest() != checksum:
            self.say(f"実行結果 {path.name} は壊れているので，使わずに作り直します。")
            return None
        data: dict[str, Any] = json.loads(body)
        return data

    def _write(self, path: Path, data: dict[str, Any]) -> None:
        body = json.dumps(data, ensure_ascii=False).encode()
        header = {"version": VERSION, "sha256": hashlib.sha256(body).hexdigest()}
        write_atomically(path, json.dumps(header).encode() + b"\n" + body)

    def prune(self) -> None:
        """長く使われていない結果と，途中で終わったビルドの書きかけを消す。"""
        oldest = time.time() - KEEP_DAYS * 86400
        yesterday = time.time() - 86400
        for pattern, limit in (("results/**/*.json", oldest), ("**/*.tmp", yesterday)):
            for path in self.root.glob(pattern):
                with contextlib.suppress(OSError):
                    if path.stat().st_mtime < limit:
                        path.unlink()


def write_atomically(path: Path, content: bytes) -> None:
    """一時ファイルに書いてから置き換える。途中で失敗しても，前の中身は残る。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
