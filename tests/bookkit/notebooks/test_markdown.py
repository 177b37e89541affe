"""Markdown の断片：読み直すと，もとの文字に戻る。"""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bookkit.notebooks import markdown as md

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LETTERS = st.text(alphabet="abあい漢。（）1. *_`<>[]():#+-~$|&;!\\\"'", min_size=1)


def read(text: str) -> str:
    return BeautifulSoup(PARSER.render(text), "html.parser").get_text().strip()


@given(LETTERS)
@example("*強調*ではない")
@example("1. 箇条書きではない")
@example("- 箇条書きではない")
@example("# 見出しではない")
@example("> 引用ではない")
@example("~~消さない~~")
@example("[字](字)")
@example("&amp; と <b>")
@example("a_b と _a_ と __a__")
@example("`コード`ではない")
@example("![字](字)")
@example("[字]: 字")
@example("---")
def test_plain_text_stays_plain(text: str) -> None:
    written = md.paragraph(md.escape(text.strip()))
    seen = read(written.replace(r"<span>\$</span>", "$"))
    assert seen.split() == text.split()


@given(LETTERS, LETTERS, LETTERS)
@example("前", "「題」", "後")
@example("前", "終わり。", "後")
def test_bold_is_bold_anywhere(before: str, text: str, after: str) -> None:
    """前後に日本語が続いても，端が記号でも，太字になる。"""
    content = md.escape(text).strip() or "字"
    written = f"前{md.strong(content)}後"
    soup = BeautifulSoup(PARSER.render(written), "html.parser")
    assert soup.p is not None
    assert len(soup.p.find_all("strong", recursive=False)) == 1
    assert soup.p.get_text().startswith("前")
    assert soup.p.get_text().endswith("後")


@given(st.text(alphabet="a`b ", min_size=1).filter(str.strip))
def test_code_stays_code(text: str) -> None:
    soup = BeautifulSoup(PARSER.render(md.code(text)), "html.parser")
    assert soup.code is not None
    assert soup.code.get_text().strip() == text.strip()


@given(st.text(alphabet="a`~\n ", min_size=1))
def test_fence_holds_any_code(text: str) -> None:
    soup = BeautifulSoup(PARSER.render(md.fence(text, "python")), "html.parser")
    assert soup.code is not None
    assert soup.code.get_text().rstrip() == text.rstrip()


def test_link_holds_any_address() -> None:
    written = md.link("字", "https://example.com/a (b)?q=日本#x")
    soup = BeautifulSoup(PARSER.render(written), "html.parser")
    assert soup.a is not None
    assert "%28b%29" in str(soup.a["href"])
    assert soup.get_text().strip() == "字"


@pytest.mark.parametrize(
    ("latex", "number", "expected"),
    [
        (" a = b ", "", "$$\na = b\n$$"),
        ("a = b", "1.2", "$$\na = b\n\\tag{1.2}\n$$"),
        (
            "a &= b \\\\ c &= d",
            "",
            "$$\n\\begin{aligned}\na &= b \\\\ c &= d\n\\end{aligned}\n$$",
        ),
        (
            "\\begin{align}a &= b\\end{align}",
            "1",
            "$$\n\\begin{aligned}a &= b\\end{aligned}\n\\tag{1}\n$$",
        ),
        ("\\begin{equation*}a\\end{equation*}", "", "$$\na\n$$"),
        (
            "x = \\begin{cases}1 & a\\\\0 & b\\end{cases}",
            "",
            "$$\nx = \\begin{cases}1 & a\\\\0 & b\\end{cases}\n$$",
        ),
        ("a  % 注\n\n= 5\\%", "", "$$\na  \n= 5\\%\n$$"),
        ("a<b", "", "$$\na\\lt b\n$$"),
    ],
)
def test_display_math(latex: str, number: str, expected: str) -> None:
    assert md.display_math(latex, number) == expected


def test_quoted_maths_has_no_quote_marks_inside() -> None:
    body = f"前\n\n{md.display_math('a', '1')}\n\n後"
    assert md.quote(body) == "> 前\n>\n> $$ a \\tag{1} $$\n>\n> 後"


def test_table_escapes_bars() -> None:
    rows = [["名", "|x|"], ["a|b", "$|x|$ と $\\|y\\|$"], ["二\n\n行", ""]]
    assert md.table(rows, ["left", ""]) == (
        "| 名 | \\|x\\| |\n| :-- | --- |\n"
        "| a\\|b | $\\vert x\\vert $ と $\\Vert y\\Vert $ |\n| 二<br>行 |  |"
    )


def test_lists_are_tight_or_loose() -> None:
    assert md.items([md.item("-", "一"), md.item("-", "二")]) == "- 一\n- 二"
    loose = md.items([md.item("10.", "一\n\n続き"), md.item("11.", "二")])
    assert loose == "10. 一\n\n    続き\n\n11. 二"


def test_fold() -> None:
    assert md.fold("a < b", "中身") == (
        "<details>\n<summary>a &lt; b</summary>\n\n中身\n\n</details>"
    )
