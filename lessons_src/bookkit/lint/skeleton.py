"""章の形の決まり：前書き，題名と箱，見出しの順番。"""

from __future__ import annotations

import difflib
import re

from bookkit.book import Book
from bookkit.chapter import Chapter
from bookkit.finding import Problems
from bookkit.outline import Heading
from bookkit.similar import similar

FRONT_KEYS = ("file_format", "execution", "html_meta", "cover", "draft")
"""前書きに書いてよい項目。"""

OPENING = "問い"
CLOSING = ("人間では／モデルでは", "練習", "まとめ", "次に読む", "文献")
LEARN_ITEMS = 3
LATER = "後の章"
"""目次で後にある前提を，読者に断る言葉。"""
END = 10**9
"""どの行より後ろの行。"""


def front_matter(page: Chapter) -> Problems:
    """章の最初の設定。"""
    if page.front is None:
        if not page.front_lines:
            said = "章の設定がありません。--- で挟んだ file_format を，見本（CONTRIBUTING.md の"
            yield 1, f"{said}「章の形」）のとおりに最初に置いてください。"
        return
    now = page.front.get("file_format")
    if now != "mystnb":
        said = f"{now!r} です" if now else "ありません"
        said = (
            f"章の設定の file_format が{said}。file_format: mystnb と書いてください。"
        )
        yield page.front_line_of("file_format"), said
    for key in page.front:
        if key not in FRONT_KEYS:
            said = f"章の設定に，使わない項目 {key!r} があります。消してください。"
            yield page.front_line_of(key), said + similar(str(key), FRONT_KEYS)


def draft(page: Chapter, book: Book) -> Problems:
    """下書きの印。"""
    value = (page.front or {}).get("draft", False)
    said = ""
    if not isinstance(value, bool):
        said = f"draft が {value!r} です。下書きなら draft: true と書き，公開するなら消してください。"
    elif value and book.toc and page.docname == book.toc[0].docname:
        said = "表紙は下書きにできません。draft を消してください。"
    if said:
        yield page.front_line_of("draft"), said


def title(page: Chapter) -> Problems:
    """題名（h1）は一つ，見出しの段は飛ばさない。"""
    headings = page.outline.headings
    titles = [heading for heading in headings if heading.level == 1]
    if not titles:
        yield 1, "題名がありません。「# 題名」を書いてください。"
    for extra in titles[1:]:
        said = f"題名（#）が二つめです（{extra.text}）。"
        yield extra.line, f"{said}節なら「## 」にしてください。"
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
        said = f"学ぶことが {items} 個あります。"
        yield box.line, f"{said}ちょうど {LEARN_ITEMS} 個にしてください。"
    if "requires" in box.options and not box.options["requires"]:
        yield box.line, "前提の章がないときは，:requires: の行を消してください。"
    chapters = [one.name for one in book.documents.values() if one.in_part]
    order = [entry.docname for entry in book.toc]
    order += [name for name in book.documents if name not in order]
    for name in box.options.get("requires", "").split():
        said, docname, short = (
            f"前提の章 {name!r} ",
            f"book/{name}",
            name.split("/")[-1],
        )
        lines = page.text.split("\n")
        if docname not in book.documents or name == page.name:
            said += (
                "がありません。book/ の下の名前（例: basics/softmax）を書いてください。"
            )
            yield box.line, said + similar(name, chapters)
        elif docname in book.drafts and not page.draft:
            said += (
                "は下書きです。前提から消すか，その章の draft: true を消してください。"
            )
            yield box.line, said
        elif order.index(docname) > order.index(page.docname) and not any(
            LATER in line and short in line for line in lines
        ):
            said += "は，目次で後の章です。_toc.yml の順を直すか，"
            yield box.line, f"{said}本文で「{LATER} {{doc}}`…`」と断ってください。"


def sections(page: Chapter) -> Problems:
    """節の見出しと順番。"""
    found = _sections(page)
    opening = [heading.line for heading in found if heading.text == OPENING]
    if not opening or found[0].text != OPENING:
        lost = "を" if opening else "がありません。"
        line = [*opening, *(heading.line for heading in found), 1][0]
        yield line, f"「## {OPENING}」{lost}最初の節にしてください。"
    previous: Heading | None = None
    for wanted in CLOSING:
        same = [heading for heading in found if heading.text == wanted]
        if not same:
            yield _missing(wanted, previous, found)
            continue
        if len(same) > 1:
            yield same[1].line, f"「## {wanted}」が二つあります。"
        if previous and same[0].line < previous.line:
            said = f"「## {wanted}」は「## {previous.text}」の後に置いてください。"
            yield same[0].line, said
        previous = same[0]
    start = next((h.line for h in found if h.text == CLOSING[0]), END)
    for heading in found:
        if heading.line > start and heading.text not in CLOSING:
            said = f"節「{heading.text}」は「## {CLOSING[0]}」より前に"
            yield heading.line, f"{said}置いてください。"


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


def empty_sections(page: Chapter) -> Problems:
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
            said = f"見出し「{heading.text}」の下に何もありません。"
            yield heading.line, f"{said}書くか，見出しを消してください。"


CHAPTER_RULES = (front_matter, sections, empty_sections)
