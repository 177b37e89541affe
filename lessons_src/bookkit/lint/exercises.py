"""練習の決まり：二つ以上，それぞれに名札・答え合わせ・畳んだ解答。

頁だけを見ます。``check`` の相手が部屋にあるかは，章を実行したときに ``check`` が言います。
"""

from __future__ import annotations

import re

from bookkit.chapter import Cell, Chapter
from bookkit.finding import Problems
from bookkit.similar import similar

FEWEST = 2
CHECK = re.compile(r"^check\(\s*[\"'](.+?)[\"']", re.MULTILINE)
BLANK = re.compile(r"[=(,]\s*\.\.\.")


def enough(page: Chapter) -> Problems:
    """練習の数。"""
    count = len(page.outline.named("exercise"))
    if count < FEWEST:
        line = page.outline.line_of("練習")
        yield line, f"練習が {count} 個です。{FEWEST} 個以上にしてください。"


def complete(page: Chapter) -> Problems:
    """どの練習にも，名札・解答・答え合わせがあり，名札と答え合わせの名前が合うか。"""
    asked = page.outline.named("exercise")
    answered = {solution.argument for solution in page.outline.named("solution")}
    ends = [exercise.line for exercise in asked[1:]] + [10**9]
    short = page.name.rsplit("/", 1)[-1]
    for exercise, end in zip(asked, ends, strict=False):
        label = exercise.options.get("label", "")
        if not label:
            said = f"練習に名札がありません。:label: exercise-{_slug(short)}-… の行を加えてください。"
            yield exercise.line, said
        elif label not in answered:
            said = f"練習 {label!r} に解答がありません。{{solution}} {label} を，"
            yield exercise.line, f"{said}:class: dropdown を付けて置いてください。"
        checks = [
            (name, cell)
            for name, cell in _checks(page)
            if exercise.line < cell.fence_line < end
        ]
        if not checks:
            said = "練習に答え合わせのセルがありません。練習の後のセルで "
            yield exercise.line, f'{said}check("{short}/…", answer) を呼んでください。'
        for name, cell in checks:
            wanted = f"exercise-{_slug(name.replace('/', '-'))}"
            if not name.startswith(f"{short}/"):
                said = f"練習 {name!r} の名前は {short}/ で始めてください。"
                yield cell.fence_line, said
            elif label and label != wanted:
                said = f"練習 {name!r} の名札が {label!r} です。{wanted!r} とそろえてください。"
                yield cell.fence_line, said


def solutions(page: Chapter) -> Problems:
    """解答は，相手の練習を持ち，畳まれているか。"""
    labels = [d.options.get("label", "") for d in page.outline.named("exercise")]
    for solution in page.outline.named("solution"):
        if solution.argument not in labels:
            said = f"解答の相手の練習 {solution.argument!r} がありません。"
            yield solution.line, said + similar(solution.argument, labels)
        if "dropdown" not in solution.options.get("class", "").split():
            message = "解答が畳まれていません。:class: dropdown の行を加えてください。"
            yield solution.line, message


def blanks(page: Chapter) -> Problems:
    """答えは白紙のままか。"""
    for name, cell in _checks(page):
        if not BLANK.search(cell.source):
            message = f"練習 {name!r} の答えが白紙ではありません。答えの所を ... にしてください。"
            yield cell.fence_line, message


def _checks(page: Chapter) -> list[tuple[str, Cell]]:
    """答え合わせの ``(練習の名前, セル)``。"""
    return [(name, c) for c in page.cells for name in CHECK.findall(c.source)]


def _slug(name: str) -> str:
    return name.replace("_", "-")


RULES = (enough, complete, solutions, blanks)
