"""章の形の決まり：設定，題名と箱，見出しの順番。"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from bookkit.lint.book import Book
from bookkit.lint.document import Document, Heading
from bookkit.lint.finding import Finding, similar

FRONT: dict[str, object] = {
    "file_format": "mystnb",
    "kernelspec": {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    },
}
EXTRA_FRONT = ("execution", "html_meta")
"""章の設定に足してよい項目。"""

OPENING = "問い"
CLOSING = ("人間では／モデルでは", "練習", "まとめ", "次に読む", "文献")
LEARN_ITEMS = 3


def front_matter(document: Document, book: Book) -> Iterator[Finding]:
    """章の最初の設定。"""
    if document.front_error:
        error = document.front_error
        yield Finding(
            document.path,
            error.line,
            f"章の設定（---）が YAML として読めません（{error}）。"
            "字下げと「:」の後の空白を直してください。",
        )
        return
    if document.front is None:
        yield Finding(
            document.path,
            1,
            "章の設定がありません。--- で挟んだ file_format と kernelspec を，"
            "見本（CONTRIBUTING.md の「章の形」）のとおりに最初に置いてください。",
        )
        return
    lines = document.text.split("\n")

    def line_of(key: str) -> int:
        for number, line in enumerate(lines[1:], start=2):
            if line == "---":
                break
            if line.strip().startswith(f"{key}:"):
                return number
        return 1

    flat = {"file_format": document.front.get("file_format")}
    kernel = document.front.get("kernelspec")
    kernel = kernel if isinstance(kernel, dict) else {}
    wanted = {"file_format": FRONT["file_format"]}
    for key, value in dict(FRONT["kernelspec"]).items():  # type: ignore[call-overload]
        flat[key], wanted[key] = kernel.get(key), value
    for key, value in wanted.items():
        if flat[key] != value:
            now = "ありません" if flat[key] is None else f"{flat[key]!r} です"
            yield Finding(
                document.path,
                line_of(key),
                f"章の設定の {key} が{now}。{key}: {value} と書いてください。",
            )
    for key in document.front:
        if key not in FRONT and key not in EXTRA_FRONT:
            yield Finding(
                document.path,
                line_of(key),
                f"章の設定に，使わない項目 {key!r} があります。消してください。"
                + similar(str(key), (*FRONT, *EXTRA_FRONT)),
            )


def title(document: Document, book: Book) -> Iterator[Finding]:
    """題名（h1）は一つ，見出しの段は飛ばさない。"""
    titles = [heading for heading in document.headings if heading.level == 1]
    if not titles:
        yield Finding(
            document.path, 1, "題名がありません。「# 題名」を書いてください。"
        )
    for extra in titles[1:]:
        yield Finding(
            document.path,
            extra.line,
            f"題名（#）が二つめです（{extra.text}）。節なら「## 」にしてください。",
        )
    before = 1
    for heading in document.headings:
        if heading.level > before + 1:
            yield Finding(
                document.path,
                heading.line,
                f"見出しの段が飛んでいます。「{'#' * (before + 1)} {heading.text}」"
                "にしてください。",
            )
        before = heading.level


def lesson_box(document: Document, book: Book) -> Iterator[Finding]:
    """題名の次の箱。"""
    boxes = [d for d in document.directives if d.name == "lesson"]
    start = next((h.line for h in document.headings if h.level == 1), 1)
    second = next((h.line for h in document.headings if h.level == 2), 10**9)
    if not boxes:
        yield Finding(
            document.path,
            start,
            "章の箱がありません。題名の次に :::{lesson} を置き，学ぶことを 3 つ並べてください。",
        )
    for extra in boxes[1:]:
        yield Finding(
            document.path, extra.line, "章の箱が二つあります。一つにしてください。"
        )
    for box in boxes[:1]:
        if box.line > second:
            yield Finding(
                document.path, box.line, "章の箱は，題名のすぐ次に置いてください。"
            )
        items = len(re.findall(r"^[-*] ", box.body, re.MULTILINE))
        if items != LEARN_ITEMS:
            yield Finding(
                document.path,
                box.line,
                f"学ぶことが {items} 個あります。ちょうど {LEARN_ITEMS} 個にしてください。",
            )
        if "requires" in box.options and not box.options["requires"]:
            yield Finding(
                document.path,
                box.line,
                "前提の章がないときは，:requires: の行を消してください。",
            )
        for name in box.options.get("requires", "").split():
            if f"book/{name}" not in book.documents or name == document.chapter:
                yield Finding(
                    document.path,
                    box.line,
                    f"前提の章 {name!r} がありません。book/ の下の名前"
                    "（例: basics/softmax）を書いてください。"
                    + similar(name, _chapters(book)),
                )


def _chapters(book: Book) -> list[str]:
    return [d.chapter for d in book.documents.values() if d.is_chapter]


def headings(document: Document, book: Book) -> Iterator[Finding]:
    """節の見出しと順番。"""
    sections = [h for h in document.headings if h.level == 2]
    names = [h.text for h in sections]
    if OPENING not in names:
        first = sections[0].line if sections else 1
        yield Finding(
            document.path,
            first,
            f"「## {OPENING}」がありません。最初の節にしてください。",
        )
    elif names[0] != OPENING:
        line = sections[names.index(OPENING)].line
        yield Finding(
            document.path, line, f"「## {OPENING}」を最初の節にしてください。"
        )
    previous: Heading | None = None
    for wanted in CLOSING:
        found = [h for h in sections if h.text == wanted]
        if not found:
            yield _missing(document, wanted, previous, sections)
            continue
        if len(found) > 1:
            yield Finding(
                document.path, found[1].line, f"「## {wanted}」が二つあります。"
            )
        if previous and found[0].line < previous.line:
            yield Finding(
                document.path,
                found[0].line,
                f"「## {wanted}」は「## {previous.text}」の後に置いてください。",
            )
        previous = found[0]
    yield from _order_at_the_end(document, sections)
    yield from _empty_sections(document)


def _missing(
    document: Document, wanted: str, previous: Heading | None, sections: list[Heading]
) -> Finding:
    """ない節の指摘。似た見出しがあれば，その行で言う。"""
    free = {h.text: h.line for h in sections if h.text not in (OPENING, *CLOSING)}
    for near in difflib.get_close_matches(wanted, free, n=1):
        return Finding(
            document.path,
            free[near],
            f"見出し「{near}」は「## {wanted}」と書いてください。",
        )
    line = previous.line if previous else max((h.line for h in sections), default=1)
    after = f"「## {previous.text}」の後に" if previous else "本文の後に"
    return Finding(
        document.path, line, f"「## {wanted}」がありません。{after}書いてください。"
    )


def _order_at_the_end(document: Document, sections: list[Heading]) -> Iterator[Finding]:
    """決まった節の間に，自由な節が入っていないか。"""
    start = next((h.line for h in sections if h.text == CLOSING[0]), None)
    for heading in sections:
        if start and heading.line > start and heading.text not in CLOSING:
            yield Finding(
                document.path,
                heading.line,
                f"節「{heading.text}」は「## {CLOSING[0]}」より前に置いてください。",
            )


def _empty_sections(document: Document) -> Iterator[Finding]:
    filled = sorted(
        [p.line for p in document.passages if not p.kind.startswith("h")]
        + [d.line for d in document.directives]
        + [c.line for c in document.cells]
    )
    ends = [h.line for h in document.headings[1:]] + [10**9]
    for heading, end in zip(document.headings, ends, strict=False):
        deeper = any(
            h.line == end and h.level > heading.level for h in document.headings
        )
        if not deeper and not any(heading.line < line < end for line in filled):
            yield Finding(
                document.path,
                heading.line,
                f"見出し「{heading.text}」の下に何もありません。書くか，見出しを消してください。",
            )


RULES = (front_matter, lesson_box, headings)
