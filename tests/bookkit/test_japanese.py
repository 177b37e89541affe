"""日本語の組み：改行のつなぎ，すき間，検索のための文字のそろえ方。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bookkit.japanese import fold, grams, join_lines, joins_without_space, tighten


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
def test_joins_without_space(before: str, after: str, joined: bool) -> None:
    assert joins_without_space(before, after) is joined


def test_lines_join_across_inline_markup() -> None:
    """太字やリンクをまたぐ改行も，前後の字でつなぐ。"""
    assert join_lines(["見ます。\n", "次", "\nは\nCNN\n", "です。"]) == [
        "見ます。",
        "次",
        "は\nCNN\n",
        "です。",
    ]


@given(st.lists(st.text(alphabet="あ漢。a \n", max_size=12), max_size=5))
def test_joining_removes_only_line_breaks(parts: list[str]) -> None:
    joined = join_lines(parts)
    assert [p.replace("\n", "") for p in joined] == [p.replace("\n", "") for p in parts]


@given(st.text(alphabet="あ漢。a ", min_size=1, max_size=9), st.integers(1, 8))
def test_each_break_is_kept_or_removed_by_its_neighbours(text: str, cut: int) -> None:
    before, after = text[:cut], text[cut:]
    whole = "".join(join_lines([before, "\n", after]))
    joined = joins_without_space(before, after)
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
    ("text", "folded"),
    [
        ("ＣＮＮ", "cnn"),
        ("ResNet", "resnet"),
        ("ﾆｭｰﾛﾝ", "にゅーろん"),
        ("ソフトマックス", "そふとまっくす"),
        ("㌔", "きろ"),
        ("ヴ", "ゔ"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_grams() -> None:
    assert list(grams("残差ネットと resnet50 の図")) == [
        "残差",
        "差ネ",
        "ネッ",
        "ット",
        "トと",
        "resnet50",
        "の図",
    ]
    assert list(grams("図 a_b")) == ["図", "a", "b"]


@given(st.text(alphabet="あいう漢字cnn ", min_size=1, max_size=20))
def test_a_part_of_a_text_is_found_by_its_grams(text: str) -> None:
    """文のどの二文字以上の部分も，その単位がすべて文の単位に含まれる。"""
    whole = set(grams(text))
    japanese = "".join(c for c in text if c in "あいう漢字")
    for start in range(len(japanese) - 1):
        part = japanese[start : start + 3]
        if part in text:
            assert set(grams(part)) <= whole


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
    ],
)
def test_tighten(parts: list[str], tight: list[str]) -> None:
    assert tighten(parts) == tight
