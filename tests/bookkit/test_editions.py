"""年度の版：できた本をそのまま写し，どの頁にも断りを付ける。次のビルドでは変わらない。"""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from bookkit.cli import main

from .test_swap import Shelf

SETTING = (
    "page: lecture\ncourse: 授業\ndate: 2026-06-06\nsubmission: ''\npracticals: []\n"
)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """作り終えた，小さな本。"""
    shelf = Shelf(tmp_path)
    shelf.source = tmp_path
    shelf.site = tmp_path / "_build" / "html"
    shelf.write("_config.yml", "title: 本\n")
    shelf.write("_toc.yml", "root: index\nchapters:\n  - file: book/lecture\n")
    shelf.write("index.md", "# 表紙\n\n```{toctree}\nbook/lecture\n```\n")
    shelf.write("book/lecture.md", "# 授業\n\nことしの文。\n")
    shelf.write("book/classes/2026.yml", SETTING)
    monkeypatch.chdir(tmp_path)
    return shelf


def freeze(year: str, capsys: pytest.CaptureFixture[str]) -> str:
    """断られたときの文（できれば空）。"""
    code = main(["edition", year])
    said = capsys.readouterr()
    assert (code == 0) == (said.err == "")
    assert code in (0, 2)
    return said.err


def test_edition(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert "先に make book で" in freeze("2026", capsys)
    assert shelf.build()
    assert "2027" in freeze("2027", capsys)
    assert "2026 です" in freeze("来年", capsys)
    assert freeze("2026", capsys) == ""
    made = shelf.root / "_build/editions/2026"
    page = (made / "book/lecture.html").read_text("utf8")
    assert "2026 年度の版です。" in page
    assert 'href="../../../index.html">新しい版' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "ことしの文" in page
    assert "2026 年度の版です。" not in (shelf.site / "book/lecture.html").read_text(
        "utf8"
    )
    assert not (made / "sw.js").exists()
    assert (made / "_static/search-index.js").is_file()
    with tarfile.open(made.with_name("edition-2026.tar.gz")) as bundle:
        assert "2026/book/lecture.html" in bundle.getnames()
    assert "もうあります" in freeze("2026", capsys)

    # 次の年の本を作っても，版は変わらず，新しい本の地図と検索にも出ない
    shelf.write("book/lecture.md", "# 授業\n\n次の年の文。\n")
    assert shelf.build()
    assert (made / "book/lecture.html").read_text("utf8") == page
    for name in ("sitemap.xml", "_static/search-index.js"):
        text = (shelf.site / name).read_text("utf8")
        assert "editions" not in text
        assert "ことしの文" not in text


@pytest.mark.parametrize("what", ["changed", "added", "removed"])
def test_book_of_other_sources_is_refused(
    shelf: Shelf, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    assert shelf.build()
    page, toc = shelf.root / "book/lecture.md", shelf.root / "_toc.yml"
    if what == "changed":
        page.write_text("# 授業\n\n別の文。\n", "utf8")
    elif what == "added":
        shelf.write("book/new.md", "# 新しい頁\n")
        toc.write_text(toc.read_text("utf8") + "  - file: book/new\n", "utf8")
    else:
        shutil.copy(shelf.site / "book/lecture.html", shelf.site / "book/old.html")
    said = freeze("2026", capsys)
    assert "いまの原稿やコードから作られていません" in said
    assert {"changed": "lecture.md", "added": "new.md", "removed": "old.html"}[
        what
    ] in said
    assert not (shelf.root / "_build/editions/2026").exists()
