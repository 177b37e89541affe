"""文章の決まり：太字などの書きそこね，一文一行，句読点。"""

from __future__ import annotations

import re

from bookkit.chapter import Chapter
from bookkit.finding import Problems
from bookkit.lint.patterns import WIDE, patterns
from bookkit.outline import HIDDEN

ENDS = "。？！"
OPEN, CLOSE = "「『（(〈《【", "」』）)〉》】"


def leftovers(page: Chapter) -> Problems:
    """組まれずに，文字のまま頁に出る印。"""
    for passage in page.outline.passages:
        depth = 0
        for span in passage.spans:
            depth += span.nesting if span.kind.startswith("strong") else 0
            if span.kind == "strong_open" and depth > 1:
                yield span.line, patterns("bold")[0][1].format("**")
            if span.kind != "text":
                continue
            for pattern, message in patterns("bold") + patterns("leftovers"):
                match = pattern.search(span.text)
                if match and not _escapes(page, span.line):
                    yield span.line, message.format(f"「{match[0]}」")
                    break


def _escapes(page: Chapter, line: int) -> bool:
    """原稿のその行に，``\\*`` のような，わざと書いた記号があるか。"""
    return bool(re.search(r"\\[*_`$\[(]", page.text.split("\n")[line - 1]))


def one_sentence_a_line(page: Chapter) -> Problems:
    """一文を一行に書く。用語集と表の中は除く。"""
    for passage in page.outline.passages:
        if passage.kind != "paragraph":
            continue
        lines = passage.lines()
        for number, text in lines:
            if _sentences(text) > 1:
                said = "一行に文が二つ以上あります。「。」の後で行を変えてください（頁ではつながります）。"
                yield number, said
        for number, text in lines[:-1]:
            last = text.rstrip()[-1:]
            if re.match(f"[{WIDE}，]", last):
                said = "文の途中で行が変わっています。一文を一行に書いてください。"
                yield number, said


def _sentences(text: str) -> int:
    """括弧の外で終わる文の数。"""
    if not any(end in text.rstrip()[:-1] for end in ENDS):
        return 1
    depth, count, rest = 0, 0, ""
    for letter in text:
        depth += (letter in OPEN) - (letter in CLOSE)
        rest += letter
        if letter in ENDS and depth <= 0:
            count += 1
            rest = ""
    return count + bool(re.sub(rf"[\s{CLOSE}{ENDS}]", "", rest))


def punctuation(page: Chapter) -> Problems:
    """句読点と括弧。"""
    texts = [
        (number, text)
        for passage in page.outline.passages
        for number, text in passage.lines()
    ]
    for cell in page.cells:
        if alt := cell.settings("image").get("alt"):
            texts.append((cell.line_of("alt"), str(alt)))
    for number, text in texts:
        for pattern, message in patterns("punctuation"):
            if match := pattern.search(text):
                near = text[max(0, match.start() - 6) : match.end() + 6]
                near = near.replace(HIDDEN, "…").strip()
                yield number, f"{message}（{near}）"


def headings(page: Chapter) -> Problems:
    """見出しは文にしない。"""
    for heading in page.outline.headings:
        if heading.text.endswith(("。", "．", ".")):
            said = "見出しの終わりの句点を取ってください。"
            yield heading.line, said


RULES = (leftovers, one_sentence_a_line, punctuation, headings)
