"""起動のボタン，実習の一覧，分家での番地。"""

from __future__ import annotations

import re
from html import unescape

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.config import Config

from bookkit.notebooks.addresses import Addresses, follow_github

from .conftest import REPOSITORY, SITE, Built, Maker

COLAB = "https://colab.research.google.com/github/someone/lecture/blob/notebooks/"
BINDER = "https://mybinder.org/v2/gh/someone/lecture/notebooks?urlpath=lab/tree/"
PRACTICALS = {
    "book/index.md": "# 表紙\n\n```{practicals}\n```\n\n```{toctree}\n"
    "attention/cam\nbasics/first\nglossary\n```\n"
}


def links(built: Built, page: str) -> dict[str, str]:
    """頁のボタンとリンクの，文字から行き先への表。"""
    soup = BeautifulSoup(built.page(page), "html.parser")
    return {
        a.get_text(strip=True): str(a["href"]) for a in soup.find_all("a", href=True)
    }


def test_buttons_of_a_chapter(make_book: Maker) -> None:
    """起動と保存はノートブックへ。編集と報告は main の Markdown のまま。"""
    built = make_book()
    found = links(built, "book/attention/cam")
    assert found["Colab で動かす"] == f"{COLAB}attention/cam.ipynb"
    assert found["Binder で動かす"] == f"{BINDER}attention/cam.ipynb"
    assert found["ノートブックを手元に取る"] == "../../notebooks/attention/cam.ipynb"
    hrefs = set(found.values())
    assert f"{REPOSITORY}/edit/main/book/attention/cam.md" in hrefs
    assert any(href.startswith(f"{REPOSITORY}/issues/new") for href in hrefs)
    assert not list((built.out / "_sources").rglob("*.ipynb"))


def test_page_without_code_has_no_launch_button(make_book: Maker) -> None:
    assert not {"Colab で動かす", "Binder で動かす"} & set(
        links(make_book(), "book/glossary")
    )


def test_practicals_list_every_chapter_in_order(make_book: Maker) -> None:
    """授業の設定がなければ，すべての章が畳んだ一覧に並ぶ。"""
    built = make_book(files=PRACTICALS)
    assert built.warnings == ""
    soup = BeautifulSoup(built.page("book/index"), "html.parser")
    rows = [
        [(a.get_text(), a["href"]) for a in row.find_all("a")]
        for row in soup.select("ul.practicals > li")
    ]
    assert rows == [
        [
            (title, f"{name}.html"),
            ("Colab", f"{COLAB}{name}.ipynb"),
            ("Binder", f"{BINDER}{name}.ipynb"),
            (".ipynb", f"../notebooks/{name}.ipynb"),
        ]
        for title, name in [("地図", "attention/cam"), ("はじめ", "basics/first")]
    ]
    assert soup.select_one(".practicals-archive a")["href"] == "../notebooks.zip"
    assert soup.select_one("ul.practicals a[title]")["title"] == "地図を Colab で開く"


def test_practicals_follow_the_chapters(make_book: Maker) -> None:
    """章の題名が変わると，一覧の頁も書き直される。何も変わらなければ書き直されない。"""
    page = make_book(files=PRACTICALS).out / "book" / "index.html"
    before = page.stat().st_mtime_ns
    make_book()
    assert page.stat().st_mtime_ns == before
    chapter = make_book().root / "book/attention/cam.md"
    text = chapter.read_text("utf8").replace("# 地図", "# 注意の地図")
    built = make_book(files={"book/attention/cam.md": text})
    assert "注意の地図を Colab で開く" in unescape(built.page("book/index"))


def test_fork_points_to_itself(
    make_book: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """分家の GitHub Actions では，番地も，入れる部品も，分家のものになる。"""
    monkeypatch.setenv("GITHUB_REPOSITORY", "Student/copy")
    monkeypatch.setenv("GITHUB_SHA", "0123abc")
    built = make_book(files=PRACTICALS)
    found = links(built, "book/attention/cam")
    assert "/github/Student/copy/blob/notebooks/attention" in found["Colab で動かす"]
    assert "/gh/Student/copy/notebooks" in found["Binder で動かす"]
    assert any("Student/copy/edit/main" in href for href in found.values())
    notebook = built.notebook()
    assert "https://student.github.io/copy/book/attention/cam.html" in built.text()
    assert SITE not in built.text()
    assert "git+https://github.com/Student/copy" in notebook.cells[1].source
    assert "@0123abc" in notebook.cells[1].source


def config(**options: str) -> Config:
    made = Config({}, {})
    made.add("html_theme_options", {}, "html", ())
    made.add("html_baseurl", SITE, "html", ())
    made.add("notebook_revision", "", "html", ())
    made.html_theme_options = {"repository_url": REPOSITORY, **options}
    return made


def test_own_repository_keeps_its_site() -> None:
    """公開先が独自の番地でも，もとの置き場所なら替えない。版だけを固める。"""
    made = config()
    github = {"GITHUB_REPOSITORY": "Someone/Lecture", "GITHUB_SHA": "f00"}
    follow_github(None, made, github)  # type: ignore[arg-type]
    assert made.html_baseurl == SITE
    assert made.html_theme_options["repository_url"] == REPOSITORY
    assert made.notebook_revision == "f00"


@pytest.mark.parametrize(
    ("repository", "site"),
    [
        ("Owner/Owner.github.io", "https://owner.github.io/"),
        ("Owner/other.github.io", "https://owner.github.io/other.github.io/"),
    ],
)
def test_the_site_of_an_owner_is_at_the_top(repository: str, site: str) -> None:
    made = config()
    follow_github(None, made, {"GITHUB_REPOSITORY": repository})  # type: ignore[arg-type]
    assert made.html_baseurl == site


def test_outside_of_github_no_version_is_pinned() -> None:
    made = config(repository_branch="develop")
    follow_github(None, made, {})  # type: ignore[arg-type]
    assert made.notebook_revision == ""


def test_addresses(make_book: Maker) -> None:
    found: list[Addresses] = []

    def keep(app: Sphinx) -> None:
        found.append(Addresses.of(app))

    make_book(before=keep)
    (addresses,) = found
    assert addresses.file("book/attention/cam") == "attention/cam.ipynb"
    assert addresses.requirement == f"git+{REPOSITORY}"
    assert re.fullmatch(r"https://.*/", addresses.site)
