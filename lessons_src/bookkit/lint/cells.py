"""コードのセルの決まり：札，行の長さ，図の名札・キャプション・代替文，使えない書き方。"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bookkit.execution.tags import TAGS
from bookkit.lint.book import Book
from bookkit.lint.document import Cell, Document, figure_of
from bookkit.lint.finding import Finding, similar

WIDEST = 79
ALT_SHORTEST, ALT_LONGEST = 15, 200
FIGURE_NAME = re.compile(r"fig-[a-z0-9]+(-[a-z0-9]+)*")
FILE_NAME = re.compile(r"[\w./\\-]+|.*\.(svg|png|jpe?g|webp|gif)", re.ASCII | re.I)


def alt_problem(alt: str, caption: str = "") -> str:
    """代替文の悪い所を言う文。良ければ空文字列。"""
    alt = alt.strip()
    if not alt:
        return "代替文がありません。図に何が見えるかを，目の見えない人に話すように書いてください。"
    if FILE_NAME.fullmatch(alt):
        return f"代替文がファイル名です（{alt}）。図に何が見えるかを書いてください。"
    if not ALT_SHORTEST <= len(alt) <= ALT_LONGEST:
        return (
            f"代替文が {len(alt)} 字です。"
            f"{ALT_SHORTEST}〜{ALT_LONGEST} 字で，図に何が見えるかを書いてください。"
        )
    if alt == caption.strip():
        return "代替文がキャプションと同じです。図に何が見えるかを，別の文で書いてください。"
    return ""


def yaml_errors(document: Document, book: Book) -> Iterator[Finding]:
    """セルやディレクティブの設定が読めるか。"""
    for error in document.cell_errors:
        yield Finding(
            document.path,
            error.line,
            f"セルの設定が YAML として読めません（{error}）。"
            '字下げを直すか，「:」を含む文を " " で囲んでください。',
        )


def tags(document: Document, book: Book) -> Iterator[Finding]:
    """知らない札。"""
    for cell in document.cells:
        for tag in cell.tags:
            if tag not in TAGS:
                yield Finding(
                    document.path,
                    cell.line_of("tags"),
                    f"知らない札 {tag!r} です。"
                    + (
                        similar(tag, sorted(TAGS))
                        or f"使える札: {', '.join(sorted(TAGS))}"
                    ),
                )


def width(document: Document, book: Book) -> Iterator[Finding]:
    """コードの一行の長さ。"""
    for cell in document.cells:
        for number, line in enumerate(cell.code.splitlines(), start=cell.code_line):
            if len(line) > WIDEST:
                yield Finding(
                    document.path,
                    number,
                    f"コードの行が {len(line)} 字です。{WIDEST} 字以内に折ってください。",
                )


def setup_cell(document: Document, book: Book) -> Iterator[Finding]:
    """章の最初のセルは，頁に出ない準備のセル。"""
    opening = next((h.line for h in document.headings if h.level == 2), 10**9)
    first = document.cells[0] if document.cells else None
    if first is None or first.line > opening or "remove-cell" not in first.tags:
        yield Finding(
            document.path,
            first.line if first else 1,
            "準備のセルがありません。最初の節より前に，札 remove-cell のセルを置き，"
            "import，figures.use_style()，runtime.seed_everything(0) を書いてください。",
        )
        return
    for call in ("figures.use_style(", "seed_everything("):
        if call not in first.code:
            yield Finding(
                document.path,
                first.line,
                f"準備のセルに {call}…) がありません。加えてください。",
            )


FORBIDDEN = (
    (
        re.compile(r"^\s*[!%]"),
        "シェルやマジックの命令",
        "普通の Python で書いてください",
    ),
    (
        re.compile(r"\bgoogle\.colab\b"),
        "google.colab",
        "どこでも動く書き方にしてください",
    ),
    (
        re.compile(r"\bplt\.show\(|\bsavefig\("),
        "図を直接出す命令",
        "figures.show(fig) を使ってください",
    ),
    (
        re.compile(r"\bjapanize_matplotlib\b"),
        "japanize_matplotlib",
        "figures.use_style() が日本語の書体を整えます",
    ),
)


def forbidden(document: Document, book: Book) -> Iterator[Finding]:
    """章では使わない書き方。"""
    for cell in document.cells:
        for number, line in enumerate(cell.code.splitlines(), start=cell.code_line):
            for pattern, what, instead in FORBIDDEN:
                if pattern.search(line):
                    yield Finding(
                        document.path, number, f"{what}があります。{instead}。"
                    )


def figures(document: Document, book: Book) -> Iterator[Finding]:
    """図を描くセルは，名札・キャプション・代替文を持つ。"""
    for cell in document.cells:
        shown = cell.code.count("figures.show(")
        figure = figure_of(cell.metadata)
        if not cell.readable:
            continue
        if not shown:
            if figure:
                yield Finding(
                    document.path,
                    cell.line,
                    "図の設定がありますが，図がありません。"
                    "figures.show(fig) を呼ぶか，設定を消してください。",
                )
            continue
        if shown > 1:
            yield Finding(
                document.path,
                cell.line,
                f"一つのセルに figures.show が {shown} つあります。"
                "図ごとにセルを分けてください。",
            )
        yield from _figure_settings(document, cell)


def _figure_settings(document: Document, cell: Cell) -> Iterator[Finding]:
    figure = figure_of(cell.metadata)
    name = str(figure.get("name") or "")
    if not name:
        yield Finding(
            document.path,
            cell.line_of("figure"),
            "図に名札がありません。mystnb: figure: の下に name: fig-… を書いてください。",
        )
    elif not FIGURE_NAME.fullmatch(name):
        yield Finding(
            document.path,
            cell.line_of("name"),
            f"図の名札 {name!r} を，fig- で始まる英小文字・数字・- の名前にしてください。",
        )
    caption = str(figure.get("caption") or "")
    if not caption.strip():
        yield Finding(
            document.path,
            cell.line_of("figure"),
            "図にキャプションがありません。mystnb: figure: の下に caption: を書いてください。",
        )
    alt = str(figure_of(cell.metadata, "image").get("alt") or "")
    problem = alt_problem(alt, caption)
    if problem:
        yield Finding(document.path, cell.line_of("alt"), problem)


RULES = (yaml_errors, tags, width, setup_cell, forbidden, figures)
