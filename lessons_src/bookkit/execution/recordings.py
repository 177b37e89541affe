"""GPU 用のセルの記録：全規模で実行した出力を，由来とともに残し，確かめて読む。

::

    book/recorded/<章>/<番号>.json      鍵の材料，足あと，由来，出力（番号は章の中の GPU 用のセルの順）
    book/recorded/<章>/<番号>-1.svg     画像。出力から分けて置くので，GitHub で見比べられる

読むときは，鍵・SHA-256・装置のすべてを確かめ，一つでも合わなければ使わない。
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from bookkit.chapter import Chapter
from bookkit.execution import keys
from bookkit.execution.recording_file import Recording, read, write

LIMIT = 1_000_000
"""一つのセルの出力の大きさの上限（バイト）。"""

FRESH, MISSING, STALE, BROKEN = "記録あり", "記録なし", "記録が古い", "記録が壊れている"


class TooLarge(ValueError):
    """出力が大きすぎて記録できない。文に，小さくする方法を書く。"""


@dataclass(frozen=True)
class GpuCell:
    """GPU 用のセルの状態。``state`` が ``FRESH`` のときだけ，記録を頁に載せる。

    Attributes:
        cell: 章の中でのセルの番号（0 から）。
        number: GPU 用のセルの中での番号（1 から）。
        key: いまの鍵。
        state: ``FRESH``・``MISSING``・``STALE``・``BROKEN`` のどれか。
        reasons: 新しくない理由。
        recording: 読めた記録（古くても）。
    """

    chapter: Chapter
    cell: int
    number: int
    key: str
    state: str
    reasons: list[str] = field(default_factory=list)
    recording: Recording | None = None

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
        return [
            self._state(chapter, cell, number)
            for number, cell in enumerate(chapter.gpu_cells, start=1)
        ]

    def _state(self, chapter: Chapter, cell: int, number: int) -> GpuCell:
        wanted = keys.recording_components(chapter, cell)

        def state(name: str, *reasons: str, found: Recording | None = None) -> GpuCell:
            return GpuCell(
                chapter, cell, number, wanted.key, name, list(reasons), found
            )

        path = self._path(chapter, number)
        if not path.is_file():
            return state(MISSING)
        try:
            found = read(path)
        except (ValueError, KeyError, TypeError, OSError) as error:
            return state(BROKEN, f"{path.name}: {error}")
        if found.provenance.device != "cuda":
            return state(STALE, "全規模で実行した記録ではありません", found=found)
        reasons = keys.reasons(found.components, wanted, chapter)
        reasons += found.trace.changes(self.lessons)
        if reasons:
            return state(STALE, *reasons, found=found)
        return state(FRESH, found=found)

    def _path(self, chapter: Chapter, number: int) -> Path:
        return self.folder / chapter.name / f"{number}.json"

    def save(self, chapter: Chapter, number: int, recording: Recording) -> Path:
        """記録を書く。

        Raises:
            TooLarge: 出力が ``LIMIT`` より大きいとき。前の記録は残る。
        """
        size = len(json.dumps(recording.outputs, ensure_ascii=False).encode())
        if size > LIMIT:
            line = chapter.cells[chapter.gpu_cells[number - 1]].line
            raise TooLarge(
                f"{chapter.path}:{line}: 出力が {size / 1e6:.1f} MB あり，"
                f"{LIMIT / 1e6:.0f} MB を超えるので記録しません。"
                "図の数や画素数を減らすか，図をいくつかのセルに分けてください。"
            )
        path = self._path(chapter, number)
        for old in path.parent.glob(f"{number}-*"):
            old.unlink()
        write(path, recording)
        return path

    def forget_extra(self, chapter: Chapter) -> None:
        """もうない GPU 用のセルの記録を消す。"""
        folder = self.folder / chapter.name
        wanted = {str(n) for n in range(1, len(chapter.gpu_cells) + 1)}
        for path in folder.glob("*"):
            if path.is_file() and path.stem.partition("-")[0] not in wanted:
                path.unlink()
