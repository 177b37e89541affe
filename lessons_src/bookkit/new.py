"""新しい章の形を作る：章，その部屋（部品と練習），検査の雛形と，目次の一行。"""

from __future__ import annotations

import re
from itertools import pairwise
from keyword import iskeyword
from pathlib import Path

from bookkit.arguments import UsageError
from bookkit.book import PART_TITLES

TEMPLATES = Path(__file__).parent / "templates"
NAME = re.compile(r"[a-z][a-z0-9_]*")
LAST_PART = "巻末"


def create(root: Path, chapter: str, title: str) -> list[str]:
    """章の雛形を作り，作ったファイルと書き換えたファイルの名前を返す。

    Args:
        root: 本のフォルダー。
        chapter: ``attention/example`` の形の名前。
        title: 題名。

    Raises:
        UsageError: 名前が使えない，またはもうファイルがあるとき。何も作らない。
    """
    part, name = parted(chapter)
    title = title.strip()
    if not title or "\n" in title:
        raise UsageError("題名を一行で書いてください。")
    floor = root / "lessons_src" / "lessons" / part
    files = {
        root / "book" / part / f"{name}.md": "chapter.md",
        floor / name / "__init__.py": "room.txt",
        floor / name / "model.py": "model.txt",
        floor / name / "exercises.py": "exercises.txt",
        root / "tests" / "lessons" / part / f"test_{name}.py": "test.txt",
    }
    toc = root / "_toc.yml"
    lines = toc.read_text("utf8").splitlines()
    taken = [path.relative_to(root).as_posix() for path in files if path.exists()]
    taken += ["_toc.yml" for line in lines if line.endswith(f"book/{chapter}")]
    if taken:
        raise UsageError(
            f"もうあるので，作りませんでした: {', '.join(taken)}。"
            "別の名前にするか，先に消してください。"
        )
    words = {
        "@PART@": part,
        "@NAME@": name,
        "@TITLE@": title,
        "@SLUG@": name.replace("_", "-"),
    }
    if not (floor / "__init__.py").exists():
        _write(floor / "__init__.py", f'"""「{PART_TITLES[part]}」の章の部屋。"""\n')
    for path, template in files.items():
        text = (TEMPLATES / template).read_text("utf8")
        for word, value in words.items():
            text = text.replace(word, value)
        _write(path, text)
    _write(toc, "\n".join(add_to_toc(lines, part, name)) + "\n")
    return [path.relative_to(root).as_posix() for path in (*files, toc)]


def parted(chapter: str) -> tuple[str, str]:
    """新しい章の名前の，部と名前。

    Raises:
        UsageError: 使えない名前のとき。
    """
    part, _, name = chapter.partition("/")
    if part in PART_TITLES and NAME.fullmatch(name) and not iskeyword(name):
        return part, name
    raise UsageError(
        f"章の名前 {chapter!r} は使えません。「部/名前」の形にしてください。"
        f"部: {', '.join(PART_TITLES)}。名前: 英小文字・数字・_（例: attention/example。Python の予約語は除く）。"
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf8")


def add_to_toc(lines: list[str], part: str, name: str) -> list[str]:
    """目次の行に章を加える。部がまだなければ，並ぶ順の所に作る。注釈はそのまま残す。"""
    entry = f"      - file: book/{part}/{name}"
    same = [i for i, line in enumerate(lines) if f" book/{part}/" in line]
    if same:
        at = same[-1] + 1
        return [*lines[:at], entry, *lines[at:]]
    order = list(PART_TITLES)
    later = [f" book/{name}/" for name in order[order.index(part) + 1 :]]
    starts = [n for n, line in enumerate(lines) if line.startswith("  - ")]
    at = len(lines)
    for start, end in pairwise([*starts, len(lines)]):
        text = "\n".join(lines[start:end])
        if any(mark in text for mark in (*later, f"caption: {LAST_PART}")):
            at = start
            break
    block = [
        f"  - caption: {PART_TITLES[part]}",
        "    numbered: true",
        "    chapters:",
        entry,
    ]
    return [*lines[:at], *block, *lines[at:]]
