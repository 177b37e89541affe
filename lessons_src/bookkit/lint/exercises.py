"""練習の決まり：二つ以上，それぞれに名札・答え合わせ・畳んだ解答。"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bookkit.lint.book import Book
from bookkit.lint.document import Cell, Directive, Document
from bookkit.lint.finding import Finding, similar

FEWEST = 2
CHECK = re.compile(r"^check\(\s*[\"'](.+?)[\"']", re.MULTILINE)
BLANK = re.compile(r"[=(,]\s*\.\.\.")


def enough(document: Document, book: Book) -> Iterator[Finding]:
    """練習の数。"""
    count = len(_asked(document))
    if count < FEWEST:
        line = next((h.line for h in document.headings if h.text == "練習"), 1)
        yield Finding(
            document.path,
            line,
            f"練習が {count} 個です。{FEWEST} 個以上にしてください。",
        )


def complete(document: Document, book: Book) -> Iterator[Finding]:
    """どの練習にも，名札・解答・答え合わせがあるか。"""
    asked, checks = _asked(document), _checks(document)
    answered = {d.argument for d in document.directives if d.name == "solution"}
    for number, exercise in enumerate(asked):
        end = asked[number + 1].line if number + 1 < len(asked) else 10**9
        label = exercise.options.get("label", "")
        if not label:
            yield Finding(
                document.path,
                exercise.line,
                "練習に名札がありません。:label: ex-… の行を加えてください。",
            )
        elif label not in answered:
            yield Finding(
                document.path,
                exercise.line,
                f"練習 {label!r} に解答がありません。{{solution}} {label} を，"
                ":class: dropdown を付けて置いてください。",
            )
        if not any(exercise.line < cell.line < end for _, cell in checks):
            yield Finding(
                document.path,
                exercise.line,
                "練習に答え合わせのセルがありません。練習の後のセルで "
                f'check("{document.name.rsplit("/", 1)[-1]}/…", answer) を呼んでください。',
            )


def solutions(document: Document, book: Book) -> Iterator[Finding]:
    """解答は，相手の練習を持ち，畳まれているか。"""
    labels = [d.options.get("label", "") for d in _asked(document)]
    for solution in (d for d in document.directives if d.name == "solution"):
        if solution.argument not in labels:
            yield Finding(
                document.path,
                solution.line,
                f"解答の相手の練習 {solution.argument!r} がありません。"
                + similar(solution.argument, labels),
            )
        if "dropdown" not in solution.options.get("class", "").split():
            yield Finding(
                document.path,
                solution.line,
                "解答が畳まれていません。:class: dropdown の行を加えてください。",
            )


def checkers(document: Document, book: Book) -> Iterator[Finding]:
    """答え合わせの相手が lessons にあり，答えは白紙のままか。"""
    known = exercise_names(book, document)
    for name, cell in _checks(document):
        if known is not None and name not in known:
            yield Finding(
                document.path,
                cell.line,
                f"練習 {name!r} が，部屋の exercises.py にありません。"
                + similar(name, known),
            )
        if not BLANK.search(cell.code):
            yield Finding(
                document.path,
                cell.line,
                f"練習 {name!r} の答えが白紙ではありません。答えの所を ... にしてください。",
            )


def _asked(document: Document) -> list[Directive]:
    return [d for d in document.directives if d.name == "exercise"]


def _checks(document: Document) -> list[tuple[str, Cell]]:
    """答え合わせの ``(練習の名前, セル)``。"""
    return [(name, c) for c in document.cells for name in CHECK.findall(c.code)]


def exercise_names(book: Book, document: Document) -> set[str] | None:
    """その章の練習の名前。練習のファイルが無ければ空，名前を読み取れなければ ``None``。"""
    room = book.root / "lessons_src" / "lessons" / document.chapter
    path = room / "exercises.py"
    if not path.is_file():
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if not (
            isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Exercise"
        ):
            continue
        named = [k.value for k in node.keywords if k.arg == "name"] or node.args[:1]
        for value in named:
            if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                return None
            found.add(value.value)
    return found


RULES = (enough, complete, solutions, checkers)
