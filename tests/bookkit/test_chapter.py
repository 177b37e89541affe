"""原稿の読み方：セルは myst-nb と同じ。壊れた所は，その行を言う。目次は書かれた順。"""

from __future__ import annotations

from pathlib import Path

import jupyter_book
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from bookkit.book import Book, BookError, TocEntry
from bookkit.chapter import Chapter, ChapterError
from bookkit.lint import check_book
from bookkit.reading import parse_chapter

ROOT = Path(__file__).resolve().parents[2]
BOOK = Book(ROOT)
FRONT = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n"


def read(text: str) -> Chapter:
    return parse_chapter(text, "part/one", Path("one.md"), BOOK.extensions)


def by_myst_nb(chapter: Chapter) -> list[tuple[int, str, dict, int]]:
    """myst-nb の読んだコードのセル：番号，コード，設定，囲みの行。"""
    config = MdParserConfig(enable_extensions=set(BOOK.extensions))
    notebook = read_myst_markdown_notebook(
        chapter.text, config=config, add_source_map=True, path=chapter.path
    )
    starts = notebook.metadata["source_map"]
    return [
        (number, cell.source, dict(cell.metadata), starts[number])
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]


def ours(chapter: Chapter) -> list[tuple[int, str, dict, int]]:
    return [
        (cell.index, cell.source, cell.metadata, cell.fence_line)
        for cell in chapter.cells
    ]


def lines_hold_the_code(chapter: Chapter) -> bool:
    """セルの行に，そのコードがあるか。囲みの字下げ（3 字まで）は，コードに入らない。"""
    lines = chapter.text.split("\n")
    return all(
        shown.endswith(code) and not shown.removesuffix(code).strip()
        for cell in chapter.cells
        if cell.source
        for shown, code in zip(
            lines[cell.line - 1 :], cell.source.split("\n"), strict=False
        )
    )


@pytest.mark.parametrize("chapter", BOOK.chapters, ids=lambda chapter: chapter.name)
def test_cells_of_the_book_are_those_of_myst_nb(chapter: Chapter) -> None:
    assert chapter.cells
    assert ours(chapter) == by_myst_nb(chapter)
    assert lines_hold_the_code(chapter)


PIECES = st.sampled_from(
    [
        "文です。",
        "# 題",
        "",
        "   ",
        "- 箇条\n- 書き",
        "- 箇条\n\n  ```{code-cell}\n  inside = 1\n  ```",
        "> ```{code-cell}\n> quoted = 1\n> ```",
        ":::{note}\n```{code-cell}\nnested = 1\n```\n:::",
        ":::{code-cell}\ncolon = 1\n:::",
        "````{note}\n```{code-cell}\nfenced = 1\n```\n````",
        "```{code-cell} ipython3\nx = 1\n```",
        "~~~{code-cell}\ntilde = 1\n\n\ny = 2\n~~~",
        "```{code-cell}\n:tags: [hide-input, gpu]\n\nx = 1\n```",
        "```{code-cell}\n:tags: [hide-input]\n:x: 2\nx = 1\n```",
        "```{code-cell}\n---\ntags: [gpu]\nmystnb:\n  figure: {name: fig-a}\n---\nx = 1\n```",
        "```{code-cell}\n---\ntags: [gpu]\n```",
        "```{code-cell}\n---\ntags: [gpu\n---\nx = 1\n```",
        "```{code-cell}\n---\n- a\n---\nx = 1\n```",
        "```{code-cell}\n---\na: *unknown\n---\nx = 1\n```",
        "```{code-cell}\n:caption: a: b: c\nx = 1\n```",
        "```{code-cell}\n:load: nothing-here.py\n```",
        "```{code-cell}\n\n\nblank = 1\n```",
        "```{code-cell}\n```",
        "```{code-cell}\nunclosed = 1",
        "    ```{code-cell}\n    indented = 1\n    ```",
        "```{raw-cell}\nraw\n```",
        "```python\nx = 1\n```",
        "+++",
        '+++ {"a": 1}',
        "+++ [1]",
        "+++ broken",
        "(label)=",
        "$$\na = b\n$$",
        "---",
        "<div>\n\n```{code-cell}\nhtml = 1\n```\n\n</div>",
        "[^1]: 注\n\n    続き",
        "語\n: 説明",
    ]
)


