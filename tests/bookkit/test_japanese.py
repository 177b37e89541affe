"""日本語の組み：改行のつなぎと，すき間。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bookkit.japanese import LINE_BREAKS, SPACES, without


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("見ます。", "次です。", True),
        ("物を", "見る", True),
        ("見ます。", "CNN は", True),
        ("モデルは CNN", "「畳み込み」", True),
        ("モデルは CNN", "です。", False),
        ("見る", "CNN", False),
        ("two", "words", False),
        ("", "語", False),
        ("語", "", False),
        ("コード", "ネーム", True),
        ("２", "つ", True),
    ],
)
def test_a_break_goes_between_japanese(before: str, after: str, joined: bool) -> None:
    break_ = "" if joined else "\n"
    assert without(LINE_BREAKS, [before, "\n", after]) == [before, break_, after]
    assert without(LINE_BREAKS, [f"{before}\n{after}"]) == [before + break_ + after]


def test_lines_join_across_inline_markup() -> None:
    """太字やリンクをまたぐ改行も，前後の字でつなぐ。"""
    assert without(LINE_BREAKS, ["見ます。\n", "次", "\nは\nCNN\n", "です。"]) == [
        "見ます。",
        "次",
        "は\nCNN\n",
        "です。",
    ]


@given(st.lists(st.text(alphabet="あ漢。a \n", max_size=12), max_size=5))
def test_joining_removes_only_line_breaks(parts: list[str]) -> None:
    joined = without(LINE_BREAKS, parts)
    whole = [part.replace("\n", "") for part in parts]
    assert [part.replace("\n", "") for part in joined] == (whole or [""])


@given(st.text(alphabet="あ漢。a ", min_size=2, max_size=9), st.data())
def test_each_break_is_kept_or_removed_by_its_neighbours(
    text: str, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(text) - 1))
    before, after = text[:cut], text[cut:]
    beside = before[-1] + after[0]
    joined = "。" in beside or set(beside) <= set("あ漢")
    whole = "".join(without(LINE_BREAKS, [before, "\n", after]))
    assert whole == before + ("" if joined else "\n") + after


PAGE = """# 見ること

一文めです。
**二文めです**。
三文めは
CNN
です。
`code` の後
です。

- 項目の
  続き

```
コード
です
```

用語 （かっこ） の前後。
"""


def test_page_has_no_space_between_japanese_lines(
    build: Callable[..., Path],
) -> None:
    html = (build({"index.md": PAGE}) / "index.html").read_text("utf8")
    article = BeautifulSoup(html, "html.parser").find(role="main")
    assert article is not None
    first, last = article.find_all("p")[0], article.find_all("p")[-1]
    assert first.get_text() == (
        "一文めです。二文めです。三文めは\nCNN\nです。code の後です。"
    )
    assert article.find("li").get_text().strip() == "項目の続き"  # type: ignore[union-attr]
    assert article.find("pre").get_text().strip() == "コード\nです"  # type: ignore[union-attr]
    assert last.get_text() == "用語（かっこ）の前後。"


@pytest.mark.parametrize(
    ("parts", "tight"),
    [
        (["これは ", "関数", " です。"], ["これは", "関数", "です。"]),
        (["これは ", "CNN", " です。"], ["これは ", "CNN", " です。"]),
        (["ました ", "（Sutton, 2019）", " 。"], ["ました", "（Sutton, 2019）", "。"]),
        (["浅川 伸一"], ["浅川 伸一"]),
        (["語 （かっこ） の後"], ["語（かっこ）の後"]),
        (["語", " ", "語"], ["語", "", "語"]),
        (["a ", "", " b"], ["a ", "", " b"]),
        (["a 。 a"], ["a。a"]),
    ],
)
def test_tighten(parts: list[str], tight: list[str]) -> None:
    assert without(SPACES, parts) == tight
