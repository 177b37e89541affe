"""MyST の書き方の決まり：知らないディレクティブ・役割・設定，脚注，式。"""

from __future__ import annotations

import re

from bookkit import shape
from bookkit.book import Book
from bookkit.chapter import Chapter, line_of
from bookkit.english import japanese
from bookkit.finding import Problems
from bookkit.similar import similar

ROLE = re.compile(r"\{([a-z][\w:-]*)\}\s*$")
NOTE = re.compile(r"\[\^([^\]\s]+)\]")


def names(page: Chapter, book: Book) -> Problems:
    """ディレクティブ・役割と，その設定の名前。"""
    known = book.known
    for directive in page.outline.directives:
        name, line = directive.name, directive.line
        if name not in known.directives:
            advice = similar(name, known.directives) or "名前を確かめてください。"
            yield line, f"知らないディレクティブ {{{name}}} です。{advice}"
            continue
        allowed = known.directives[name]
        for key in () if allowed is None else directive.options.keys() - {*allowed}:
            usable = f"使える設定: {', '.join(allowed or ['ありません'])}。"
            at = line_of(key, page.text.split("\n")[line:], line + 1) or line
            said = f"{{{name}}} に知らない設定 {key!r} があります。"
            yield at, said + (similar(key, allowed or ()) or usable)
    for passage in page.outline.passages:
        before = ""
        for span in passage.spans:
            role, found = span.target, ROLE.search(before)
            if span.kind == "myst_role" and role not in known.roles:
                advice = similar(role, known.roles) or "名前を確かめてください。"
                yield span.line, f"知らない役割 {{{role}}} です。{advice}"
            elif span.kind == "code_inline" and found and found[1] in known.roles:
                said = f"役割 {{{found[1]}}} と ` の間に空白があります。"
                yield span.line, f"{said}つめてください。"
            before = span.text if span.kind == "text" else ""


def fences(page: Chapter, book: Book) -> Problems:
    """``{ }`` を付け忘れたディレクティブ。"""
    for info, line in page.outline.fences:
        word = info.split()[0] if info else ""
        if word in book.known.directives and word not in ("code", "math", "raw"):
            said = f"囲みの {word} に {{ }} がありません。{{{word}}} と書いてください。"
            yield line, said


def cell_settings(page: Chapter) -> Problems:
    """セルの設定の名前（``shapes/cell.json``）。"""
    for cell in page.cells:
        for key, known in shape.unknown(cell.metadata, shape.of("cell")):
            advice = similar(key, known) or f"使える設定: {', '.join(sorted(known))}。"
            yield cell.line_of(key), f"セルに知らない設定 {key!r} があります。{advice}"


def footnotes(page: Chapter) -> Problems:
    """脚注の印と本文が，互いに相手を持つか。"""
    lines = page.text.split("\n")
    made = {
        found[1]: n
        for n, text in enumerate(lines, 1)
        if (found := re.match(r" {0,3}\[\^([^\]\s]+)\]:", text))
    }
    used = set()
    for passage in page.outline.passages:
        for span in passage.spans:
            if span.kind == "footnote_ref":
                used.add(span.target)
            elif span.kind == "text" and (found := NOTE.search(span.text)):
                said = f"脚注 {found[0]} の本文がありません。「{found[0]}: …」の行を加えてください。"
                yield span.line, said
    for label, line in made.items():
        if label not in used:
            said = f"脚注 [^{label}] を指す所がありません。本文に [^{label}] を書くか，この行を消してください。"
            yield line, said


def formulas(page: Chapter) -> Problems:
    """式を KaTeX が組めるか。"""
    from bookkit.pages import maths

    found = page.outline.formulas
    faults = maths.faults((one.latex, one.display) for one in found)
    for formula, message in zip(found, faults, strict=True):
        if message:
            at = re.search(r"at position (\d+)", message)
            below = formula.latex[: int(at[1]) - 1].count("\n") if at else 0
            text = re.sub(r" at position .*", "", message, flags=re.DOTALL)
            said = f"式を組めません（{japanese(text)}）。{formula.latex.strip()[:40]!r} を直してください。"
            yield formula.line + below, said


RULES = (footnotes, formulas)
BOOK_RULES = (names, fences)
