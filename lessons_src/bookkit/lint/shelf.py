"""巻末の決まり：文献の一覧（BibTeX）と用語集。"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator

from bookkit.book import Book
from bookkit.english import japanese
from bookkit.finding import STOP, Finding
from bookkit.reading import read_text

BIB = "book/references.bib"
ENTRY = re.compile(r"^\s*@(\w+)\s*\{\s*([^,\s}]+)", re.MULTILINE)
READING = re.compile(r"\s*（よみ：([^，）]+)")
VOWELS = {
    "あかさたなはまやらわ": "あ",
    "いきしちにひみり": "い",
    "うくすつぬふむゆる": "う",
    "えけせてねへめれ": "え",
    "おこそとのほもよろを": "お",
}
SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")


def works(book: Book) -> list[Finding]:
    """文献：読める BibTeX で，鍵は一つずつ，題・年・著者がある。"""
    path = book.root / BIB
    text = read_text(path) if path.is_file() else ""
    return book.kept.once(("works", text), lambda: [*_works(text)])


def _works(text: str) -> Iterator[Finding]:
    from pybtex.database import InvalidNameString, parse_string
    from pybtex.exceptions import PybtexError

    lines: dict[str, int] = {}
    for found in ENTRY.finditer(text):
        key, line = found[2], text.count("\n", 0, found.start(1)) + 1
        if key.lower() in lines:
            said = f"文献の鍵 {key!r} は {lines[key.lower()]} 行にもあります。一つにしてください。"
            yield Finding(BIB, line, said, rank=STOP)
            return
        lines[key.lower()] = line
    try:
        entries = parse_string(text, "bibtex").entries
    except (PybtexError, InvalidNameString) as error:
        yield _broken(text, error)
        return
    for key, entry in entries.items():
        lost = [word for word, there in {
            "title": entry.fields.get("title"),
            "year（数字）": entry.fields.get("year", "").isdigit(),
            "author": entry.persons.get("author") or entry.persons.get("editor"),
        }.items() if not there]  # fmt: skip
        if lost:
            said = f"文献 {key!r} に {'，'.join(lost)} がありません。加えてください。"
            yield Finding(BIB, lines.get(key.lower(), 1), said)
    known = {one.lower() for one in entries}
    for key in [name for name in lines if name not in known][:1]:
        said = f"文献 {key!r} が，前の項目の中に入っています。前の項目を }} で閉じてください。"
        yield Finding(BIB, lines[key], said, rank=STOP)


def _broken(text: str, error: Exception) -> Finding:
    """読めない所。閉じ忘れなら，その項目の始まりを言う。"""
    line = int(getattr(error, "lineno", 0) or 1)
    before = "\n".join(text.split("\n")[: line - 1])
    keys = [f"項目 {found[2]!r} の " for found in ENTRY.finditer(before)]
    said = japanese(str(error).partition(": ")[2] or str(error))
    where = f"{''.join(keys[-1:])}, と {{ }} を確かめてください。"
    return Finding(BIB, line, f"BibTeX として読めません（{said}）。{where}", rank=STOP)


def terms(book: Book) -> Iterator[Finding]:
    """用語：よみがあり，五十音の順に，一度ずつ並ぶ。"""
    for page in book.documents.values():
        seen: dict[str, int] = {}
        listed: list[tuple[str, str, int]] = []
        for directive in page.outline.named("glossary"):
            lines = directive.body.split("\n")
            for number, text in enumerate(lines):
                if not text or text[0].isspace():
                    continue
                line, name = directive.body_line + number, text.strip()
                if name.lower() in seen:
                    message = f"用語 {name!r} は {seen[name.lower()]} 行にもあります。一つにまとめてください。"
                    yield Finding(page.file, line, message)
                seen.setdefault(name.lower(), line)
                following = "".join(lines[number + 1 : number + 2])
                if reading := READING.match(following):
                    listed.append((_order(reading[1]), name, line))
                elif not following[:1].strip():  # 見出しが続くのでなければ
                    message = f"用語 {name!r} によみがありません。次の行を「  （よみ：…，英：…）」で始めてください。"
                    yield Finding(page.file, line, message)
        for order, name, line in _out_of_order(listed):
            after = [other for key, other, _ in sorted(listed) if key < order]
            place = f"「{after[-1]}」の次" if after else "いちばん前"
            message = (
                f"用語 {name!r} が五十音の順にありません。{place}に移してください。"
            )
            yield Finding(page.file, line, message)


def _out_of_order(listed: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """動かせば順になる，いちばん少ない項目（最も長い昇順の列の外）。"""
    ends: list[str] = []
    chains: list[list[tuple[str, str, int]]] = []
    for item in listed:
        at = bisect.bisect_right(ends, item[0])
        chains[at : at + 1] = [[*(chains[at - 1] if at else []), item]]
        ends[at : at + 1] = [item[0]]
    kept = set(chains[-1]) if chains else set()
    return [item for item in listed if item not in kept]


def _order(reading: str) -> str:
    """並べる順。濁点と小さなかなを区別せず，「ー」は前の字の母音に読む。"""
    plain = unicodedata.normalize("NFD", reading)
    plain = re.sub("[\u3099\u309a・ 　=＝-]", "", plain).translate(SMALL)
    found = ""
    for letter in plain:
        if letter == "ー" and found:
            letter = next(
                (vowel for row, vowel in VOWELS.items() if found[-1] in row), ""
            )
        found += letter
    return found


RULES = (works, terms)
