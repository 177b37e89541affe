"""GPU 用のセルの記録のファイル：画像を分けて書き，すべてを確かめて読む。"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bookkit.execution.cache import write_atomically
from bookkit.execution.keys import Components
from bookkit.execution.trace import DIGESTS, Trace

VERSION = 2
_SUFFIXES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_FILE = "bookkit:file"
"""出力の中で，画像のファイルを指す鍵。"""


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
    trace: Trace
    provenance: Provenance
    outputs: list[dict[str, Any]]


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
        "trace": recording.trace.seen,
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
    if data["trace"].keys() != DIGESTS.keys():
        raise ValueError("足あとが足りません")
    return Recording(
        Components(**data["components"]),
        Trace(data["trace"]),
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
