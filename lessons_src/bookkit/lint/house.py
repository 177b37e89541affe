"""本の全体の決まり：目次・原稿・部屋・検査・記録・色・授業の設定が，互いに相手を持つか。

章を一つ消したとき，まだそれを指しているものを言うのも，ここの役目です
（ほかの頁からのリンクや前提は ``references`` と ``skeleton`` が言います）。
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from pathlib import Path

from bookkit import classes
from bookkit.book import PART_TITLES, RECORDED, Book, BookError
from bookkit.finding import Finding, unwritten
from bookkit.lint.imports import missing_modules
from bookkit.lint.shelf import RULES as SHELF
from bookkit.palette import problems
from bookkit.reading import read_text
from bookkit.similar import similar

TESTS = ("tests/lessons", "tests/effects")
"""部屋を読み込む検査のフォルダー。"""


def toc(book: Book) -> Iterator[Finding]:
    """目次にある原稿と，ある原稿が目次にあるか。"""
    listed = {entry.docname for entry in book.toc}
    for entry in book.toc:
        if entry.docname not in book.documents:
            near = similar(entry.docname, book.documents)
            said = f"{entry.docname}.md がありません。{near}原稿を書くか，この行を消してください。"
            yield Finding("_toc.yml", entry.line, said)
    for name, page in book.documents.items():
        for word in name.split("/")[1:]:
            if keyword.iskeyword(word):
                said = f"{word} は Python の予約語なので，部品の名前になりません。別の名前にしてください。"
                yield Finding(page.file, 1, said)
        if name not in listed:
            said = f"_toc.yml に載っていないので，頁になりません。「- file: {name}」を加えてください。"
            yield Finding(page.file, 1, said)


def rooms(book: Book) -> Iterator[Finding]:
    """部屋（``lessons/<部>/<章>/``）と GPU 用のセルの記録には，その章の頁があるか。"""
    pages = [page.name for page in book.documents.values() if page.in_part]
    places = {"部屋": book.lessons, "記録": book.root / "book" / RECORDED}
    for kind, folder in places.items():
        for part in PART_TITLES:
            for inner in sorted((folder / part).glob("*/")):
                name = f"{part}/{inner.name}"
                files = () if name in pages else inner.rglob("*")
                made = "__pycache__"
                lost = sorted(p for p in files if p.is_file() and made not in p.parts)
                for file in lost[:1]:  # 空のフォルダーは数えない
                    said = f"{kind}の章 book/{name}.md がありません。{similar(name, pages)}"
                    said += f"頁を書くか，{kind}を消してください。"
                    yield Finding(_name(book, file), 1, said)


def python_files(book: Book, places: Iterable[Path]) -> Iterator[Finding]:
    """部屋と検査の読み込む部品があるか。まだ書いていない所はどこか。"""
    folders = (book.lessons, *(book.root / name for name in TESTS))
    for path in places:
        inside = any(path.is_relative_to(folder) for folder in folders)
        if inside and path.suffix == ".py" and path.is_file():
            text, name = read_text(path), _name(book, path)
            for line, message in missing_modules(text, book.lessons):
                yield Finding(name, line, message)
            yield from unwritten(name, text.splitlines())


def palette(book: Book) -> Iterator[Finding]:
    """どの色も，明るい頁と暗い頁の値を持つか。"""
    path = book.lessons / "palette.json"
    for line, message in problems(path) if path.is_file() else ():
        yield Finding(_name(book, path), line, message)


def class_years(book: Book) -> Iterator[Finding]:
    """年度ごとの授業の設定が読めるか。"""
    try:
        known = classes.years(book.root)
    except BookError as error:
        yield Finding(error.file, error.line, error.message)
        return
    for one in known:
        text = read_text(book.root / one.file).split("\n")
        for name in (practical["chapter"] for practical in one.practicals):
            if f"book/{name}" in book.drafts:
                line = next(n for n, words in enumerate(text, 1) if name in words)
                message = f"実習の章 {name} は下書きです。この行を消すか，その章の draft: true を消してください。"
                yield Finding(one.file, line, message)


def _name(book: Book, path: Path) -> str:
    return path.relative_to(book.root).as_posix()


RULES = (toc, rooms, palette, class_years, *SHELF)
