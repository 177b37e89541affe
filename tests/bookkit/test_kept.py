"""覚えておく：変わらないものは求め直さず，頼るものが一つでも変われば，指摘も変わる。"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bookkit import book as book_module
from bookkit import kept
from bookkit.lint import check_book, names, shelf

from .conftest import change

GOOD, FIRST = "book/attention/good.md", "book/basics/first.md"
LESSONS = "lessons_src/lessons/"


def _edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda book: change(book, name, old, new)


def _without(name: str) -> Callable[[Path], object]:
    return lambda book: (book / name).unlink()


def _with(name: str, text: str) -> Callable[[Path], object]:
    return lambda book: (book / name).write_text(text, "utf8")


CHANGES = {
    "page": (_edit(GOOD, "似ている点が", "似ている、点が"), GOOD),
    "glossary": (_edit("book/glossary.md", "ソフトマックス関数\n", "温度\n"), GOOD),
    "toc": (_edit("_toc.yml", "      - file: book/basics/first\n", ""), FIRST),
    "toc-order": (_edit("_toc.yml", "first\n  - ca", "good\n  - ca"), "_toc.yml"),
    "references": (_edit("book/references.bib", "itti1998model", "itti1999"), GOOD),
    "bibtex": (
        _edit("book/references.bib", "1998},\n}", "x},\n}"),
        "book/references.bib",
    ),
    "config": (_edit("_config.yml", "colon_fence, ", ""), GOOD),
    "draft": (_edit(FIRST, "mystnb\n", "mystnb\ndraft: true\n"), GOOD),
    "label": (_edit(FIRST, "name: fig-first-line", "name: fig-line"), GOOD),
    "other-page": (_without("book/index.md"), GOOD),
    "source": (_edit(f"{LESSONS}attention/good/model.py", "slope", "slop"), GOOD),
    "source-syntax": (_edit(f"{LESSONS}attention/good/model.py", "def", "deg"), GOOD),
    "module": (_without(f"{LESSONS}runtime.py"), GOOD),
    "file": (_with("book/attention/data.csv", ""), GOOD),
    "image": (_without("book/attention/picture.png"), GOOD),
    "loaded": (_with("book/attention/cell.py", "print(nothing)\n"), GOOD),
    "room": (_edit(f"{LESSONS}glue.py", "数。", "TODO：書く"), f"{LESSONS}glue.py"),
    "pins": (_with("requirements.txt", "numpy==0.0.1\n"), "requirements.txt"),
    "palette": (_with(f"{LESSONS}palette.json", "{\n"), f"{LESSONS}palette.json"),
}
"""変えるものと，変わる指摘のファイル。"""


@pytest.fixture
def rich(book: Path) -> Path:
    """覚える所と，絵と，ほかのファイルのコードのある本。"""
    (book / "_build").mkdir()
    (book / "book/attention/picture.png").touch()
    (book / "book/attention/cell.py").write_text("print(1)\n", "utf8")
    picture = "![三本の棒が並んだ絵で，右ほど高くなります](picture.png)\n"
    loaded = "```{code-cell} ipython3\n:load: cell.py\n```\n"
    change(book, GOOD, "## まとめ\n", f"{picture}\n{loaded}\n## まとめ\n")
    change(book, GOOD, "answer = ...", 'name = "data.csv"\nanswer = ...')
    change(book, GOOD, "図は ", "図は {numref}`fig-first-line` と ")
    return book


@pytest.mark.parametrize("name", CHANGES)
def test_findings_follow_all_that_they_depend_on(rich: Path, name: str) -> None:
    spoil, file = CHANGES[name]
    assert check_book(rich) == check_book(rich) == []
    spoil(rich)
    found = check_book(rich)
    assert file in {one.path for one in found}
    shutil.rmtree(rich / "_build")
    assert check_book(rich) == found  # 覚えのない本と同じ


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """求め直したもの：読んだ原稿の名前と，文献の一覧。"""
    done: list[str] = []
    parse, works = book_module.parse_chapter, shelf._works
    monkeypatch.setattr(
        book_module,
        "parse_chapter",
        lambda text, name, *rest: done.append(name) or parse(text, name, *rest),
    )
    monkeypatch.setattr(shelf, "_works", lambda text: done.append("bib") or works(text))
    return done


ALL = ["attention/good", "basics/first", "glossary", "index", "bib"]


def test_unchanged_pages_are_not_read_again(book: Path, work: list[str]) -> None:
    """変わらない頁は，覚えてあるものを使い，同じ指摘になる。壊れた覚えは使わない。"""
    (book / "_build").mkdir()
    change(book, GOOD, "## 問い", "## とい")
    before = check_book(book)
    assert before
    assert work == ALL
    work.clear()
    names.code_of.cache_clear()
    assert check_book(book) == check_book(book, [Path("book/index.md")]) + before
    assert work == []
    assert names.code_of.cache_info().misses == 0  # コードも読まない
    change(book, GOOD, "## とい", "## 問い")
    assert check_book(book) == []
    assert work == ["attention/good"]
    work.clear()
    for name in (".pages", ".findings"):
        (book / "_build" / name).write_bytes(b"broken")
    assert check_book(book) == []
    assert work == ALL


def test_checking_one_page_forgets_nothing(book: Path, work: list[str]) -> None:
    (book / "_build").mkdir()
    assert check_book(book, [Path("book/index.md")]) == []
    assert check_book(book) == check_book(book, [Path(GOOD)]) == []
    work.clear()
    assert check_book(book) == []
    assert work == []


@pytest.mark.parametrize("what", ["code", "version"])
def test_other_tools_remember_nothing(
    book: Path,
    work: list[str],
    what: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """道具の中身か，入っている部品の版が変われば，みな求め直す。"""
    tools, installed = tmp_path / "tools", tmp_path / "site"
    (tools / "lint").mkdir(parents=True)
    (tools / "lint/rule.py").write_text("1", "utf8")
    (installed / "katex-1.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(kept, "__file__", str(tools / "kept.py"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(installed)])
    kept._stamp.cache_clear()
    (book / "_build").mkdir()
    assert check_book(book) == []
    work.clear()
    if what == "code":
        (tools / "lint/rule.py").write_text("2", "utf8")
    else:
        (installed / "katex-1.0.dist-info").rename(installed / "katex-1.1.dist-info")
    for cached in (kept._stamp, kept._load):
        cached.cache_clear()
    assert check_book(book) == []
    assert work == ALL
    kept._stamp.cache_clear()
    kept._load.cache_clear()
