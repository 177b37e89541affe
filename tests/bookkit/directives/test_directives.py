"""章のディレクティブ：箱，ソース，文献。間違った書き方には，ファイルと行のある誤りを返す。"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest
from bs4 import BeautifulSoup, Tag

from bookkit.directives.source import find_source, lessons_root

BIB = """
@article{crick, author={Crick, Francis}, title={Searchlight}, journal={PNAS}, year={1984}}
@article{koch, author={Koch, Christof}, title={Shifts}, journal={HN}, year={1985}}
@article{itti, author={Itti, Laurent}, title={A model}, journal={PAMI}, year={1998}}
"""
REFERENCES = "# 文献\n\n```{bibliography}\n:all:\n```\n"
LESSON = """
    # 章

    :::{lesson}
    :requires: basics/first
    - 一つめ
    - 二つめ
    - 三つめ
    :::

    本文です。
"""


@pytest.fixture
def page(build: Callable[..., Path]) -> Callable[..., Tag]:
    """``page(章の原稿)``：目次・前提の章・文献のある小さな本を作り，章の本文を返す。"""

    def run(text: str, *, warnings: StringIO | None = None) -> Tag:
        site = build(
            {
                "index.md": "# 表紙\n\n```{toctree}\nbook/part/chapter\n"
                "book/basics/first\nreferences\n```\n",
                "book/part/chapter.md": dedent(text).lstrip(),
                "book/basics/first.md": "# 前の章\n\n{cite:t}`koch` です。\n",
                "references.md": REFERENCES,
                "refs.bib": BIB,
            },
            extensions=[
                "myst_nb",
                "sphinxcontrib.bibtex",
                "bookkit.citations",
                "bookkit.directives.cited",
                "bookkit.directives.lesson",
                "bookkit.directives.source",
            ],
            config={"bibtex_bibfiles": ["refs.bib"]},
            warnings=warnings,
        )
        html = (site / "book/part/chapter.html").read_text("utf8")
        main = BeautifulSoup(html, "html.parser").find(role="main")
        assert isinstance(main, Tag)
        return main

    return run


@pytest.fixture
def errors(page: Callable[..., Tag]) -> Callable[[str], str]:
    """``errors(原稿)``：作るときに出た誤りと警告の文。"""

    def run(text: str) -> str:
        said = StringIO()
        page(text, warnings=said)
        return said.getvalue()

    return run


def test_lesson_box(page: Callable[..., Tag]) -> None:
    box = page(LESSON).find(class_="lesson-box")
    assert isinstance(box, Tag)
    labels = [label.get_text() for label in box.find_all(class_="lesson-label")]
    assert labels == ["学ぶこと", "前提", "実行"]
    assert [li.get_text() for li in box.find_all("li")] == [
        "一つめ",
        "二つめ",
        "三つめ",
    ]
    link = box.find("a")
    assert isinstance(link, Tag)
    assert link["href"] == "../basics/first.html"
    assert link.get_text() == "前の章"


def test_lesson_box_without_requirements(page: Callable[..., Tag]) -> None:
    box = page(LESSON.replace("    :requires: basics/first\n", "")).find(
        class_="lesson-box"
    )
    assert isinstance(box, Tag)
    assert "なし" in box.get_text()
    assert box.find("a") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    - 三つめ\n", ""),
        ("    - 三つめ\n", "    - 三つめ\n    - 四つめ\n"),
        ("    - 一つめ\n    - 二つめ\n    - 三つめ\n", "    文です。\n"),
    ],
    ids=["two", "four", "none"],
)
def test_lesson_needs_three_items(
    errors: Callable[[str], str], old: str, new: str
) -> None:
    assert old in LESSON
    said = errors(LESSON.replace(old, new))
    assert "chapter.md:3: ERROR" in said
    assert "3 つ" in said


def test_lesson_with_a_missing_requirement(errors: Callable[[str], str]) -> None:
    said = errors(LESSON.replace("basics/first", "basics/frist"))
    assert "chapter.md:3: ERROR" in said
    assert "'basics/frist' がありません" in said
    assert "_toc.yml" in said


def test_unknown_option(errors: Callable[[str], str]) -> None:
    said = errors(LESSON.replace(":requires:", ":require:"))
    assert "chapter.md:3" in said
    assert "require" in said


SOURCE = """
    # 章

    ```{source} lessons.runtime.budget
    ```
