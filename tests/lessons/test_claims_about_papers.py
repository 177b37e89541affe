"""頁の文が，引いた論文のとおりか：一度間違えた文と，並べて引くと決めた反論。"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BOOK = Path(__file__).resolve().parents[2] / "book"
PAGES = sorted(BOOK.glob("*/*.md"))


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("attention/cam", r"37\.1 % は GoogLeNet .*34\.2 % は.*AlexNet"),
        ("attention/cam", r"四角を教えないことの損だけを，この差から読むことは"),
        ("segmentation/pose", r"MediaPipe では，`num_poses` .*人数の上限"),
        ("segmentation/pose", r"reed2003body.*体の倒立効果が，家の倒立効果より大きく"),
    ],
)
def test_sentence_stands_on_its_page(page: str, sentence: str) -> None:
    lines = (BOOK / f"{page}.md").read_text("utf8").splitlines()
    assert any(re.search(sentence, line) for line in lines), (
        f"book/{page}.md に「{sentence}」に当たる文がありません。"
    )


@pytest.mark.parametrize(
    ("cited", "reply"),
    [
        ("henderson2017meaning", "pedziwiatr2021meaning"),
        ("freeman2011metamers", "wallis2019image"),
    ],
)
def test_paper_is_cited_with_its_reply(cited: str, reply: str) -> None:
    pages = {page: page.read_text("utf8") for page in PAGES}
    citing = {page: text for page, text in pages.items() if cited in text}
    assert citing, f"{cited} を引く頁がありません。"
    alone = [page.name for page, text in citing.items() if reply not in text]
    assert not alone, (
        f"{'，'.join(alone)} は {cited} を引くのに，{reply} を引いていません。"
    )
