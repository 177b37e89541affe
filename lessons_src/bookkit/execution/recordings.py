"""GPU 用のセルの記録：全規模で実行した出力を，由来とともに残し，確かめて読む。

::

    book/recorded/<章>/<番号>.json      鍵の材料，由来，出力（番号は章の中の GPU 用のセルの順）
    book/recorded/<章>/<番号>-1.svg     画像。出力から分けて置くので，GitHub で見比べられる

読むときは，鍵・SHA-256・装置のすべてを確かめ，一つでも合わなければ使わない。
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bookkit.chapter import Chapter
from bookkit.execution import keys
from bookkit.execution.cache import write_atomically
from bookkit.execution.closure import Library
from bookkit.execution.keys import Components, Observed

VERSION = 1
LIMIT = 1_000_000
"""一つのセルの出力の大きさの上限（バイト）。"""

FRESH, MISSING, STALE, BROKEN = "記録あり", "記録なし", "記録が古い", "記録が壊れている"

_SUFFIXES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_FILE = "bookkit:file"
"""出力の中で，画像のファイルを指す鍵。"""


class TooLarge(ValueError):
    """出力が大きすぎて記録できない。文に，小さくする方法を書く。"""


@dataclass(frozen=True)
class Provenance:
    """記録の由来。

    Attributes:
        device: 装置の種類。
        device_name: 装置の名前。
        simulated: GPU ではなく，CPU で全規模を計算したなら真。
        date: 実行した日（2026-11-24 の形）。
        seconds: このセルにかかった秒。
        gpu_memory: 章全体での，GPU の記憶のいちばん多いとき（バイト）。
        versions: パッケージの版。
    """

    device: str
    device_name: str
    simulated: bool
    date: str
    seconds: float
    gpu_memory: int
    versions: dict[str, str]


@dataclass(frozen=True)
class Recording:
    """記録一つ。"""

    components: Components
    observed: Observed
    provenance: Provenance
    outputs: list[dict[str, Any]]


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

    def __init__(self, root: Path, library: Library) -> None:
        self.folder = root / "book" / "recorded"
        self.library = library

    def cells(self, chapter: Chapter) -> list[GpuCell]:
        """章の GPU 用のセルの状態。"""
        return [
            self._state(chapter, cell, number)
            for number, cell in enumerate(chapter.gpu_cells, start=1)
        ]

    def _state(self, chapter: Chapter, cell: int, number: int) -> GpuCell:
        wanted = self.components(chapter, cell)

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
        reasons = keys.reasons(found.components, wanted, chapter, self.library)
        reasons += found.observed.changes(self.library)
        if reasons:
            return state(STALE, *reasons, found=found)
        return state(FRESH, found=found)

    def components(self, chapter: Chapter, cell: int) -> Components:
        """いまの鍵の材料。"""
        return keys.recording_components(chapter, cell, self.library)

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


def write(path: Path, recording: Recording) -> None:
    """記録をファイルにする。画像は別のファイルに置く。"""
    files: dict[str, bytes] = {}
    outputs = [_split(output, path.stem, files) for output in recording.outputs]
    for name, content in files.items():
        write_atomically(path.parent / name, content)
    data = {
        "version": VERSION,
        "key": recording.components.key,
        "provenance": asdict(recording.provenance),
        "components": asdict(recording.components),
        "observed": asdict(recording.observed),
        "outputs": outputs,
        "files": {name: _sha256(content) for name, content in files.items()},
    }
    data["sha256"] = _checksum(data)
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    write_atomically(path, text.encode("utf8", "surrogatepass"))


def read(path: Path) -> Recording:
    """記録を読む。

    Raises:
        ValueError: 壊れているとき，または別の版のとき。
    """
    data = json.loads(path.read_bytes().decode("utf8", "surrogatepass"))
    if data["version"] != VERSION:
        raise ValueError(f"別の版（{data['version']}）です")
    if data.pop("sha256") != _checksum(data):
        raise ValueError("中身が SHA-256 と合いません")
    files = {}
    for name, wanted in data["files"].items():
        content = (path.parent / name).read_bytes()
        if _sha256(content) != wanted:
            raise ValueError(f"{name} の中身が SHA-256 と合いません")
        files[name] = content
    return Recording(
        Components(**data["components"]),
        Observed(**data["observed"]),
        Provenance(**data["provenance"]),
        [_join(output, files) for output in data["outputs"]],
    )


def _checksum(data: dict[str, Any]) -> str:
    return _sha256(json.dumps(data, sort_keys=True).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _split(
    output: dict[str, Any], stem: str, files: dict[str, bytes]
) -> dict[str, Any]:
    """出力の画像をファイルに分ける。寸分たがわず戻せないものは分けない。"""
    if "data" not in output:
        return output
    data = dict(output["data"])
    for mime, suffix in _SUFFIXES.items():
        value = data.get(mime)
        content = _bytes(mime, value) if isinstance(value, str) else None
        if content is not None:
            name = f"{stem}-{len(files) + 1}.{suffix}"
            files[name] = content
            data[mime] = {_FILE: name}
    return {**output, "data": data}


def _join(output: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    if "data" not in output:
        return output
    data = {
        mime: _text(mime, files[value[_FILE]])
        if mime in _SUFFIXES and isinstance(value, dict) and _FILE in value
        else value
        for mime, value in output["data"].items()
    }
    return {**output, "data": data}


def _bytes(mime: str, text: str) -> bytes | None:
    """出力の文字列をファイルの中身にする。元に戻らなければ ``None``。"""
    try:
        content = text.encode() if mime == "image/svg+xml" else base64.b64decode(text)
    except (UnicodeError, binascii.Error, ValueError):
        return None
    return content if content and _text(mime, content) == text else None


def _text(mime: str, content: bytes) -> str:
    if mime == "image/svg+xml":
        return content.decode()
    return base64.b64encode(content).decode()
