"""GPU 用のセルの記録：全規模で実行した結果を残し，確かめて読む。

::

    book/recorded/<章>/recording.json   章の結果。出力は GPU 用のセルのものだけ
    book/recorded/<章>/1.svg            図。出力から分けて置くので，GitHub で見比べられる

ファイルの形は，章の結果（``cache``）と同じ。読むときは，そのセルまでのコード・足あと・SHA-256・
装置のすべてを確かめ，一つでも合わなければ使わない。版は，結果に添えて書くだけにする。
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bookkit.chapter import Chapter
from bookkit.execution import keys
from bookkit.execution.cache import CellResult, Entry, Unusable, entry_of, seal, unseal
from bookkit.execution.trace import digest
from bookkit.writing import write_atomically

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
        recording: 読めた章の記録（古くても）。
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

    @property
    def recorded(self) -> CellResult | None:
        """このセルの，記録した結果。"""
        cells = self.recording.cells if self.recording else []
        return cells[self.cell] if self.cell < len(cells) else None


class Recordings:
    """本の記録の置き場所。``root`` は本のフォルダー。"""

    def __init__(self, root: Path, lessons: Path) -> None:
        self.folder = root / "book" / "recorded"
        self.lessons = lessons

    def cells(self, chapter: Chapter) -> list[GpuCell]:
        """章の GPU 用のセルの状態。"""
        if not chapter.gpu_cells:
            return []
        path, found, problem = self._path(chapter), None, ""
        try:
            found = read(path) if path.is_file() else None
        except Unusable as error:
            problem = f"{path.name} は{error}"
        code, cells = keys.cells(chapter), []
        for number in chapter.gpu_cells:
            before = code[: number + 1]
            state, why = (BROKEN, [problem]) if problem else (MISSING, [])
            if found:
                recorded = found.components.cells[: number + 1]
                why = keys.changed_cells(recorded, before, chapter)
                why += found.trace.changes(self.lessons)
                if found.run.device != "cuda":
                    why = ["全規模で実行した記録ではありません"]
                state = STALE if why else FRESH
            key = keys.Components(before).key
            cells.append(GpuCell(chapter, number, key, state, why, found))
        return cells

    def _path(self, chapter: Chapter) -> Path:
        return self.folder / chapter.name / "recording.json"

    def save(self, chapter: Chapter, entry: Entry) -> Path:
        """前の記録を消し，章の結果のうち GPU 用のセルの出力を書く。

        Raises:
            TooLarge: セルの出力が ``LIMIT`` より大きいとき。前の記録は残る。
        """
        for number in chapter.gpu_cells:
            text = json.dumps(entry.cells[number].outputs, ensure_ascii=False)
            if (size := len(text.encode())) > LIMIT:
                raise TooLarge(
                    f"{chapter.path}:{chapter.cells[number].line}: "
                    f"出力が {size / 1e6:.1f} MB あり，"
                    f"{LIMIT / 1e6:.0f} MB を超えるので記録しません。"
                    "図の数や画素数を減らすか，図をいくつかのセルに分けてください。"
                )
        cells = [
            cell if number in chapter.gpu_cells else replace(cell, outputs=[])
            for number, cell in enumerate(entry.cells)
        ]
        path = self._path(chapter)
        shutil.rmtree(path.parent, ignore_errors=True)
        write(path, replace(entry, cells=cells))
        return path


def _pictures(data: dict[str, Any]) -> list[dict[str, Any]]:
    """図を持つ出力の ``data``。"""
    outputs = [output for cell in data["cells"] for output in cell["outputs"]]
    return [output["data"] for output in outputs if PICTURE in output.get("data", {})]


def write(path: Path, entry: Entry) -> None:
    """記録をファイルにする。図は別のファイルに置く。"""
    data = asdict(entry)
    for number, output in enumerate(_pictures(data), start=1):
        picture = path.with_name(f"{number}.svg")
        write_atomically(picture, output[PICTURE].encode("utf8", "surrogatepass"))
        output[PICTURE] = {FILE: picture.name, SHA256: digest(picture)}
    write_atomically(path, seal(data, indent=1) + b"\n")


def read(path: Path) -> Entry:
    """記録を読む。

    Raises:
        Unusable: 壊れているとき，または別の版のとき。
    """
    data = unseal(path.read_bytes().rstrip(b"\n"))
    for output in _pictures(data):
        picture = path.with_name(output[PICTURE][FILE])
        if digest(picture) != output[PICTURE][SHA256]:
            raise Unusable("壊れている")
        output[PICTURE] = picture.read_bytes().decode("utf8", "surrogatepass")
    return entry_of(data)
