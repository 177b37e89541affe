"""コードのセルの決まり：タグ，行の長さ，図の名札・キャプション・代替文，使えない書き方。"""

from __future__ import annotations

import ast
import re

from bookkit.chapter import TAGS, Cell, Chapter
from bookkit.finding import Problems
from bookkit.lint.names import calls
from bookkit.lint.patterns import patterns
from bookkit.similar import similar

WIDEST = 79
ALT_SHORTEST, ALT_LONGEST = 15, 200
FIGURE_NAME = re.compile(r"fig-[a-z0-9]+(-[a-z0-9]+)*")
FILE_NAME = re.compile(r"[\w./\\-]+|.*\.(svg|png|jpe?g|webp|gif)", re.ASCII | re.I)
OPENING_CALLS = ("figures.use_style", "runtime.seed_everything")
"""章の最初のセルが呼ぶもの。"""
SHOW = "figures.show"
"""図を見せる関数。"""
MOVED = ("interactive.slider", "interactive.choices")
"""動かせる図を見せる関数。代替文は，関数に渡す。"""
TOUCHED = (*MOVED, "interactive.network", "experiments.show")
"""読者が触れる物を頁に置く関数。"""
ASKED = "と思いますか"
"""動かす前に，読者に予想させる文の終わり。"""


def alt_problem(alt: str, caption: str = "") -> str:
    """代替文の悪い所を言う文。良ければ空文字列。"""
    alt, wanted = alt.strip(), "図に何が見えるかを書いてください。"
    if not alt:
        return "代替文がありません。図に何が見えるかを，目の見えない人に話すように書いてください。"
    if FILE_NAME.fullmatch(alt):
        return f"代替文がファイル名です（{alt}）。{wanted}"
    if not ALT_SHORTEST <= len(alt) <= ALT_LONGEST:
        said = f"代替文が {len(alt)} 字です。{ALT_SHORTEST}〜{ALT_LONGEST} 字で，"
        return said + wanted
    if alt == caption.strip():
        return "代替文がキャプションと同じです。図に何が見えるかを，別の文で書いてください。"
    return ""


def misplaced(page: Chapter) -> Problems:
    """セルが囲みの外にあるか。"""
    for directive in page.outline.named("code-cell"):
        said = (
            "コードのセルが，ほかの囲みや箇条書きの中にあるか，::: で書かれています。"
        )
        yield directive.line, f"{said}外に出し，``` で囲んでください。"


def tags(page: Chapter) -> Problems:
    """知らないタグ。"""
    for cell in page.cells:
        for tag in cell.tags:
            if tag not in TAGS:
                usable = f"使えるタグ: {', '.join(sorted(TAGS))}"
                near = similar(tag, sorted(TAGS)) or usable
                yield cell.line_of("tags"), f"知らないタグ {tag!r} です。{near}"


def lines(page: Chapter) -> Problems:
    """コードの一行の長さと，章では使わない書き方。"""
    for cell in page.cells:
        for number, line in enumerate(cell.source.splitlines(), start=cell.line):
            if len(line) > WIDEST:
                said = f"コードの行が {len(line)} 字です。{WIDEST} 字以内に折ってください。"
                yield number, said
        for pattern, message in patterns("forbidden"):
            for found in pattern.finditer(cell.source):
                yield cell.line + cell.source.count("\n", 0, found.start()), message


def opening_cell(page: Chapter) -> Problems:
    """章の最初のセルは，頁に出ず，書体と乱数を整える。"""
    headings = page.outline.headings
    first_section = next((h.line for h in headings if h.level == 2), 10**9)
    first = page.cells[0] if page.cells else None
    if first is None or first.line > first_section or not first.has("remove-cell"):
        said = "章の最初のセルが隠れていません。最初の節より前に，タグ remove-cell のセルを置き，"
        said += f"import と {'(…)，'.join(OPENING_CALLS)}(…) を書いてください。"
        yield first.fence_line if first else 1, said
        return
    for wanted in OPENING_CALLS:
        if not calls(first, wanted):
            yield first.fence_line, f"章の最初のセルで {wanted}(…) を呼んでください。"


def figures(page: Chapter) -> Problems:
    """図を描くセルは，名札・キャプション・代替文を持つ。"""
    for cell in page.cells:
        shown = calls(cell, SHOW)
        if not cell.readable or shown is None:
            continue
        moved = [call for name in MOVED for call in calls(cell, name) or ()]
        shown += moved
        if len(shown) > 1:
            said = f"一つのセルに図（{SHOW} など）が {len(shown)} つあります。"
            yield cell.fence_line, f"{said}図ごとにセルを分けてください。"
        if shown:
            yield from _figure_settings(cell, with_alt=not moved)
        elif cell.settings():
            said = f"図の設定がありますが，図がありません。{SHOW}(fig) を呼ぶか，設定を消してください。"
            yield cell.fence_line, said


def asked_first(page: Chapter) -> Problems:
    """動かせる図，写真で試す欄，実験の前に，予想させる文があるか。"""
    for cell in page.cells:
        found = [call for name in TOUCHED for call in calls(cell, name) or ()]
        touched = {ast.unparse(call.func) for call in found} & set(TOUCHED)
        before = "\n".join(page.text.split("\n")[: cell.fence_line - 1])
        if touched and ASKED not in before.rpartition("```")[2]:  # 前の囲みまで
            said = "動かせる図・写真の欄・実験の前に，予想させる文がありません。"
            said += f"「どうなる{ASKED}。」のように，すぐ前の文章で問うてください。"
            yield cell.fence_line, said


def _figure_settings(cell: Cell, *, with_alt: bool = True) -> Problems:
    figure = cell.settings()
    name, caption = (str(figure.get(key) or "") for key in ("name", "caption"))
    lost = {"に名札": "name: fig-…"} if not name else {}
    lost |= {"にキャプション": "caption:"} if not caption.strip() else {}
    for what, wanted in lost.items():
        said = (
            f"図{what}がありません。mystnb: figure: の下に {wanted} を書いてください。"
        )
        yield cell.line_of("figure"), said
    if name and not FIGURE_NAME.fullmatch(name):
        said = f"図の名札 {name!r} を，fig- で始まる英小文字・数字・- の名前に"
        yield cell.line_of("name"), f"{said}してください。"
    alt = str(cell.settings("image").get("alt") or "")
    if with_alt and (problem := alt_problem(alt, caption)):
        yield cell.line_of("alt"), problem


CHAPTER_RULES = (tags, lines, opening_cell, figures, asked_first)
