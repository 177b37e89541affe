"""GPU 用のセルの記録：全規模で実行した結果を残し，確かめて読む。

::

    book/recorded/<章>/<番号>.json      そのセルまでの結果（番号は章の中の GPU 用のセルの順）
    book/recorded/<章>/<番号>-1.svg     図。出力から分けて置くので，GitHub で見比べられる

ファイルの形は，章の結果（``cache``）と同じ。読むときは，コード・足あと・SHA-256・装置のすべてを
確かめ，一つでも合わなければ使わない。版は，結果に添えて書くだけにする。
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bookkit.chapter import Chapter
from bookkit.execution import keys
from bookkit.execution.cache import (
    Entry,
    Unusable,
    entry_of,
    seal,
    unseal,
    write_atomically,
)

LIMIT = 1_000_000
"""一つのセルの出力の大きさの上限（バイト）。"""
PICTURE = "image/svg+xml"
FILE, SHA256 = "bookkit:file", "sha256"
"""出力の中で，図のファイルの名前と中身を表す鍵。"""

FRESH, MISSING, STALE, BROKEN = "記録あり", "記録なし", "記録が古い", "記録が壊れている"


class TooLarge(ValueError):
    """出力が大きすぎて記録できない。文に，小さくする方法を書く。"""


@dataclass(frozen=True)
class GpuCell:
    """GPU 用のセルの状態。``state`` が ``FRESH`` のときだけ，記録を頁に載せる。

    Attributes:
        cell: 章の中でのセルの番号（0 から）。
        key: いまの鍵。
        state: ``FRESH``・``MISSING``・``STALE``・``BROKEN`` のどれか。
        reasons: 新しくない理由。
        recording: 読めた記録（古くても）。中のセルの結果は，このセルの一つだけ。
    """

    chapter: Chapter
    cell: int
    key: str
    state: str
    reasons: list[str] = field(default_factory=list)
    recording: Entry | None = None

    @property
    def line(self) -> int:
        """原稿での行。"""
        return self.chapter.cells[self.cell].line


class Recordings:
    """本の記録の置き場所。``root`` は本のフォルダー。"""

    def __init__(self, root: Path, lessons: Path) -> None:
        self.folder = root / "book" / "recorded"
        self.lessons = lessons

    def cells(self, chapter: Chapter) -> list[GpuCell]:
        """章の GPU 用のセルの状態。"""
        return [self._state(chapter, cell) for cell in chapter.gpu_cells]

    def _state(self, chapter: Chapter, cell: int) -> GpuCell:
        code = keys.cells(chapter)[: cell + 1]
        key, path = keys.Components(code).key, self._path(chapter, cell)
        if not path.is_file():
            return GpuCell(chapter, cell, key, MISSING)
        try:
            found = read(path)
        except (Unusable, OSError) as error:
            why = [f"{path.name} は{error}"]
            return GpuCell(chapter, cell, key, BROKEN, why)
        why = keys.changed_cells(found.components.cells, code, chapter)
        why += found.trace.changes(self.lessons)
        if found.run.device != "cuda":
            why = ["全規模で実行した記録ではありません"]
        return GpuCell(chapter, cell, key, STALE if why else FRESH, why, found)

    def _path(self, chapter: Chapter, cell: int) -> Path:
        number = chapter.gpu_cells.index(cell) + 1
        return self.folder / chapter.name / f"{number}.json"

    def save(self, chapter: Chapter, cell: int, entry: Entry) -> Path:
        """記録を書く。

        Raises:
            TooLarge: 出力が ``LIMIT`` より大きいとき。前の記録は残る。
        """
        size = len(json.dumps(entry.cells[0].outputs, ensure_ascii=False).encode())
        if size > LIMIT:
            raise TooLarge(
                f"{chapter.path}:{chapter.cells[cell].line}: 出力が {size / 1e6:.1f} MB あり，"
                f"{LIMIT / 1e6:.0f} MB を超えるので記録しません。"
                "図の数や画素数を減らすか，図をいくつかのセルに分けてください。"
            )
        path = self._path(chapter, cell)
        for old in path.parent.glob(f"{path.stem}-*"):
            old.unlink()
        write(path, entry)
        return path

    def forget_extra(self, chapter: Chapter) -> None:
        """もうない GPU 用のセルの記録を消す。"""
        wanted = {self._path(chapter, cell).stem for cell in chapter.gpu_cells}
        for path in (self.folder / chapter.name).glob("*.*"):
            if path.stem.partition("-")[0] not in wanted:
                path.unlink()


def _pictures(data: dict[str, Any]) -> list[dict[str, Any]]:
    """図を持つ出力の ``data``。"""
    found = [output.get("data", {}) for output in data["cells"][0]["outputs"]]
    return [one for one in found if PICTURE in one]


def write(path: Path, entry: Entry) -> None:
    """記録をファイルにする。図は別のファイルに置く。"""
    data = asdict(entry)
    for number, output in enumerate(_pictures(data), start=1):
        content = output[PICTURE].encode("utf8", "surrogatepass")
        name = f"{path.stem}-{number}.svg"
        write_atomically(path.parent / name, content)
        output[PICTURE] = {FILE: name, SHA256: hashlib.sha256(content).hexdigest()}
    write_atomically(path, seal(data, indent=1) + b"\n")


def read(path: Path) -> Entry:
    """記録を読む。

    Raises:
        Unusable: 壊れているとき，または別の版のとき。
        OSError: 図のファイルがないとき。
    """
    data = unseal(path.read_bytes().rstrip(b"\n"))
    for output in _pictures(data):
        content = (path.parent / output[PICTURE][FILE]).read_bytes()
        if hashlib.sha256(content).hexdigest() != output[PICTURE][SHA256]:
            raise Unusable("壊れている")
        output[PICTURE] = content.decode("utf8", "surrogatepass")
    return entry_of(data)
