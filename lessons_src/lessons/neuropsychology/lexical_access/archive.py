"""書庫（zip と tar）を，信用せずに読む。何もファイルには書き出さない。

中身はメモリーの中でだけ開く。名前・種類・数・大きさのどれかがおかしければ，書庫ごと断る。
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Protocol

MOST_BYTES = 200_000_000
"""書庫と，開いた中身の合計の，大きさの上限（バイト）。"""
MOST_ENTRIES = 2000
"""中に入っているものの数の上限。"""
MOST_DIRECTORY = 4_000_000
"""zip の目録の大きさの上限（バイト）。読むだけで止まる目録を避ける。"""
_OPENERS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    OSError,
    ValueError,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
)


class ArchiveError(ValueError):
    """書庫を断った。文は，何が・どこで・どうすればよいかを言う。"""


def contents(path: str | Path) -> dict[str, bytes]:
    """書庫の中のファイルを，名前から中身への辞書にして返す。

    Args:
        path: zip，tar，tar.gz，tar.bz2，tar.xz のどれか。

    Raises:
        ArchiveError: 書庫がないとき，壊れているとき，中身が安全でないとき。
    """
    place = Path(path)
    if not place.is_file():
        raise ArchiveError(
            f"書庫 {place} がありません。名前と置き場所を確かめてください。"
        )
    if place.stat().st_size > MOST_BYTES:
        raise ArchiveError(f"{place}: 書庫が 200 MB を超えます。{_RETRY}")
    found: dict[str, bytes] = {}
    seen: set[str] = set()
    try:
        for number, (name, content) in enumerate(_entries(place), 1):
            if number > MOST_ENTRIES:
                raise ArchiveError(
                    f"{place}: 入っているものが {MOST_ENTRIES} 個を超えます。{_RETRY}"
                )
            key = unicodedata.normalize("NFC", name).casefold().rstrip("/")
            if key in seen:
                raise ArchiveError(
                    f"{place}: 同じ名前が二つあります（{name!r}）。{_RETRY}"
                )
            seen.add(key)
            if content is not None:
                found[name] = content
    except ArchiveError:
        raise
    except _BROKEN as error:
        raise ArchiveError(
            f"{place}: zip か tar として読めません。壊れていない書庫を選び直してください。"
        ) from error
    return found


_RETRY = "配り元から取り直した書庫を使ってください。"


def _entries(place: Path) -> Iterator[tuple[str, bytes | None]]:
    """中に入っているもの。フォルダーの中身は ``None``。"""
    with place.open("rb") as file:
        head = file.read(6)
        file.seek(0)
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            yield from _zip(place, file)
            return
        for magic, opener in _OPENERS:
            if head.startswith(magic):
                with opener(file, "rb") as plain:
                    yield from _tar(place, _Limited(place, plain))
                return
        yield from _tar(place, _Limited(place, file))


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Limited(io.RawIOBase):
    """読んだ合計が上限を超えたら断る。膨らむ書庫を，膨らむ前に止める。"""

    def __init__(self, place: Path, source: _Readable) -> None:
        self._place, self._source, self._left = place, source, MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        got = self._source.read(wanted)
        self._left -= len(got)
        if self._left < 0:
            raise ArchiveError(f"{self._place}: 開くと 200 MB を超えます。{_RETRY}")
        return got


def _tar(place: Path, source: _Limited) -> Iterator[tuple[str, bytes | None]]:
    with tarfile.open(fileobj=source, mode="r|") as archive:
        for member in archive:
            name = _safe(place, member.name)
            if member.isdir():
                yield name, None
                continue
            if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
                raise ArchiveError(
                    f"{place}: ファイルでないもの（リンクや装置）があります（{name!r}）。{_RETRY}"
                )
            if member.size > MOST_BYTES:
                raise ArchiveError(f"{place}: 開くと 200 MB を超えます。{_RETRY}")
            opened = archive.extractfile(member)
            content = opened.read() if opened else b""
            if len(content) != member.size:
                raise EOFError(name)
            yield name, content


def _zip(place: Path, file: IO[bytes]) -> Iterator[tuple[str, bytes | None]]:
    _check_directory(place, file)
    with zipfile.ZipFile(file) as archive:
        left = MOST_BYTES
        for info in archive.infolist():
            name = _safe(place, info.filename)
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise ArchiveError(
                    f"{place}: ファイルでないもの（リンクや装置）があります（{name!r}）。{_RETRY}"
                )
            if info.flag_bits & 1:
                raise ArchiveError(
                    f"{place}: 暗号のかかったファイルがあります（{name!r}）。"
                    "暗号を解いた書庫を使ってください。"
                )
            if info.is_dir():
                yield name, None
                continue
            with archive.open(info) as opened:
                content = opened.read(left + 1)
            left -= len(content)
            if left < 0:
                raise ArchiveError(f"{place}: 開くと 200 MB を超えます。{_RETRY}")
            yield name, content


def _check_directory(place: Path, file: IO[bytes]) -> None:
    """zip の目録が大きすぎないかを，目録を読む前に確かめる。"""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 16:
        raise EOFError("目録がない")
    if struct.unpack_from("<L", tail, at + 12)[0] > MOST_DIRECTORY:
        raise ArchiveError(
            f"{place}: 入っているものが {MOST_ENTRIES} 個を超えます。{_RETRY}"
        )
    file.seek(0)


def _safe(place: Path, name: str) -> str:
    """書庫の外を指す名前を断り，``./`` を除いた名前を返す。"""
    inner = PurePosixPath(name.replace("\\", "/"))
    outside = (
        not name.strip("./\\")
        or inner.is_absolute()
        or ".." in inner.parts
        or bool(PureWindowsPath(name).drive)
        or any(ord(letter) < 32 for letter in name)
    )
    if outside and name not in (".", "./"):
        raise ArchiveError(
            f"{place}: 書庫の外を指す名前があります（{name!r}）。{_RETRY}"
        )
    return str(inner)
