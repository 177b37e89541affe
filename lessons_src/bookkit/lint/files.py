"""ファイルそのものの決まり：文字コード，改行，見えない文字，合流の跡。``mend`` が機械的に直す。"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from bookkit.finding import CAUSE, PLAIN, STOP, Finding

FOLDERS = ("book", "lessons_src", "tests", ".github", ".binder", ".ci")
SKIPPED = re.compile(r"__pycache__|node_modules|_build|.+\.egg-info")
"""作られるもののフォルダー（``pip install -e`` も，``lessons_src`` に一つ作る）。"""
WRITTEN = frozenset([".md", ".bib", ".yml", ".toml", ".txt", ".py"])
"""人が書くファイル。改行や終わりの形も調べる。"""
TEXT = WRITTEN | {".json", ".csv", ".js", ".css", ".html", ".svg", ".jinja", ".xml"}
CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)|^={7}$", re.MULTILINE)
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u200b\u2028\u2029\ufeff]")
"""頁に見えず，行の数え方や検索を狂わせる文字。"""
FENCE = re.compile(r"^([ >]*)([:：]{3,}|[`｀]{3,})([ 　]*)([{｛][^}｝\n]*[}｝])?", re.M)
WIDE_MARKS = str.maketrans("：｀｛｝　", ":`{} ")
JAPANESE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff01-\uff60]")
FIX = "（python -m bookkit check --fix で直ります）"


def paths(root: Path) -> Iterator[Path]:
    """本のファイル。仮想環境や作られたものは除く。"""
    yield from (path for path in sorted(root.iterdir()) if not path.is_dir())
    for name in FOLDERS:
        for folder, inner, files in os.walk(root / name):
            inner[:] = [one for one in inner if not SKIPPED.fullmatch(one)]
            yield from (Path(folder, file) for file in sorted(files))


def check(root: Path, places: Iterable[Path]) -> Iterator[Finding]:
    """ファイル ``places`` を調べる。"""
    for path in places:
        for line, message, rank in faults(path):
            name = path.relative_to(root).as_posix()
            yield Finding(name, line, message, rank=rank)


def faults(path: Path) -> Iterator[tuple[int, str, int]]:
    """ファイル一つの ``(行, 文, 順)``。"""
    if path.is_symlink() and not path.exists():
        yield 1, "リンクの先のファイルがありません。置き直すか，消してください。", CAUSE
        return
    if not unicodedata.is_normalized("NFC", path.name):
        said = "ファイルの名前の濁点が分かれています。名前を付け直してください。"
        yield 1, said, CAUSE
    if path.suffix not in TEXT:
        return
    try:
        raw = path.read_bytes()
    except OSError as error:
        yield 1, f"開けません（{error.strerror}）。読めるようにしてください。", CAUSE
        return
    try:
        text = raw.decode("utf8")
    except UnicodeDecodeError as error:
        yield raw.count(b"\n", 0, error.start) + 1, _unreadable(raw), STOP
        return
    if path.suffix in WRITTEN and "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        said = "文章ではないデータが混ざっています。文章のファイルに戻してください。"
        yield line, said, STOP
        return
    if conflict := CONFLICT.search(text):
        said = "git の合流の跡（<<<<<<<，=======，>>>>>>>）が残っています。残す方を選び，印の行を消してください。"
        yield text.count("\n", 0, conflict.start()) + 1, said, STOP
    if path.suffix in WRITTEN:
        yield from _untidy(path, text)


def _untidy(path: Path, text: str) -> Iterator[tuple[int, str, int]]:
    """機械的に直せるもの。"""
    if text.startswith("\ufeff"):
        yield 1, f"見えない印（BOM）で始まっています。消してください{FIX}。", CAUSE
        text = text[1:]
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        yield line, f"改行が CRLF です。LF にしてください{FIX}。", PLAIN
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text and not text.endswith("\n"):
        said = f"終わりに改行がありません。加えてください{FIX}。"
        yield text.count("\n") + 1, said, PLAIN
    wide = path.suffix == ".md" and any(
        _narrow(one) != one[0] for one in FENCE.finditer(text)
    )
    if not (wide or INVISIBLE.search(text)) and unicodedata.is_normalized("NFC", text):
        return
    for number, row in enumerate(text.split("\n"), start=1):
        if not unicodedata.is_normalized("NFC", row):
            said = f"濁点などが文字から分かれています（NFD）。つないでください{FIX}。"
            yield number, said, PLAIN
        if found := INVISIBLE.search(row):
            code = f"U+{ord(found[0]):04X}"
            said = f"見えない文字（{code}）があります。消してください{FIX}。"
            yield number, said, CAUSE
        if (
            path.suffix == ".md"
            and (found := FENCE.match(row))
            and _narrow(found) != found[0]
        ):
            said = f"囲みの印が全角です。{_narrow(found).strip()} と半角で書いてください{FIX}。"
            yield number, said, CAUSE


def _narrow(fence: re.Match[str]) -> str:
    return fence[0].translate(WIDE_MARKS)


def _unreadable(raw: bytes) -> str:
    encoding = guess(raw)
    if encoding:
        return f"文字コードが {encoding} です。UTF-8 で保存し直してください{FIX}。"
    if b"\0" in raw or raw[:2] == b"PK":
        return "文章ではないデータです。文章のファイルに置き替えてください。"
    return "文字コードが UTF-8 ではありません。エディターで UTF-8 を選んで保存し直してください。"


def guess(raw: bytes) -> str | None:
    """日本語の文章として読める，ただ一つの文字コード。一つに決まらなければ ``None``。"""
    found: list[str] = []
    wide_codes = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in raw and not wide_codes:
        return None
    for name in ("utf-16",) if wide_codes else ("cp932", "euc_jp"):
        try:
            wide = [letter for letter in raw.decode(name) if not letter.isascii()]
        except UnicodeError:
            continue
        if wide and sum(map(bool, map(JAPANESE.match, wide))) > 0.95 * len(wide):
            found.append(name)
    names = {"cp932": "Shift_JIS", "euc_jp": "EUC-JP", "utf-16": "UTF-16"}
    return names[found[0]] if len(found) == 1 else None


def mend(root: Path) -> list[Path]:
    """直し方の決まったものを直し，書き換えたファイルを返す。"""
    changed = []
    for path in paths(root):
        if path.suffix in WRITTEN and path.is_file() and not path.is_symlink():
            raw = path.read_bytes()
            text = mended(path, raw)
            if text is not None and text.encode("utf8") != raw:
                path.write_bytes(text.encode("utf8"))
                changed.append(path)
    return changed


def mended(path: Path, raw: bytes) -> str | None:
    """直した全文。読めないものは ``None``。"""
    try:
        text = raw.decode("utf8")
    except UnicodeDecodeError:
        encoding = guess(raw)
        if encoding is None:
            return None
        text = raw.decode("cp932" if encoding == "Shift_JIS" else encoding)
    if "\0" in text or CONFLICT.search(text):
        return None
    text = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = unicodedata.normalize("NFC", text)
    if path.suffix == ".md":
        text = FENCE.sub(_narrow, text)
    return text if text.endswith("\n") or not text else f"{text}\n"