"""


def test_source_shows_the_real_function(page: Callable[..., Tag]) -> None:
    """頁のコードは，ファイルにある行そのもの（docstring を除く）。"""
    box = page(SOURCE).find(class_="source-box")
    assert isinstance(box, Tag)
    shown = box.find("pre").get_text().strip().splitlines()  # type: ignore[union-attr]
    real = (lessons_root() / "lessons/runtime.py").read_text("utf8").splitlines()
    assert shown[0].startswith("def budget(")
    assert all(line in real for line in shown)
    assert not any('"""' in line for line in shown)
    assert "lessons.runtime.budget" in box.get_text()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("lessons.runtime.budgets", "'budgets' がありません"),
        ("lessons.nowhere.budget", "'lessons.nowhere' が見つかりません"),
        ("budget", "見つかりません"),
    ],
)
def test_source_of_nothing(
    errors: Callable[[str], str], target: str, message: str
) -> None:
    said = errors(SOURCE.replace("lessons.runtime.budget", target))
    assert "chapter.md:3: ERROR" in said
    assert message in said


MODULE = '''
"""部品。"""
import functools


@functools.cache
def decorated(x):
    """説明。

    二行め。
    """
    return x  # 注釈


class Model:
    """説明。"""

    width = 3

    def forward(self, x):
        """説明。"""
        return x


def empty():
    """中身は説明だけ。"""
'''


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "lessons/part").mkdir(parents=True)
    (tmp_path / "lessons/part/__init__.py").write_text("def room():\n    pass\n")
    (tmp_path / "lessons/part/one.py").write_text(MODULE, "utf8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (
            "lessons.part.one.decorated",
            "@functools.cache\ndef decorated(x):\n    return x  # 注釈",
        ),
        (
            "lessons.part.one.Model",
            "class Model:\n\n    width = 3\n\n    def forward(self, x):\n        return x",
        ),
        ("lessons.part.one.empty", 'def empty():\n    """中身は説明だけ。"""'),
        ("lessons.part.room", "def room():\n    pass"),
    ],
)
def test_find_source(module: Path, name: str, code: str) -> None:
    path, found = find_source(module, name)
    assert found == code
    assert path.is_file()


def test_find_source_names_what_there_is(module: Path) -> None:
    with pytest.raises(LookupError, match="decorated, Model, empty"):
        find_source(module, "lessons.part.one.model")


CITING = """
    # 章

    {cite:t}`itti` と {cite:p}`crick` です。

    ## 文献

    ```{cited}
    ```
"""


def test_cited_lists_only_the_works_of_this_chapter(page: Callable[..., Tag]) -> None:
    listing = page(CITING).find(class_="cited")
    assert isinstance(listing, Tag)
    items = [item.get_text() for item in listing.find_all("li")]
    assert len(items) == 2
    assert "Crick" in items[0]
    assert "Itti" in items[1]


def test_cited_without_citations(errors: Callable[[str], str]) -> None:
    said = errors(CITING.replace("{cite:t}`itti` と {cite:p}`crick`", "本文"))
    assert "chapter.md:7: WARNING" in said
    assert "引用がありません" in said


def test_unknown_citation(errors: Callable[[str], str]) -> None:
    said = errors(CITING.replace("`itti`", "`nobody`"))
    assert "chapter.md:3: WARNING" in said
    assert "nobody" in said


def test_solution_is_named_after_its_exercise(build: Callable[..., Path]) -> None:
    text = """
        # 章

        ```{exercise}
        :label: exercise-one
        問いです。
        ```

        ```{solution} exercise-one
        答えです。
        ```
    """
    site = build(
        {"index.md": dedent(text).lstrip()},
        extensions=[
            "myst_nb",
            "sphinx_exercise",
            "bookkit.japanese",
            "bookkit.directives.solution",
        ],
        config={"numfig": True},
    )
    soup = BeautifulSoup((site / "index.html").read_text("utf8"), "html.parser")
    title = soup.select_one(".solution .admonition-title")
    assert title is not None
    assert title.get_text().strip() == "解答：練習 1"
