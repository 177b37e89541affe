"""年度ごとの授業の設定：読めない所の指摘と，次の年度を作る命令。"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from bookkit import classes
from bookkit.arguments import UsageError
from bookkit.book import Book, BookError
from bookkit.cli import main

SETTING = """\
# 2025 年度の授業
page: lecture07
course: 心理学特講 第07回
date: 2025-06-06
submission: https://example.org/folder
practicals:
  - {chapter: basics/softmax, today: true, note: 一言}
"""
TOC = """\
format: jb-book
root: book/index
parts:
  - caption: 授業
    chapters:
      - file: book/lecture07
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "_toc.yml": TOC,
        "_config.yml": "title: 本\n",
        "book/index.md": "# 表紙\n",
        "book/lecture07.md": "# 第07回の授業\n\n```{class-head}\n```\n",
        "book/basics/softmax.md": "# ソフトマックス関数\n",
        "book/classes/2025.yml": SETTING,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_setting_is_read(book: Path) -> None:
    (one,) = classes.years(book)
    assert (one.year, one.docname) == (2025, "book/lecture07")
    assert one.date_text == "2025 年 6 月 6 日（金）"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("date: 2025-06-06", "date: 六月", 4, "date"),
        ("page: lecture07", "page: lecture08", 2, "book/lecture08.md がありません"),
        ("submission:", "submision:", 1, "submission"),
        ("basics/softmax", "basics/softmx", 7, "book/basics/softmx.md がありません"),
        ("today: true", "tody: true", 7, "'practicals.0.tody'"),
        ("practicals:", "extra: 1\npracticals:", 6, "'extra'"),
        ("chapter: basics/softmax, ", "", 7, "chapter がありません。{chapter: basics"),
        ("practicals:", "answers: 冬\npracticals:", 6, "解答を見せる日"),
        (
            "practicals:",
            "answers: 2026-12-20 09:00:00\npracticals:",
            6,
            "解答を見せる日",
        ),
    ],
)
def test_wrong_settings_are_named(
    book: Path, old: str, new: str, line: int, said: str
) -> None:
    path = book / "book/classes/2025.yml"
    path.write_text(SETTING.replace(old, new), "utf8")
    with pytest.raises(BookError) as error:
        classes.years(book)
    assert said in error.value.message
    assert (error.value.file, error.value.line) == ("book/classes/2025.yml", line)


def test_broken_yaml_is_told_without_a_traceback(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = book / "book/classes/2025.yml"
    path.write_text(SETTING.replace("practicals:", "practicals: ["), "utf8")
    assert main(["check"]) == 1
    assert "book/classes/2025.yml:" in capsys.readouterr().out
    assert main(["new-year", "2027"]) == 1
    assert "YAML として読めません" in capsys.readouterr().err


def test_new_year(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """次の年度の頁と設定ができ，前の年度は，そのままの番地に残る。"""
    old = (book / "book/lecture07.md").read_text("utf8")
    with (book / "book/classes/2025.yml").open("a", encoding="utf8") as setting:
        setting.write("answers: 2025-07-20\n")
    assert main(["new-year", "2027"]) == 0
    assert "book/classes/2027.yml" in capsys.readouterr().out
    before, after = classes.years(book)
    assert (before.year, before.page) == (2025, "lecture07")
    assert (after.year, after.page) == (2027, "lecture07_2027")
    assert after.date == datetime.date(2027, 6, 4)  # 同じ金曜日
    assert before.answers == datetime.date(2025, 7, 20)
    assert after.answers is None
    assert after.submission == ""  # 前の年の提出先を使い回さない
    assert after.practicals == before.practicals
    assert (book / "book/lecture07.md").read_text("utf8") == old
    assert (book / "book/lecture07_2027.md").read_text("utf8") == old
    names = [entry.docname for entry in Book(book).toc]
    assert names == ["book/index", "book/lecture07_2027", "book/lecture07"]
    assert "title: 第07回の授業（2025 年度）" in (book / "_toc.yml").read_text("utf8")
    assert main(["new-year", "2028"]) == 0
    assert classes.years(book)[-1].page == "lecture07_2028"


@pytest.mark.parametrize(
    ("year", "said"),
    [
        ("2025", "2025 年度はもうあります"),
        ("2024", "2025 年度より前です"),
        ("来年", "4 桁の数"),
        ("27", "4 桁の数"),
        ("-1", "使えません"),
    ],
)
def test_wrong_year_is_one_sentence(
    book: Path, capsys: pytest.CaptureFixture[str], year: str, said: str
) -> None:
    before = sorted(book.rglob("*"))
    assert main(["new-year", year]) == 2
    assert said in capsys.readouterr().err
    assert sorted(book.rglob("*")) == before


def test_new_year_without_a_year_to_copy(book: Path) -> None:
    (book / "book/classes/2025.yml").unlink()
    with pytest.raises(UsageError, match="もとにする年度"):
        classes.new_year(book, "2027")
