"""年度ごとの授業：``book/classes/2025.yml`` が，頁・日付・提出先・実習の順番を，ただ一つ決める。"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit import shape
from bookkit.arguments import UsageError
from bookkit.book import Book, BookError

FOLDER = "book/classes"
ANSWERS = "answers"
"""練習の解答を見せ始める日（日本の日付）。なければ，いつも見せる。"""
WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class ClassYear:
    """一つの年度の授業。"""

    year: int
    page: str
    course: str
    date: datetime.date
    submission: str
    practicals: list[dict[str, Any]]
    answers: datetime.date | None = None

    @property
    def file(self) -> str:
        """設定のファイル（``book/classes/2025.yml``）。"""
        return f"{FOLDER}/{self.year}.yml"

    @property
    def docname(self) -> str:
        """頁の名前（``book/lecture07``）。"""
        return f"book/{self.page}"

    @property
    def date_text(self) -> str:
        """「2025 年 6 月 6 日（金）」。"""
        day = self.date
        return f"{day.year} 年 {day.month} 月 {day.day} 日（{WEEKDAYS[day.weekday()]}）"


def years(root: Path) -> list[ClassYear]:
    """すべての年度の設定。古い順。

    Raises:
        BookError: 設定に誤りがあるとき。
    """
    return [_read(root, path) for path in sorted((root / FOLDER).glob("*.yml"))]


def newest(root: Path) -> ClassYear | None:
    """いちばん新しい年度。一つもなければ ``None``。"""
    return next(reversed(years(root)), None)


def _read(root: Path, path: Path) -> ClassYear:
    file = path.relative_to(root).as_posix()
    if not re.fullmatch(r"\d{4}", path.stem):
        said = "ファイルの名前を，2027.yml のように 4 桁の年にしてください。"
        raise BookError(file, 1, said)
    node = Book(root).yaml(file)
    for line, said, _ in shape.problems(node, shape.of("classes")):
        raise BookError(file, line, said)
    found = shape.value_of(node)
    pages: list[tuple[list[Any], str]] = [(["page"], found["page"])]
    pages += [
        (["practicals", number], one["chapter"])
        for number, one in enumerate(found["practicals"])
    ]
    for place, name in pages:
        if not (root / "book" / f"{name}.md").is_file():
            line, _ = shape.at(node, place)
            raise BookError(file, line, f"頁 book/{name}.md がありません。")
    return ClassYear(year=int(path.stem), **found)


def new_year(root: Path, text: str) -> list[str]:
    """次の年度の頁と設定を，いちばん新しい年度から作り，書いたファイルの名前を返す。

    古い年度の頁は，そのままの番地に残る。

    Raises:
        UsageError: 年として読めない，もうある，古い，または前の年度がないとき。何も作らない。
    """
    if not re.fullmatch(r"[1-9]\d{3}", text):
        raise UsageError(
            f"年 {text!r} は使えません。2027 のような 4 桁の数で書いてください。"
        )
    year, last = int(text), newest(root)
    if last is None:
        raise UsageError(f"{FOLDER}/ に，もとにする年度の設定がありません。")
    setting, page = f"{FOLDER}/{year}.yml", re.sub(r"_\d{4}$", "", last.page)
    made = f"book/{page}_{year}.md"
    if (root / setting).exists() or (root / made).exists():
        raise UsageError(
            f"{year} 年度はもうあります（{setting}）。直すならこのファイルです。"
        )
    if year < last.year:
        raise UsageError(
            f"{year} 年度は，いまある {last.year} 年度より前です。{last.year + 1} 以後の年にしてください。"
        )
    # 同じ曜日の，いちばん近い日
    weeks = round((year - last.year) * 365.2425 / 7)
    day = last.date + datetime.timedelta(weeks=weeks)
    toc = root / "_toc.yml"
    old_line = re.compile(rf"^( *)- file: {re.escape(last.docname)}\n", re.MULTILINE)
    listing = toc.read_text("utf8")
    match = old_line.search(listing)
    if match is None:
        raise UsageError(f"_toc.yml に「- file: {last.docname}」の行がありません。")
    text = (root / FOLDER / f"{last.year}.yml").read_text("utf8")
    for key, value in {
        "page": f"{page}_{year}",
        "date": day.isoformat(),
        "submission": '""',
    }.items():
        text = re.sub(rf"^{key}:.*$", f"{key}: {value}", text, count=1, flags=re.M)
    text = re.sub(rf"^{ANSWERS}:.*\n", "", text, flags=re.M)  # 前の年の日を使い回さない
    text = text.replace(f"{last.year} 年度", f"{year} 年度")
    source = (root / "book" / f"{last.page}.md").read_text("utf8")
    heading = re.search(r"^# (.+)$", source, re.MULTILINE)
    indent, title = match[1], heading[1] if heading else last.course
    lines = (
        f"{indent}- file: {made.removesuffix('.md')}\n{match[0]}"
        f"{indent}  title: {title}（{last.year} 年度）\n"
    )
    (root / setting).write_text(text, "utf8")
    (root / made).write_text(source, "utf8")
    toc.write_text(listing[: match.start()] + lines + listing[match.end() :], "utf8")
    return [made, setting, "_toc.yml"]
