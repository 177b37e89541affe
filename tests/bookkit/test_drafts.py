"""下書きの章：公開する本のどこにも出ず，書きながら見るときだけ，印を付けて出る。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookkit.cli import main
from bookkit.lint import check_book

from .conftest import change
from .test_pages import CONFIG, EXTENSIONS

DRAFT = "---\ndraft: true\n---\n# 書きかけの章\n\nまだ見せません。\n"
FIRST = "# 一章\n\nはじめの文。\n"
BOOK = {
    "_toc.yml": "format: jb-book\nroot: book/index\nparts:\n"
    "  - caption: 基礎\n    chapters:\n      - file: book/first\n"
    "  - caption: 新しい部\n    chapters:\n      - file: book/idea-of-mine\n"
    "  - caption: 終わり\n    chapters:\n      - file: book/last\n",
    "_config.yml": "title: 本\n",
    "book/index.md": "# 表紙\n",
    "book/first.md": FIRST,
    "book/idea-of-mine.md": DRAFT,
    "book/last.md": FIRST.replace("一章", "終わりの章"),
}


@pytest.mark.parametrize("live", [False, True])
def test_draft_is_only_in_live(build: Callable[..., Path], live: bool) -> None:
    site = build(
        BOOK,
        extensions=["sphinx_external_toc", *EXTENSIONS],
        config=CONFIG | {"bookkit_live": live},
    )
    told = {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file()
        and (
            "idea-of-mine" in path.name
            or any(
                word in path.read_bytes().decode("utf8", "replace")
                for word in ("idea-of-mine", "書きかけ", "新しい部")
            )
        )
    }
    page = site / "book/first.html"
    assert "終わりの章" in page.read_text("utf8")
    if not live:
        assert not told
        return
    assert {"book/idea-of-mine.html", "book/first.html", "sitemap.xml"} <= told
    assert "<strong>下書き</strong>" in (site / "book/idea-of-mine.html").read_text(
        "utf8"
    )
    assert "<strong>下書き</strong>" not in page.read_text("utf8")


def make_draft(book: Path) -> None:
    change(
        book,
        "book/basics/first.md",
        "file_format: mystnb",
        "file_format: mystnb\ndraft: true",
    )


def test_link_to_a_draft_is_named(book: Path) -> None:
    """公開する頁から下書きへのリンク，名札，前提を，行で言う。下書きからのリンクはよい。"""
    change(
        book,
        "book/attention/good.md",
        "用語は",
        "{ref}`節 <sec-human-first>` です。\n[章](../basics/first.md) です。\n用語は",
    )
    make_draft(book)
    text = (book / "book/attention/good.md").read_text("utf8").split("\n")
    found = check_book(book)
    assert [text[one.line - 1] for one in found] == [
        ":::{lesson}",
        "{ref}`節 <sec-human-first>` です。",
        "[章](../basics/first.md) です。",
        "- {doc}`../basics/first`",
    ]
    assert all("下書き" in one.message for one in found)


def test_findings_in_a_draft_do_not_stop(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    make_draft(book)
    good = book / "book/attention/good.md"
    good.write_text(
        good.read_text("utf8")
        .replace(":requires: basics/first\n", "")
        .replace("- {doc}`../basics/first`\n", ""),
        "utf8",
    )
    assert check_book(book) == []
    change(book, "book/basics/first.md", "## 問い", "## とい")
    monkeypatch.chdir(book)
    assert main(["check"]) == 0
    assert "公開は止まりません" in capsys.readouterr().out
    change(book, "book/attention/good.md", "## 問い", "## とい")
    assert main(["check"]) == 1


@pytest.mark.parametrize(
    ("file", "value", "said"),
    [("attention/good", "はい", "draft: true と書き"), ("index", "true", "表紙は")],
)
def test_wrong_draft_is_told(book: Path, file: str, value: str, said: str) -> None:
    path = book / f"book/{file}.md"
    text = path.read_text("utf8")
    front = "---\n" if text.startswith("---") else "---\n---\n"
    path.write_text(
        front.replace("---\n", f"---\ndraft: {value}\n", 1)
        + text.removeprefix("---\n"),
        "utf8",
    )
    (found,) = [
        one
        for one in check_book(book)
        if "draft" in one.message and one.path == f"book/{file}.md"
    ]
    assert found.line == 2
    assert said in found.message


def test_practical_that_is_a_draft(book: Path) -> None:
    make_draft(book)
    for name, text in {
        "lecture.md": "# 授業\n",
        "classes/2025.yml": "page: lecture\ncourse: 授業\ndate: 2025-06-06\nsubmission: ''\n"
        "practicals:\n  - {chapter: attention/good}\n  - {chapter: basics/first}\n",
    }.items():
        (book / "book" / name).parent.mkdir(exist_ok=True)
        (book / "book" / name).write_text(text, "utf8")
    found = [str(one) for one in check_book(book) if "実習の章" in one.message]
    assert len(found) == 1
    assert found[0].startswith(
        "book/classes/2025.yml:7: 実習の章 basics/first は下書き"
    )