@given(pieces=st.lists(PIECES, max_size=8), gap=st.sampled_from(["\n", "\n\n"]))
@example(
    pieces=[
        "<div>\n\n```{code-cell}\nhtml = 1\n```\n\n</div>",
        "- 箇条\n\n  ```{code-cell}\n  inside = 1\n  ```",
    ],
    gap="\n",
)
def test_cells_of_odd_pages_are_those_of_myst_nb(pieces: list[str], gap: str) -> None:
    chapter = read(FRONT + gap.join(pieces) + "\n")
    assert chapter.has_code
    try:
        wanted = by_myst_nb(chapter)
    except Exception:  # myst-nb が読めないものは，読めない所として行を言う
        assert chapter.faults
    else:
        assert chapter.faults == ()
        assert ours(chapter) == wanted
        assert lines_hold_the_code(chapter)
    count = len(chapter.text.split("\n"))
    for fault in (*chapter.faults, *chapter.outline.faults):
        assert 1 <= fault.line <= count


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\nfile_format: mystnb\n", 1, "閉じる ---"),
        ("---\na: [1\nb: 2\n---\n", 2, "YAML"),
        (FRONT.replace("---\n", "---\nexecution: {timeout: -1}\n", 1), 2, "正の整数"),
        (FRONT + "```{code-cell}\n---\na: 1\nb: [2\n---\n```\n", 8, "YAML"),
        (FRONT + "```{code-cell}\n:tags: [a\nx\n```\n", 6, "YAML"),
        (FRONT + "```{code-cell}\n---\n- a\n---\n```\n", 7, "名前: 値"),
        (FRONT + "```{code-cell}\n:load: no.py\n```\n", 5, "'no.py'"),
        (FRONT + "文\n\n+++ x\n", 7, "JSON"),
    ],
)
def test_broken_place_is_named(text: str, line: int, message: str) -> None:
    (fault,) = read(text).faults
    assert fault.line == line
    assert message in fault.message
    with pytest.raises(ChapterError, match=rf"one\.md:{line}: "):
        read(text).sound()


def test_pages_without_code_are_not_chapters() -> None:
    assert not read("# 題\n").has_code
    assert not read("---\ntitle: a\n---\n").has_code
    assert read("").cells == ()


def test_tags_that_change_the_run() -> None:
    tags = "[hide-input, raises-exception, gpu]"
    (cell,) = read(f"{FRONT}```{{code-cell}}\n:tags: {tags}\nx\n```\n").cells
    assert cell.tags == ("hide-input", "raises-exception", "gpu")
    assert cell.execution_tags == ("gpu", "raises-exception")
    assert cell.gpu
    assert cell.has("x", "hide-input")
    assert not cell.has("hide-output")


TOC = """\
# 章の順番
format: jb-book
root: book/index
parts:
  - caption: 基礎
    chapters:
      - file: book/basics/first.md
        sections:
          - {file: book/basics/second}
  - caption: 巻末
    chapters:
      - file: book/glossary
"""


def test_toc_keeps_order_lines_and_parts(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text(TOC, "utf8")
    assert Book(tmp_path).toc == (
        TocEntry("book/index", 3),
        TocEntry("book/basics/first", 7, "基礎"),
        TocEntry("book/basics/second", 9, "基礎"),
        TocEntry("book/glossary", 12, "巻末"),
    )


@pytest.mark.parametrize("file", ["_toc.yml", "_config.yml"])
def test_broken_settings_are_one_finding(book: Path, file: str) -> None:
    (book / file).write_text("a: 1\nb: [1\nc: 2\n", "utf8")
    (finding,) = check_book(book)
    assert finding.path == file
    assert finding.line in (2, 3)
    with pytest.raises(BookError, match="YAML"):
        Book(book).toc, Book(book).config


def test_settings_are_read_like_yaml() -> None:
    assert BOOK.config == yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))


def test_a_book_that_names_no_extensions_has_those_of_jupyter_book(
    tmp_path: Path,
) -> None:
    """書かないときの拡張が違うと，頁をつくるときに，覚えた原稿を使えない。"""
    default = Path(jupyter_book.__file__).with_name("default_config.yml")
    said = yaml.safe_load(default.read_text("utf8"))["parse"]
    assert Book(tmp_path).extensions == set(said["myst_enable_extensions"])
