"""章を移す・消す：頁，部屋，検査，GPU の記録，目次，リンク，前提，名札を，いっしょに直す。

書き換えはすべて先に決め，困ったことがなければ，まとめて行う。直せない所は，場所を言う。
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from bookkit.arguments import UsageError
from bookkit.book import PART_TITLES, RECORDED, Book
from bookkit.new import add_to_toc, parted
from bookkit.similar import similar

TEXTS = ("*.md", "*.py", "*.toml", "*.yml", "*.txt")
PLACES = ("book", "lessons_src", "tests", ".github")
OWN = ("lessons_src/bookkit/", "tests/bookkit/")
"""章の名前が例として出てくるだけの所。書き換えず，検査だけを知らせる。"""
CONFIG, TOC = "_config.yml", "_toc.yml"
DOCUMENT = re.compile(r"(\{doc\}`(?:[^`<]*<)?)([\w./]+)(>?`)")
REDIRECTS = re.compile(r"^    redirects:[^\n]*\n((?:      \S+: \S+\n)*)", re.MULTILINE)
"""``_config.yml`` の，移した頁の番地の表。"""


def move(root: Path, old: str, new: str, before: str = "") -> list[str]:
    """章を移す。前の番地には，新しい番地への案内を残す。

    Args:
        root: 本のフォルダー。
        old, new: ``attention/cam`` の形の名前。
        before: 目次でこの章の前に置く。省くと，部の中の移しならそのまま，ほかは部の終わり。

    Returns:
        人が確かめる所（``ファイル:行: 文``）。

    Raises:
        UsageError: 名前が使えないとき。
    """
    chapters = _known(root, old)
    parted(new)
    files = _files(root, old, new, chapters)
    if new in chapters or any(path.exists() for path in files.values()):
        raise UsageError(f"{new} はもうあります。別の名前にしてください。")
    if before and before not in chapters:
        raise UsageError(f"章 {before} はありません。{similar(before, chapters)}")
    texts = {path: path.read_text("utf8") for path in _texts(root)}
    changed = {
        path: _rewritten(root, path, text, old, new, chapters)
        for path, text in texts.items()
    }
    changed[root / TOC] = _toc(root, old, new, before)
    changed[root / CONFIG] = _redirected(root, old, new)
    for path, text in changed.items():
        if text != texts.get(path):
            path.write_text(text, "utf8")
    for source, target in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
    return [*_left(root, old, changed), *_to_measure(root, new)]


def remove(root: Path, old: str) -> list[str]:
    """章を消す：頁，部屋，検査，記録，目次の行と，ほかの章の前提から。

    Returns:
        消したものの名前。まだ指している所は，``check`` が言う。

    Raises:
        UsageError: その章がないとき。
    """
    found = list(_files(root, old, old, _known(root, old)))
    for path in _texts(root):
        text = path.read_text("utf8")
        kept = re.sub(rf"^(:requires:.*?) ?\b{old}(?![\w-])", r"\1", text, flags=re.M)
        if path.suffix == ".md" and kept != text:
            path.write_text(re.sub(r"^:requires:\s*\n", "", kept, flags=re.M), "utf8")
    toc = root / TOC
    lines = toc.read_text("utf8").splitlines(keepends=True)
    mark = re.compile(rf"book/{old}(\.md)?\s*$")
    toc.write_text("".join(line for line in lines if not mark.search(line)), "utf8")
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return [path.relative_to(root).as_posix() for path in found]


def _known(root: Path, name: str) -> list[str]:
    """本の章の名前。"""
    pages = Book(root).documents.values()
    chapters = [page.name for page in pages if page.in_part]
    if name not in chapters:
        raise UsageError(f"章 {name} はありません。{similar(name, chapters)}")
    return chapters


def _files(root: Path, old: str, new: str, chapters: list[str]) -> dict[Path, Path]:
    """章のファイルとフォルダー（頁，部屋，記録，検査）と，``new`` での場所。"""
    (part, _, base), (to, _, name) = old.partition("/"), new.partition("/")
    room = root / "lessons_src" / "lessons"
    found = {
        root / "book" / f"{old}.md": root / "book" / f"{new}.md",
        room / old: room / new,
        root / "book" / RECORDED / old: root / "book" / RECORDED / new,
    }
    same = [one.partition("/")[2] for one in chapters if one.startswith(f"{part}/")]
    longer = tuple(f"test_{one}" for one in same if one.startswith(f"{base}_"))
    tests = root / "tests" / "lessons"
    for path in sorted((tests / part).glob(f"test_{base}*.py")):
        mine = re.fullmatch(rf"test_{base}((?:_\w+)?)", path.stem)
        if mine and not path.stem.startswith(longer or "\0"):
            found[path] = tests / to / f"test_{name}{mine[1]}.py"
    return {path: target for path, target in found.items() if path.exists()}


def _texts(root: Path) -> list[Path]:
    """書き換えを調べるファイル。"""
    found = [
        path
        for place in PLACES
        for pattern in TEXTS
        for path in (root / place).rglob(pattern)
        if "__pycache__" not in path.parts
    ]
    return sorted([*found, *root.glob("*.md"), *root.glob("Makefile")])


def _rewritten(
    root: Path, path: Path, text: str, old: str, new: str, chapters: list[str]
) -> str:
    """ファイル一つの中の，章の名前を直す。"""
    (part, _, base), (to, _, name) = old.partition("/"), new.partition("/")
    where = path.relative_to(root).as_posix()
    if where.startswith(OWN):
        return text
    text = re.sub(rf"(?<![\w-]){old}(?![\w-])", new, text)
    text = re.sub(rf"(?<=lessons\.){part}\.{base}(?!\w)", f"{to}.{name}", text)
    if where.startswith("book/") and path.suffix == ".md":
        mine = where == f"book/{old}.md"
        here = to if mine else path.parent.name
        text = _documents(text, here, old, new, part if mine else "")
        text = _labels(text, base, name, chapters)
    inside = (f"book/{old}.md", f"lessons_src/lessons/{old}/", "tests/lessons/")
    if base != name and where.startswith(inside):
        text = re.sub(rf"(?<=[\"'`]){base}/(?=\w)", f"{name}/", text)
    return text


def _documents(text: str, here: str, old: str, new: str, moved_from: str) -> str:
    """``{doc}`` の行き先を，頁のある部 ``here`` から見た，いちばん短い書き方にする。"""

    def shortest(match: re.Match[str]) -> str:
        target = match[2]
        if "/" not in target:
            target = f"{moved_from or here}/{target}"
        elif target.startswith("../"):
            target = target[3:]
        target = new if target == old else target
        part, slash, name = target.partition("/")
        if not slash or part not in PART_TITLES:
            return match[0]
        return match[1] + (name if part == here else f"../{target}") + match[3]

    return DOCUMENT.sub(shortest, text) if here in PART_TITLES else text


def _labels(text: str, base: str, name: str, chapters: list[str]) -> str:
    """``fig-章-…`` の形の名札。名前が長いほかの章の名札は，そのまま。"""
    slug, to = base.replace("_", "-"), name.replace("_", "-")
    others = [one.partition("/")[2].replace("_", "-") for one in chapters]
    rest = [
        re.escape(one[len(slug) + 1 :]) for one in others if one.startswith(f"{slug}-")
    ]
    shut = f"(?!(?:{'|'.join(rest)})-)" if rest else ""
    return re.sub(rf"(?<![\w-])(exercise|fig|eq|tab)-{slug}-{shut}", rf"\1-{to}-", text)


def _toc(root: Path, old: str, new: str, before: str) -> str:
    lines = (root / TOC).read_text("utf8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith(f" book/{old}"))
    entry = lines[at].replace(f"book/{old}", f"book/{new}")
    if not before and old.partition("/")[0] == new.partition("/")[0]:
        lines[at] = entry
        return "\n".join(lines) + "\n"
    del lines[at]
    if before:
        at = next(i for i, line in enumerate(lines) if line.endswith(f" book/{before}"))
        lines.insert(at, entry)
    else:
        lines = add_to_toc(lines, *new.split("/"))
    return "\n".join(lines) + "\n"


def _redirected(root: Path, old: str, new: str) -> str:
    """前の番地の表に加える。表の中の前の番地も直す。もとに戻すときは，加えずに消す。"""
    text = (root / CONFIG).read_text("utf8")
    found = REDIRECTS.search(text)
    if not found:
        raise UsageError(
            f"{CONFIG}: sphinx: config: の下に redirects: {{}} の行が要ります。"
        )
    here, there = f"/book/{old}.html", f"/book/{new}.html"
    table = dict(line.strip().split(": ") for line in found[1].splitlines())
    back = table.pop(f"book/{new}", "") == here
    table = {key: there if value == here else value for key, value in table.items()}
    if not back:
        table[f"book/{old}"] = there
    rows = "".join(f"      {key}: {value}\n" for key, value in sorted(table.items()))
    head = "    redirects:\n" if rows else "    redirects: {}\n"
    return text[: found.start()] + head + rows + text[found.end() :]


def _left(root: Path, old: str, changed: dict[Path, str]) -> Iterator[str]:
    """自分では直さず，人が確かめる所：もとの名前だけが書いてある行。"""
    base = old.partition("/")[2]
    name = re.compile(
        rf"[\"'`]{base}[\"'`]|(?<![\w-]){old}(?![\w-])"
        rf"|^\s*from lessons\.\w+ import .*\b{base}\b"
    )
    for path, text in sorted(changed.items()):
        if path.is_relative_to(root / OWN[0]):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if name.search(line):
                where = path.relative_to(root).as_posix()
                yield f"{where}:{number}: {base} の名前があります。この章のことなら直してください。"


def _to_measure(root: Path, new: str) -> Iterator[str]:
    """足あとが変わるので，測り直す効果。"""
    found = sorted((root / "lessons_src" / "lessons" / new).glob("protocols/*.toml"))
    for path in found:
        where = path.relative_to(root).as_posix()
        yield f"{where}:1: 記録を測り直してください（python -m bookkit effects {path.stem}）。"
