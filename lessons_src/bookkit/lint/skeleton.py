"""章の形の決まり：前書き，題名と箱，見出しの順番。"""

from __future__ import annotations

import difflib
import re

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.lint.finding import Problems, similar
from bookkit.outline import Heading

FORMAT = ("file_format", "mystnb")
"""章の前書きに，いつも書く項目と値。"""
FRONT_KEYS = ("file_format", "execution", "html_meta", "cover", "draft")
"""前書きに書いてよい項目。"""

OPENING = "問い"
CLOSING = ("人間では／モデルでは", "練習", "まとめ", "次に読む", "文献")
LEARN_ITEMS = 3
LATER = "後の章"
"""目次で後にある前提を，読者に断る言葉。"""
END = 10**9
"""どの行より後ろの行。"""


def front_matter(page: Chapter, book: Book) -> Problems:
    """章の最初の設定。"""
    if page.front is None:
        if not page.front_lines:
            yield (
                1,
                "章の設定がありません。--- で挟んだ file_format を，"
                "見本（CONTRIBUTING.md の「章の形」）のとおりに最初に置いてください。",
            )
        return
    key, value = FORMAT
    now = page.front.get(key)
    if now != value:
        said = f"章の設定の {key} が{f'{now!r} です' if now else 'ありません'}。{key}: {value} と書いてください。"
        yield page.front_line_of(key), said
    for key in page.front:
        if key not in FRONT_KEYS:
            yield (
                page.front_line_of(key),
                f"章の設定に，使わない項目 {key!r} があります。消してください。"
                + similar(str(key), FRONT_KEYS),
            )


def draft(page: Chapter, book: Book) -> Problems:
    """下書きの印。"""
    value = (page.front or {}).get("draft", False)
    if not isinstance(value, bool):
        yield (
            page.front_line_of("draft"),
            f"draft が {value!r} です。下書きなら draft: true と書き，公開するなら消してください。",
        )
    elif value and book.toc and page.docname == book.toc[0].docname:
        yield (
            page.front_line_of("draft"),
            "表紙は下書きにできません。draft を消してください。",
        )


def title(page: Chapter, book: Book) -> Problems:
    """題名（h1）は一つ，見出しの段は飛ばさない。"""
    headings = page.outline.headings
    titles = [heading for heading in headings if heading.level == 1]
    if not titles:
        yield 1, "題名がありません。「# 題名」を書いてください。"
    for extra in titles[1:]:
        message = (
            f"題名（#）が二つめです（{extra.text}）。節なら「## 」にしてください。"
        )
        yield extra.line, message
    before = 1
    for heading in headings:
        if heading.level > before + 1:
            wanted = f"{'#' * (before + 1)} {heading.text}"
            said = f"見出しの段が飛んでいます。「{wanted}」にしてください。"
            yield heading.line, said
        before = heading.level


def lesson_box(page: Chapter, book: Book) -> Problems:
    """題名の次の箱。"""
    boxes = page.outline.named("lesson")
    if not boxes:
        said = "章の箱がありません。題名の次に :::{lesson} を置き，学ぶことを 3 つ並べてください。"
        yield next((h.line for h in page.outline.headings if h.level == 1), 1), said
        return
    for extra in boxes[1:]:
        yield extra.line, "章の箱が二つあります。一つにしてください。"
    box = boxes[0]
    if box.line > next((h.line for h in _sections(page)), END):
        yield box.line, "章の箱は，題名のすぐ次に置いてください。"
    items = len(re.findall(r"^[-*] ", box.body, re.MULTILINE))
    if items != LEARN_ITEMS:
        message = (
            f"学ぶことが {items} 個あります。ちょうど {LEARN_ITEMS} 個にしてください。"
        )
        yield box.line, message
    if "requires" in box.options and not box.options["requires"]:
        yield box.line, "前提の章がないときは，:requires: の行を消してください。"
    chapters = [one.name for one in book.documents.values() if one.in_part]
    order = [entry.docname for entry in book.toc]
    order += [name for name in book.documents if name not in order]
    for name in box.options.get("requires", "").split():
        if f"book/{name}" not in book.documents or name == page.name:
            yield (
                box.line,
                f"前提の章 {name!r} がありません。book/ の下の名前"
                f"（例: basics/softmax）を書いてください。{similar(name, chapters)}",
            )
        elif f"book/{name}" in book.drafts and not page.draft:
            yield (
                box.line,
                f"前提の章 {name!r} は下書きです。前提から消すか，その章の draft: true を消してください。",
            )
        elif order.index(f"book/{name}") > order.index(page.docname) and not any(
            LATER in line and name.split("/")[-1] in line
            for line in page.text.split("\n")
        ):
            yield (
                box.line,
                f"前提の章 {name!r} は，目次で後の章です。_toc.yml の順を直すか，"
                f"本文で「{LATER} {{doc}}`…`」と断ってください。",
            )


def sections(page: Chapter, book: Book) -> Problems:
    """節の見出しと順番。"""
    found = _sections(page)
    texts = [heading.text for heading in found]
    if OPENING not in texts:
        line = found[0].line if found else 1
        yield line, f"「## {OPENING}」がありません。最初の節にしてください。"
    elif texts[0] != OPENING:
        line = found[texts.index(OPENING)].line
        yield line, f"「## {OPENING}」を最初の節にしてください。"
    previous: Heading | None = None
    for wanted in CLOSING:
        same = [heading for heading in found if heading.text == wanted]
        if not same:
            yield _missing(wanted, previous, found)
            continue
        if len(same) > 1:
            yield same[1].line, f"「## {wanted}」が二つあります。"
        if previous and same[0].line < previous.line:
            message = f"「## {wanted}」は「## {previous.text}」の後に置いてください。"
            yield same[0].line, message
        previous = same[0]
    start = next((h.line for h in found if h.text == CLOSING[0]), END)
    for heading in found:
        if heading.line > start and heading.text not in CLOSING:
            message = (
                f"節「{heading.text}」は「## {CLOSING[0]}」より前に置いてください。"
            )
            yield heading.line, message


def _sections(page: Chapter) -> list[Heading]:
    return [heading for heading in page.outline.headings if heading.level == 2]


def _missing(
    wanted: str, previous: Heading | None, found: list[Heading]
) -> tuple[int, str]:
    """ない節の指摘。似た見出しがあれば，その行で言う。"""
    free = {h.text: h.line for h in found if h.text not in (OPENING, *CLOSING)}
    for near in difflib.get_close_matches(wanted, free, n=1):
        return free[near], f"見出し「{near}」は「## {wanted}」と書いてください。"
    line = previous.line if previous else max((h.line for h in found), default=1)
    after = f"「## {previous.text}」の後に" if previous else "本文の後に"
    return line, f"「## {wanted}」がありません。{after}書いてください。"


def empty_sections(page: Chapter, book: Book) -> Problems:
    """見出しの下に，何か書いてあるか。"""
    outline = page.outline
    filled = [p.line for p in outline.passages if not p.kind.startswith("h")]
    filled += [d.line for d in outline.directives]
    filled += [cell.fence_line for cell in page.cells]
    filled += [line for _, line in outline.fences]
    after = [*outline.headings[1:], Heading(0, "", END)]
    for heading, following in zip(outline.headings, after, strict=False):
        inside = any(heading.line < line < following.line for line in filled)
        if not inside and following.level <= heading.level:
            said = f"見出し「{heading.text}」の下に何もありません。書くか，見出しを消してください。"
            yield heading.line, said


CHAPTER_RULES = (front_matter, lesson_box, sections, empty_sections)
